"""open_job: takes one session's records, gives its jobs at their cuts; does not know other sessions or the time."""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.dialects import CHOSEN, Language, star
from agent.dialects.escpos_lengths import TEXT, Token, Tokenizer, is_cut
from agent.dialects.evidence import Evidence
from agent.dialects.name import DialectName
from agent.dialects.state import DialectState, follow
from agent.journal.record import Position, Record
from agent.wrapping import Wrapping, framer

LONGEST_JOB = 16 << 20
"""Bytes; a receipt with pictures has a few hundred thousand. What is longer comes in several jobs, all marked."""
LATEST_CUT = 1024
"""A cut may be told this many bytes late: behind something that looked like the beginning of a longer command."""
SHORTEST_HEADING = 3
"""Characters; fewer begin too many receipts."""
LINES_TO_TEAR_OFF = 3


@dataclass(frozen=True, slots=True)
class Job:
    """What was printed between two cuts (or silences, or the ends of a connection)."""

    lane: str
    origin: Position
    """The journal position of its first byte: its name for ever."""
    session: int
    data: bytes
    started_wall_us: int
    ended_wall_us: int
    monotonic_ns: int
    """Of its last record, like `boot` and `trusted`."""
    boot: str
    trusted: bool
    cause: str
    """cut, quiet, closed, too long."""
    gap: str
    """Words for bytes that are missing inside it, or before it since the job before; empty: none."""
    state: DialectState
    """What the till had set on the printer before its first byte."""
    wrapping: Wrapping = Wrapping.NONE
    """What the print data in `data` travels in."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where a record's bytes begin in an open job's data, and which record that was."""

    start: int
    position: Position
    record: Record


class OpenJob:
    """Bytes that belong together and are not a job yet."""

    def __init__(self, state: DialectState, wrapping: Wrapping = Wrapping.NONE) -> None:
        self.state, self._wrapping = state, wrapping
        self.data = bytearray()
        self.origin: Position | None = None
        self.gap = ""
        self._first: Record | None = None
        self._marks = deque[_Mark]()

    def add(self, payload: bytes, position: Position, record: Record) -> None:
        if not payload:
            return
        if self._first is None:
            self.origin, self._first = position, record
        self._marks.append(_Mark(len(self.data), position, record))
        self.data += payload
        while len(self._marks) > 1 and self._marks[1].start <= len(self.data) - LATEST_CUT:
            self._marks.popleft()

    def missing(self, words: str) -> None:
        self.gap = self.gap if words in self.gap else "; ".join(filter(None, (self.gap, words)))

    def split(self, size: int, cause: str, state: DialectState) -> tuple[Job | None, "OpenJob"]:
        """The job that its first `size` bytes are, and what is left, before which the till has set `state`."""
        rest = OpenJob(state, self._wrapping)
        last: Record | None = None
        marks = list(self._marks)
        size = max(size, marks[0].start if marks else 0)
        ends = [*(mark.start for mark in marks[1:]), len(self.data)]
        for mark, end in zip(marks, ends, strict=bool(marks)):
            if mark.start < size:
                last = mark.record
            if end > size:
                skipped = max(0, size - mark.start)
                position = replace(mark.position, offset=mark.position.offset + skipped)
                rest.add(bytes(self.data[mark.start + skipped : end]), position, mark.record)
        return self._finished(bytes(self.data[:size]), last, cause), rest

    def _finished(self, data: bytes, last: Record | None, cause: str) -> Job | None:
        if self.origin is None or self._first is None or last is None:
            return None
        return Job(
            lane=last.lane,
            origin=self.origin,
            session=self._first.session,
            data=data,
            started_wall_us=self._first.wall_us,
            ended_wall_us=last.wall_us,
            monotonic_ns=last.monotonic_ns,
            boot=last.boot,
            trusted=last.trusted,
            cause=cause,
            gap=self.gap,
            state=self.state,
            wrapping=self._wrapping,
        )


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a job as tells whether another one goes on with it."""

    heading: bytes
    """The first run of text on it, b'' when it prints none."""
    looks_finished: bool
    """It ends as a receipt does where nothing cuts the paper: fed out to be torn off, or with the drawer opened."""


def outline(job: Job) -> Outline:
    heading, lines, kicked = b"", 0, False
    for token in Tokenizer(reading=True, bare_bold=job.state.bare_bold).feed(job.data):
        if token.key == TEXT and token.data.strip():
            lines, kicked = 0, False
            heading = heading or (token.data.strip() if len(token.data.strip()) >= SHORTEST_HEADING else b"")
        elif token.key == b"\n":
            lines += 1
        elif token.key == b"\x1bd":
            lines += token.head[2] if len(token.head) > 2 else 0
        kicked = kicked or token.key == b"\x1bp"
    return Outline(heading, kicked or lines >= LINES_TO_TEAR_OFF)


class Session:
    """One connection or one opening of a serial port, in the direction to the printer."""

    def __init__(self, dialect: DialectName, state: DialectState, wrapping: Wrapping = Wrapping.NONE) -> None:
        self._framer = framer(wrapping)
        self._chosen = CHOSEN.get(dialect, Language.UNKNOWN)
        self._tokenizer = Tokenizer(bare_bold=state.bare_bold)
        self._evidence = Evidence()
        self._fed = 0
        self._expected: int | None = None
        self.state = state
        self.open = OpenJob(state, wrapping)
        self.last: Record | None = None
        """The newest record with bytes; None while it rests after silence, so that nobody asks it in vain."""

    @property
    def language(self) -> Language:
        """What the settings say, else what this session or one before it on the lane has shown."""
        return self._chosen or self._evidence.language or Language(self.state.language)

    def bytes_came(self, position: Position, record: Record) -> list[Job]:
        if self._expected is not None and record.offset > self._expected:
            self.bytes_missing(f"{record.offset - self._expected} bytes are missing")
        self._expected, self.last = record.offset + len(record.payload), record
        before, self._fed = self._fed, self._fed + len(record.payload)
        jobs: list[Job] = []
        added = 0
        for end in self._ends(record.payload, before):
            self._add(position, record, added, end)
            added = max(added, end)
            self._split_at(len(self.open.data) - (added - end), "cut", jobs)
        self._add(position, record, added, len(record.payload))
        self._split_long(len(self.open.data), jobs)
        return jobs

    def _ends(self, payload: bytes, before: int) -> Iterator[int]:
        """Offsets in the payload behind which a job ends; `before` bytes of the session were fed already."""
        if self._framer:
            yield from self._framer.feed(payload)
            return
        for token in self._tokenizer.feed(payload):
            if self._is_cut(token):
                yield token.end - before

    def _give_up(self) -> None:
        self._tokenizer.give_up()
        if self._framer:
            self._framer.give_up()

    def _add(self, position: Position, record: Record, start: int, end: int) -> None:
        if end > start:
            self.open.add(record.payload[start:end], replace(position, offset=position.offset + start), record)

    def bytes_missing(self, words: str) -> None:
        """What is half-read is forgotten: the missing bytes may have been its end."""
        self._give_up()
        self.open.missing(words)

    def gap_noted(self, record: Record) -> None:
        length = _payload(record).get("length")
        if length == 0:  # a cut let through before its sync: what was at risk is here
            return
        self.bytes_missing(str(_payload(record).get("cause", "bytes are missing")))
        self._expected = record.offset + length if isinstance(length, int) else None

    def end(self, cause: str) -> Job | None:
        if self.last is None:
            return None
        self.last = None
        self._give_up()
        jobs: list[Job] = []
        self._split_at(len(self.open.data), cause, jobs)
        return jobs[0] if jobs else None

    def _split_at(self, size: int, cause: str, jobs: list[Job]) -> None:
        size = self._split_long(size, jobs)
        self.state = self._settled(bytes(self.open.data[:size]))
        job, self.open = self.open.split(size, cause, self.state)
        jobs += [job] if job else []

    def _settled(self, data: bytes) -> DialectState:
        """What the till has set behind the open job's `data`: followed again once they have turned out to be Star's."""
        if self.language is Language.STAR:
            return star.state_behind(data, self.open.state)
        return replace(self.state, language=self.language)

    def _split_long(self, size: int, jobs: list[Job]) -> int:
        """Ends the job where it gets too long, as often as `size` bytes make it so; gives how many are left of them."""
        while size >= LONGEST_JOB:
            job, self.open = self.open.split(LONGEST_JOB, "too long", self.state)
            jobs += [job] if job else []
            size -= LONGEST_JOB
        return size

    def _is_cut(self, token: Token) -> bool:
        if token.why or self._chosen is Language.PLAIN_TEXT:
            return False
        self._evidence.add(token.key, token.head)
        self.state = follow(self.state, token.key, token.head, token.data)
        if self.state.display:
            return False
        if self.language is Language.STAR:
            return star.is_cut(token.head)
        return self.language is Language.ESCPOS and is_cut(token.key, token.head)


def _payload(record: Record) -> dict[str, object]:
    try:
        values = json.loads(record.payload or b"{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}

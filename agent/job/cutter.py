"""cutter: takes one lane's journal records in order, gives print jobs; reads no text, opens nothing.

A job ends at a cut, when its session has been quiet, or when its session closes. Times are those of the records, so
that a replay cuts at the same places: a record that comes later than the quiet time closes the job before it first.

One receipt over two connections: a session that closes after it has printed text, without a cut and without feeding
the paper out, is kept for CONTINUE_SECONDS. The next session that begins to print on the lane within them goes on
with it, unless it begins with the same text: a till that tries again, or prints its next receipt, begins with the same
heading, and then each is a job of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.dialects.state import DialectState
from agent.job.open_job import Job, Session, outline
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.taps.lane import Lane

__all__ = ["CONTINUE_SECONDS", "Job", "JobCutter"]

CONTINUE_SECONDS = 2.0
MOST_SESSIONS = 256
"""A store has a handful of tills; more open sessions than this are ones whose end was never seen."""


@dataclass(frozen=True, slots=True)
class _BrokenOff:
    """A job whose connection closed in the middle of a receipt, as it seems, and when that was."""

    job: Job
    heading: bytes
    closed: Record


class JobCutter:
    """One lane. `states`: what earlier sessions had set, when reading goes on in their middle after a restart."""

    def __init__(self, lane: Lane, states: Mapping[int, DialectState] | None = None) -> None:
        self._lane = lane
        self._states = dict(states or {})
        self._sessions: dict[int, Session] = {}
        self._broken_off: _BrokenOff | None = None
        self._continued: dict[int, _BrokenOff] = {}
        self._language = ""

    @property
    def states(self) -> dict[int, DialectState]:
        """What each session had set before its unfinished job; hand it to the next cutter to go on from there."""
        return {number: session.open.state for number, session in self._sessions.items()}

    @property
    def unfinished(self) -> dict[int, tuple[Position, DialectState]]:
        """First byte of each session's unfinished job, and what the till had set on the printer before it."""
        found = {
            number: (session.open.origin, session.open.state)
            for number, session in self._sessions.items()
            if session.open.origin
        }
        waiting = [*self._continued.values(), *([self._broken_off] if self._broken_off else [])]
        return found | {broken.job.session: (broken.job.origin, broken.job.state) for broken in waiting}

    def feed(self, position: Position, record: Record) -> list[Job]:
        """Jobs that this record finishes, oldest first. Records from the printer finish nothing."""
        if record.direction is not Direction.TO_PRINTER:
            return []
        jobs = self._expired(record.monotonic_ns, record.boot, record)
        if record.kind is RecordKind.BYTES:
            jobs += self._bytes_came(position, record)
        elif record.kind is RecordKind.GAP:
            self._session(record).gap_noted(record)
        elif record.kind is RecordKind.CLOSED:
            jobs += self._closed(record)
        return jobs

    def lost(self, words: str) -> None:
        """Bytes are missing that may have been anybody's: every unfinished job may lack some."""
        for session in self._sessions.values():
            session.bytes_missing(words)

    def quiet(self, now_ns: int, boot: str) -> list[Job]:
        """Jobs that are finished because nothing has come for so long. Ask only when all records there are were fed."""
        return self._expired(now_ns, boot)

    def _session(self, record: Record) -> Session:
        if record.session not in self._sessions:
            self._forget_dead()
            fresh = DialectState(
                default_page=self._lane.code_page,
                own_pages=tuple((int(number), page) for number, page in self._lane.code_pages.items()),
                language=self._language,
            )
            known = self._states.pop(record.session, None)
            self._sessions[record.session] = Session(self._lane.dialect, known or fresh, self._lane.wrapping)
            if known is None and record.offset:  # a tail that adds up would count once more, under another name
                self._sessions[record.session].bytes_missing("what came before is not kept any more")
        return self._sessions[record.session]

    def _forget_dead(self) -> None:
        idle = [number for number, session in self._sessions.items() if session.open.origin is None]
        for number in idle[: max(0, len(self._sessions) - MOST_SESSIONS)]:
            del self._sessions[number]

    def _bytes_came(self, position: Position, record: Record) -> list[Job]:
        session = self._session(record)
        if self._broken_off and session.open.origin is None:
            self._continued[record.session], self._broken_off = self._broken_off, None
        jobs = session.bytes_came(position, record)
        self._language = session.language or self._language
        return self._joined(record.session, jobs)

    def _closed(self, record: Record) -> list[Job]:
        session = self._sessions.pop(record.session, None)
        last = session.end("closed") if session else None
        jobs = self._joined(record.session, [last] if last else [])
        if not jobs or self._lane.wrapping:
            return jobs
        shape = outline(jobs[-1])
        if not shape.heading or shape.looks_finished:
            return jobs
        broken = _BrokenOff(jobs.pop(), shape.heading, record)
        jobs += self._released()
        self._broken_off = broken
        return sorted(jobs, key=lambda job: job.origin)

    def _joined(self, number: int, jobs: list[Job]) -> list[Job]:
        """The session's first job behind a broken-off one: they are one receipt, or each is its own."""
        broken = self._continued.pop(number, None) if jobs else None
        if broken is None:
            return jobs
        heading = outline(jobs[0]).heading
        if heading and (heading.startswith(broken.heading) or broken.heading.startswith(heading)):
            return [broken.job, *jobs]
        return [_as_one(broken.job, jobs[0]), *jobs[1:]]

    def _outlived_reboot(self, last: Record, record: Record) -> bool:
        """A wire tap heard on while the box started anew: then the wall clock tells how long the line was silent."""
        follows = record.offset == last.offset + len(last.payload)
        within = self._lane.tap.outlives_us and last.boot != record.boot
        return within and follows and record.wall_us - last.wall_us < self._lane.quiet_seconds * 1e6

    def _released(self) -> list[Job]:
        broken, self._broken_off = self._broken_off, None
        return [broken.job] if broken else []

    def _expired(self, now_ns: int, boot: str, goes_on: Record | None = None) -> list[Job]:
        """`goes_on`: the record that has come; it may show that its session outlived a reboot."""
        jobs: list[Job] = []
        for number, session in list(self._sessions.items()):
            if session.last is None or not _is_over(session.last, now_ns, boot, self._lane.quiet_seconds):
                continue
            if goes_on is not None and goes_on.session == number and self._outlived_reboot(session.last, goes_on):
                continue
            rebooted = session.last.boot != boot
            last = session.end("closed" if rebooted else "quiet")
            jobs += self._joined(number, [last] if last else [])
            if rebooted and not self._lane.tap.outlives_us:
                del self._sessions[number]
        if self._broken_off and _is_over(self._broken_off.closed, now_ns, boot, CONTINUE_SECONDS):
            jobs += self._released()
        return sorted(jobs, key=lambda job: job.origin)


def _is_over(last: Record, now_ns: int, boot: str, seconds: float) -> bool:
    return last.boot != boot or now_ns - last.monotonic_ns > seconds * 1e9


def _as_one(earlier: Job, later: Job) -> Job:
    gap = "; ".join(filter(None, (earlier.gap, later.gap)))
    return replace(
        later,
        origin=earlier.origin,
        session=earlier.session,
        data=earlier.data + later.data,
        started_wall_us=earlier.started_wall_us,
        gap=gap,
        state=earlier.state,
    )

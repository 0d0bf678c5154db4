"""ring: keeps records in memory while the disk takes none; drops the oldest beyond its bound, and says so in a GAP."""

import json
import logging
import threading
from collections import deque
from dataclasses import dataclass, replace

from agent.errors import StorageFull
from agent.journal.late import LateWriter
from agent.journal.record import Direction, Position, RecordKind, Stamp
from agent.journal.writer import JournalWriter

LOG = logging.getLogger(__name__)
RING_BYTES = 16 << 20
RECORD_BYTES = 512
"""What a record takes in memory beside its payload; keeps many small ones bounded, too."""
DROPPED_STREAMS = 256
"""Gaps kept apart by session; beyond that the oldest ones of a lane flow together into one of session 0."""
DISK_FULL = "disk full"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that has no position yet."""

    kind: RecordKind
    lane: str
    session: int
    direction: Direction
    offset: int
    payload: bytes
    when: Stamp

    @property
    def size(self) -> int:
        return len(self.payload) + RECORD_BYTES


@dataclass(frozen=True, slots=True)
class _Dropped:
    """One stretch of one stream; `length` counts payload bytes only."""

    first: Waiting
    last: Stamp
    length: int | None


class Ring:
    """First in, first out, at most `size` bytes. Any thread may put and take."""

    def __init__(self, size: int = RING_BYTES, cause: str = DISK_FULL) -> None:
        self._size, self._cause = size, cause
        self._lock = threading.Lock()
        self._records = deque[Waiting]()
        self._dropped = dict[tuple[str, int, Direction], _Dropped]()
        self.bytes = 0
        """Waiting now."""
        self.dropped_bytes = 0
        """Payload bytes given up since the start."""

    def __len__(self) -> int:
        return len(self._records) + len(self._dropped)

    def put(self, record: Waiting) -> None:
        with self._lock:
            self._records.append(record)
            self.bytes += record.size
            while self.bytes > self._size and self._records:
                self._drop(self._records.popleft())

    def pop(self) -> Waiting | None:
        """The next one to append. What names the dropped ones comes before what is left, for they were older."""
        with self._lock:
            if self._dropped:
                return _gap(self._dropped.pop(next(iter(self._dropped))), self._cause)
            if not self._records:
                return None
            record = self._records.popleft()
            self.bytes -= record.size
            return record

    def put_back(self, record: Waiting) -> None:
        """The journal did not take it: it is the oldest again."""
        with self._lock:
            self._records.appendleft(record)
            self.bytes += record.size

    def _drop(self, record: Waiting) -> None:
        self.bytes -= record.size
        length = _missing(record)
        self.dropped_bytes += len(record.payload) if record.kind is RecordKind.BYTES else 0
        self._note((record.lane, record.session, record.direction), _Dropped(record, record.when, length))
        if len(self._dropped) > DROPPED_STREAMS and (oldest := next((key for key in self._dropped if key[1]), None)):
            merged = self._dropped.pop(oldest)
            self._note((oldest[0], 0, oldest[2]), replace(merged, first=replace(merged.first, session=0, offset=0)))

    def _note(self, key: tuple[str, int, Direction], new: _Dropped) -> None:
        old = self._dropped.get(key)
        if old is not None:
            length = None if old.length is None or new.length is None else old.length + new.length
            new = _Dropped(old.first, new.last, length)
        self._dropped[key] = new


def _missing(record: Waiting) -> int | None:
    """Raw bytes that go missing with a record; None when not known. A GAP from here or from the tap has a length."""
    if record.kind is RecordKind.BYTES:
        return len(record.payload)
    if record.kind is not RecordKind.GAP:
        return 0
    length = json.loads(record.payload).get("length")
    return int(length) if length is not None else None


def _gap(dropped: _Dropped, cause: str) -> Waiting:
    first, length = dropped.first, dropped.length
    words = {
        "from": first.offset,
        "to": None if length is None else first.offset + length,
        "cause": cause,
        "length": length,
        "since_us": first.when.wall_us,
        "until_us": dropped.last.wall_us,
    }
    return replace(first, kind=RecordKind.GAP, payload=json.dumps(words).encode(), when=dropped.last)


class KeptJournal:
    """A writer that never says no: what the disk refuses waits in a ring, in order, with the time it really passed.

    For the writer's thread. `full`: the disk took nothing at the last try. `low`: it has no room for the next segment.
    """

    def __init__(self, writer: JournalWriter | LateWriter, ring_bytes: int = RING_BYTES) -> None:
        self._writer = writer
        self.ring = Ring(ring_bytes)
        self.full = False

    @property
    def low(self) -> bool:
        return self._writer.low

    def append(  # noqa: PLR0917  (a record's own fields, in their own order)
        self,
        kind: RecordKind,
        lane: str,
        session: int,
        direction: Direction,
        offset: int,
        payload: bytes,
        when: Stamp | None = None,
    ) -> Position | None:
        """The position, or None when it waits in memory: then the next `sync` tries again."""
        moment, step = when or self._writer.stamp(), self._writer.piece_bytes
        pieces = [
            Waiting(kind, lane, session, direction, offset + at, payload[at : at + step], moment)
            for at in range(0, max(1, len(payload)), step)
        ]
        first = None
        for index, piece in enumerate(pieces):
            if len(self.ring) or (position := self._try(piece)) is None:
                self.ring.put(piece)
            elif index == 0:
                first = position
        return first

    def sync(self) -> bool:
        """True: everything appended so far is on the disk (or was dropped, and the GAP that says so is)."""
        while record := self.ring.pop():
            if self._try(record) is None:
                self.ring.put_back(record)
                return False
        try:
            self._writer.sync()
        except StorageFull as error:
            self._refused(error)
            return False
        if self.full:
            LOG.warning("the journal's disk takes bytes again")
            self.full = False
        return True

    def prepare(self) -> bool:
        """For idle moments: prepares a little of the next segment; True when it is ready."""
        return self._writer.prepare()

    def next_session(self) -> int:
        return self._writer.next_session()

    def stamp(self) -> Stamp:
        return self._writer.stamp()

    def close(self) -> None:
        """Tries a last time; what still waits then is lost, and the log says how much."""
        if not self.sync():
            LOG.error("%d bytes were lost: the journal's disk refused them to the end", self.ring.bytes)
        try:
            self._writer.close()
        except StorageFull as error:
            self._refused(error)

    def _try(self, record: Waiting) -> Position | None:
        try:
            return self._writer.append(
                record.kind, record.lane, record.session, record.direction, record.offset, record.payload, record.when
            )
        except StorageFull as error:
            self._refused(error)
            return None

    def _refused(self, error: StorageFull) -> None:
        if not self.full:
            LOG.error("the journal waits in memory: %s. %s", error, error.hint)
        self.full = True

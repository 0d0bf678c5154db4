"""walk: goes through a journal record by record, from any position, over damage and from segment to segment.

Bytes that are missing come out as GAP records that do not stand in the journal, cause "journal damaged". Their position
is one that no record has, so that reading can go on behind it. Where not even the owner can be told, lane is "".
Deleted segments are passed over: what is deleted has been read and is final (retention.py).
"""

import json
from collections import OrderedDict
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from agent.journal.layout import HEAD_BYTES, SEGMENT_HEADER_BYTES
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.journal.segment import Damage, SegmentFile, SegmentName, Whole, segments

DAMAGED = "journal damaged"
REMEMBERED_STREAMS = 4096
"""Streams whose next offset is remembered, so that missing bytes are noticed."""

Entry = tuple[Position, Record]


class Walk:
    """Where one reader stands. Not for two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: SegmentFile | None = None
        self._first_segment = 0
        self._behind: Position | None = None
        self._at = SEGMENT_HEADER_BYTES
        self._known_end: int | None = None
        self._streams = _Streams()
        self._before = Record(RecordKind.GAP, "", 0, Direction.TO_PRINTER, 0, "", 0, 0, False, b"")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def seek(self, position: Position | None, *, containing: bool = False) -> None:
        """To behind the record at `position`, or to the record that holds the byte there; None: to the beginning.

        So does a position of a journal that is not in the folder (it was born anew). One ahead of the writer waits.
        """
        self.close()
        self._streams, self._first_segment, self._behind = _Streams(), 0, None
        existing = segments(self._folder)
        if position is None or (existing and all(name.journal != position.journal for name in existing)):
            return
        self._first_segment = position.segment
        self._behind = None if containing else position
        if self._open_first(existing) and self._file is not None and self._file.name.segment == position.segment:
            self._at = self._found_at(self._file, position.offset, containing=containing)

    def next(self) -> Entry | None:
        """None: the writer has written nothing more yet."""
        while self._file is not None or self._open_first(segments(self._folder)):
            if entry := self._step():
                if self._behind is None or entry[0] > self._behind:
                    return entry
            elif not self._follow():
                break
        return None

    # Within a segment.

    def _step(self) -> Entry | None:
        found = self._file.step(self._at, self._known_end) if self._file else None
        if isinstance(found, Damage):
            self._at = found.end
            return found.position, _ownerless_gap(self._before, found.end - found.start)
        if found is None:
            return None
        record = found.decoded.record
        if missing := self._streams.missing(record):
            self._streams.expect(record, record.offset)
            position = replace(found.position, offset=found.start + 1)
            return position, _gap(record, record.offset - missing, missing)
        return self._take(found)

    def _take(self, found: Whole) -> Entry:
        record, length = found.decoded.record, found.decoded.length
        self._at, self._before = found.end, record
        self._streams.passed(record, length)
        if found.decoded.whole:
            return found.position, record
        if record.kind is RecordKind.BYTES:
            return found.position, _gap(record, record.offset, length)
        if record.kind is RecordKind.GAP:
            return found.position, _gap(record, record.offset, None)
        return found.position, replace(record, payload=b"{}")

    def _found_at(self, file: SegmentFile, offset: int, *, containing: bool) -> int:
        """Where to go on for `seek`."""
        start = offset - HEAD_BYTES
        if start >= SEGMENT_HEADER_BYTES and (whole := file.whole_at(start)):
            return start if containing else whole.end
        if whole := file.holding(offset):
            return whole.start if containing or offset < whole.position.offset else whole.end
        at = SEGMENT_HEADER_BYTES
        while found := file.step(at, self._known_end):
            if offset < (found.end if containing else found.position.offset):
                break
            at = found.end
        return at

    # From segment to segment.

    def _open_first(self, existing: list[SegmentName]) -> bool:
        """The first of these that still exists and is wanted."""
        wanted = [name for name in existing if name.segment >= self._first_segment]
        for name, newer in zip_longest(wanted, wanted[1:]):
            try:
                file = SegmentFile(name)
            except FileNotFoundError:  # retention was faster
                continue
            self.close()
            self._file, self._at, self._first_segment = file, SEGMENT_HEADER_BYTES, name.segment
            self._known_end = None if newer is None else _end_of(name, newer)
            return True
        return False

    def _follow(self) -> bool:
        """Goes on behind the end of a segment; False when there is nothing to go on with."""
        if self._file is None:
            return False
        newer = [name for name in segments(self._folder) if name.segment > self._file.name.segment]
        if not newer:
            return False
        if self._known_end is None:  # it was the newest a moment ago: look once more, now that it can only be complete
            self._known_end = _end_of(self._file.name, newer[0])
            return True
        self._first_segment = newer[0].segment
        return self._open_first(newer)


class _Streams:
    """What offset comes next in each lane, session and direction, as far as this walk has seen."""

    def __init__(self) -> None:
        self._next = OrderedDict[tuple[str, int, Direction], int]()
        self._newest_opened: int | None = None

    def missing(self, record: Record) -> int:
        """Raw bytes that should have come before this record and did not; 0 when that cannot be told."""
        key = (record.lane, record.session, record.direction)
        seen_from_birth = self._newest_opened is not None and record.session > self._newest_opened
        expected = self._next.get(key, 0 if seen_from_birth else record.offset)
        return max(0, record.offset - expected)

    def expect(self, record: Record, offset: int) -> None:
        key = (record.lane, record.session, record.direction)
        self._next[key] = offset
        self._next.move_to_end(key)
        if len(self._next) > REMEMBERED_STREAMS:
            self._next.popitem(last=False)

    def passed(self, record: Record, length: int) -> None:
        """`length`: bytes of its payload, also when they are damaged."""
        if record.kind is RecordKind.OPENED:
            self._newest_opened = max(record.session, self._newest_opened or 0)
            for direction in Direction:
                self.expect(replace(record, direction=direction), 0)
        elif record.kind is RecordKind.CLOSED:
            self._next.pop((record.lane, record.session, record.direction), None)
        else:
            self.expect(record, record.offset + (_gap_length(record) if record.kind is RecordKind.GAP else length))


def _gap_length(record: Record) -> int:
    try:
        return int(json.loads(record.payload)["length"] or 0)
    except (ValueError, KeyError, TypeError):  # damaged, or not ours: then nothing is known about what it skips
        return 0


def _gap(like: Record, start: int, length: int | None) -> Record:
    words = {"from": start, "to": None if length is None else start + length, "cause": DAMAGED, "length": length}
    return replace(like, kind=RecordKind.GAP, offset=start, payload=json.dumps(words).encode())


def _ownerless_gap(before: Record, journal_bytes: int) -> Record:
    words = {"from": None, "to": None, "cause": DAMAGED, "length": None, "journal_bytes": journal_bytes}
    payload = json.dumps(words).encode()
    return replace(
        before, kind=RecordKind.GAP, lane="", session=0, direction=Direction.TO_PRINTER, offset=0, payload=payload
    )


def _end_of(name: SegmentName, newer: SegmentName) -> int:
    """Where the last whole record of a closed segment ended, as the next one's header tells; 0: not known."""
    if newer.segment != name.segment + 1:
        return 0
    try:
        with SegmentFile(newer) as file:
            header = file.header()
    except FileNotFoundError:
        return 0
    return header.previous_end if header else 0

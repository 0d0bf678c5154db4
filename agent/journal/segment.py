"""segment: the journal's files by name, and one file read record by record, over damage; never writes.

Files are read with pread, not mapped: a bad sector is then an error that can be stepped over and not a killed process.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.journal.layout import (
    HEAD_BYTES,
    MARK,
    MAX_RECORD,
    SEGMENT_HEADER_BYTES,
    UNWRITTEN,
    Decoded,
    Place,
    SegmentHeader,
    decode,
    decode_header,
)
from agent.journal.record import Position

WINDOW_BYTES = 4 * MAX_RECORD
"""Read in one go: half a mebibyte, so that many records cost one system call."""
SECTOR_BYTES = 4096
_NAME_RE = re.compile(r"([0-9a-f]{8})-([0-9]{6,10})\.segment")


@dataclass(frozen=True, slots=True, order=True)
class SegmentName:
    """The name carries journal and number, so that a damaged header costs nothing."""

    segment: int
    journal: int
    path: Path

    @classmethod
    def of(cls, folder: Path, journal: int, segment: int) -> "SegmentName":
        return cls(segment, journal, folder / f"{journal:08x}-{segment:06d}.segment")


def segments(folder: Path) -> list[SegmentName]:
    """The journal's segments, oldest first; an absent folder has none."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    found = [(match, name) for name in names if (match := _NAME_RE.fullmatch(name))]
    return sorted(SegmentName(int(match[2]), int(match[1], 16), folder / name) for match, name in found)


@dataclass(frozen=True, slots=True)
class Whole:
    """A record with a sound head. `position`: its payload's first byte; `end`: where the next one begins."""

    position: Position
    decoded: Decoded
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes from `start` to `end` that hold no sound head. `position` is no record's position and lies between."""

    position: Position
    start: int
    end: int


class SegmentFile:
    """One open file. It stays readable when retention removes its name."""

    def __init__(self, name: SegmentName) -> None:
        """FileNotFoundError when it has been removed."""
        self.name = name
        self._file = os.open(name.path, os.O_RDONLY | os.O_CLOEXEC)
        self._window, self._window_at = b"", 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        os.close(self._file)

    def header(self) -> SegmentHeader | None:
        return decode_header(self._read(0, SEGMENT_HEADER_BYTES))

    def position(self, offset: int) -> Position:
        return Position(self.name.journal, self.name.segment, offset)

    def unwritten_from(self, at: int) -> bool:
        """Nothing but zeros from `at` to the end of the file."""
        while window := self._read(at, WINDOW_BYTES):
            if window.count(0) != len(window):
                return False
            at += len(window)
        return True

    def whole_at(self, start: int) -> Whole | None:
        """The record that begins at `start`. Looks at the disk anew before it says no: a writer may be at work."""
        if (found := self._decode(start, fresh=False)) and found.decoded.whole:
            return found
        if self._read(start, len(MARK)) != MARK:
            return None
        return self._decode(start, fresh=True)

    def _decode(self, start: int, *, fresh: bool) -> Whole | None:
        window, base = self._around(start, fresh=fresh)
        decoded = decode(window, start - base, Place(self.name.journal, self.name.segment, start))
        return Whole(self.position(start + HEAD_BYTES), decoded, start, start + decoded.size) if decoded else None

    def holding(self, offset: int) -> Whole | None:
        """The record that the byte at `offset` belongs to, found backwards; None when that is not a sound one."""
        if offset < SEGMENT_HEADER_BYTES:
            return None
        base = max(SEGMENT_HEADER_BYTES, offset - MAX_RECORD)
        window = self._read(base, offset - base + len(MARK))
        hit = window.rfind(MARK)
        while hit >= 0:
            if found := self.whole_at(base + hit):
                return found if found.end > offset else None
            hit = window.rfind(MARK, 0, hit + len(MARK) - 1)
        return None

    def step(self, at: int, known_end: int | None) -> Whole | Damage | None:
        """What stands at `at`; None: nothing (yet), or a torn tail.

        `known_end` None: the writer may still be at work here. Else nothing will be added any more; where the next
        segment's header tells it, `known_end` is the end of the last whole record (0: not known).
        """
        live = known_end is None
        whole = self.whole_at(at)
        if whole and (whole.decoded.whole or not live):
            return whole
        if live and self._read(at, len(MARK)) in (UNWRITTEN, b""):
            return None  # the usual end of a poll
        if (later := self._search(at + 1)) is None:
            if known_end is not None and at < known_end:
                return Damage(self.position(at + 1), at, known_end)
            return None
        whole = self.whole_at(at)  # it may have become whole while we searched: then it was no damage
        return whole or Damage(self.position(at + 1), at, later)

    def _search(self, at: int) -> int | None:
        """Where the next record with a sound head begins, `at` or later; over the rest of this file only."""
        while window := self._read(at, WINDOW_BYTES):
            hit = window.find(MARK)
            while hit >= 0:
                if self.whole_at(at + hit):
                    return at + hit
                hit = window.find(MARK, hit + 1)
            if len(window) < WINDOW_BYTES:
                return None
            at += len(window) - len(MARK) + 1
        return None

    def _around(self, at: int, *, fresh: bool) -> tuple[bytes, int]:
        """Bytes that hold all a record at `at` can need, and the offset they begin at."""
        within = self._window_at <= at and at + MAX_RECORD <= self._window_at + len(self._window)
        if fresh or not within:
            self._window, self._window_at = self._read(at, WINDOW_BYTES), at
        return self._window, self._window_at

    def _read(self, at: int, count: int) -> bytes:
        """Short at the end of the file only; sectors that the disk cannot read come out as zeros."""
        parts = []
        while count:
            try:
                part = os.pread(self._file, count, at)
            except OSError:
                part = self._read_by_sector(at, count)
            if not part:
                break
            parts.append(part)
            at, count = at + len(part), count - len(part)
        return b"".join(parts)

    def _read_by_sector(self, at: int, count: int) -> bytes:
        until = min(at + count, os.fstat(self._file).st_size)
        return b"".join(self._read_sector(start, end) for start, end in _sectors(at, until))

    def _read_sector(self, start: int, end: int) -> bytes:
        try:
            return os.pread(self._file, end - start, start)
        except OSError:  # a bad sector: what it held fails its CRC and is named as damage
            return bytes(end - start)


def _sectors(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        until = min(end, (start // SECTOR_BYTES + 1) * SECTOR_BYTES)
        yield start, until
        start = until

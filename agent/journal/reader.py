"""reader: gives the journal's records behind a position, in pages, while another process writes; keeps no cursor."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent.journal.layout import SEGMENT_HEADER_BYTES
from agent.journal.record import Position, Record
from agent.journal.segment import SegmentFile, SegmentName, Whole, segments
from agent.journal.walk import Entry, Walk

PAGE_BYTES = 8 << 20
"""Payload in one page at most (one record more, at worst), however many records were asked for."""


class JournalReader:
    """Not for two threads. A folder without a journal yet is an empty journal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._walk = Walk(folder)
        self._standing: tuple[Position | None] | None = None
        self._end: tuple[SegmentName, int, Position | None] | None = None

    def read(self, after: Position | None, limit: int) -> list[Entry]:
        """At most `limit` records behind the one at `after`; empty only when there are none (yet).

        Reading on from the last record given costs one small read when nothing is new; any other `after` is searched.
        Damage comes out as GAP records (see walk.py); half-written records do not come out.
        """
        standing, self._standing = self._standing, None
        if standing != (after,):
            self._walk.seek(after)
        page: list[Entry] = []
        size = 0
        while len(page) < limit and size < PAGE_BYTES and (entry := self._walk.next()):
            page.append(entry)
            size += len(entry[1].payload)
        self._standing = (page[-1][0] if page else after,)
        return page

    def replay(self, origin: Position | None) -> Iterator[Entry]:
        """Everything from the record that holds `origin` (None: the oldest) to what is the end by then."""
        with closing(Walk(self._folder)) as walk:
            walk.seek(origin, containing=True)
            while entry := walk.next():
                yield entry

    def end(self) -> Position | None:
        """The newest record's position; None when there is none."""
        for name in reversed(segments(self._folder)):
            if position := self._last_of(name):
                return position
        return None

    def close(self) -> None:
        self._walk.close()

    def _last_of(self, name: SegmentName) -> Position | None:
        at, last = SEGMENT_HEADER_BYTES, None
        if self._end and self._end[0] == name:
            _, at, last = self._end
        try:
            with SegmentFile(name) as file:
                while found := file.step(at, None):
                    at, last = found.end, found.position if isinstance(found, Whole) else last
        except FileNotFoundError:  # retention was faster
            return None
        self._end = (name, at, last)
        return last


__all__ = ["Entry", "JournalReader", "Position", "Record"]

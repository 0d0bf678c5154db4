"""writer: appends records to the journal's newest segment and syncs them; reads nothing back, waits for nobody.

A position is never used for different bytes: after a reboot or behind a damaged tail a new segment begins, because
bytes that were never synced may be gone although the agent has already acted on them. After a mere death of the
process in the same boot writing goes on behind the last whole record, which the kernel still has.
"""

import fcntl
import logging
import os
from itertools import count
from pathlib import Path

from agent.clock import Clock, Quality
from agent.errors import JournalBusy, StorageFull
from agent.journal.layout import (
    HEAD_BYTES,
    MAX_PAYLOAD,
    MAX_RECORD,
    SEGMENT_HEADER_BYTES,
    Place,
    SegmentHeader,
    encode,
    encode_header,
    encoded_size,
)
from agent.journal.record import Direction, Position, Record, RecordKind, Stamp
from agent.journal.segment import Damage, SegmentFile, SegmentName, segments
from agent.journal.spare import Spare, refused

__all__ = ["SEGMENT_BYTES", "JournalWriter", "Stamp"]

LOG = logging.getLogger(__name__)
SEGMENT_BYTES = 8 << 20
SMALLEST_SEGMENT_BYTES = 4096
LOST_SESSIONS = 1 << 16
"""Skipped after a reboot: sessions numbered since the last sync, whose records the power cut may have taken."""


def stamp_of(clock: Clock) -> Stamp:
    """Now, as records carry it."""
    wall_us = round(clock.wall().timestamp() * 1_000_000)
    return Stamp(clock.boot, round(clock.monotonic() * 1e9), wall_us, clock.quality() is Quality.NTP)


class JournalWriter:
    """For one thread. Holds a lock on the folder: two writers would overwrite each other. Raises JournalBusy."""

    def __init__(self, folder: Path, clock: Clock, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        if segment_bytes < SMALLEST_SEGMENT_BYTES:
            raise ValueError(f"a segment of {segment_bytes} bytes holds too little")
        self._folder, self._clock, self._segment_bytes = folder, clock, segment_bytes
        self.piece_bytes = min(MAX_PAYLOAD, segment_bytes // 4)
        """Longest payload of one record; longer BYTES become several."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder_file = _lock(folder)
        self._spare = Spare(folder / "spare", segment_bytes)
        self._file: int | None = None
        self._at = self._size = 0
        self._dirty = self._said_low = False
        self._previous_end = 0
        self._sessions = count(self._resume())

    def next_session(self) -> int:
        """A number that no other session of this journal has or will have. Any thread may ask."""
        return next(self._sessions)

    def stamp(self) -> Stamp:
        return stamp_of(self._clock)

    def append(  # noqa: PLR0917  (a record's own fields, in their own order)
        self,
        kind: RecordKind,
        lane: str,
        session: int,
        direction: Direction,
        offset: int,
        payload: bytes,
        when: Stamp | None = None,
    ) -> Position:
        """Writes without syncing; gives the position of the payload's first byte. Raises StorageFull.

        BYTES longer than `piece_bytes` become several records; when the disk fills up between two, the earlier stay.
        """
        if len(payload) > self.piece_bytes and kind is not RecordKind.BYTES:
            raise ValueError(f"a {kind.name} record of {len(payload)} bytes is too long")
        moment = when or self.stamp()
        positions = [
            self._write(
                Record(
                    kind,
                    lane,
                    session,
                    direction,
                    offset + at,
                    moment.boot,
                    moment.monotonic_ns,
                    moment.wall_us,
                    moment.trusted,
                    payload[at : at + self.piece_bytes],
                )
            )
            for at in range(0, max(1, len(payload)), self.piece_bytes)
        ]
        return positions[0]

    def sync(self) -> None:
        """All appended so far is on the disk when this returns. Raises StorageFull when the disk refuses.

        Once three quarters of the segment are used it also does a step of `prepare`, if nobody did that before.
        """
        if self._dirty and self._file is not None:
            self._fdatasync(self._file)
            self._dirty = False
        if self._at > self._size * 3 // 4:
            self.prepare()

    def prepare(self) -> bool:
        """A step of making the next segment, some 25 ms on a slow card; for idle moments. True when it is ready.

        A full disk is no error yet here: the current segment and what there is of the spare can still be written.
        """
        try:
            done = self._spare.grow()
        except StorageFull as error:
            if not self._said_low:  # once, not at every sync until somebody comes
                LOG.warning("the journal has %d bytes left: %s", self.room, error)
            self._said_low = True
            return False
        self._said_low = False
        return done

    @property
    def low(self) -> bool:
        """The disk has no room for the next segment: one segment before anything has to wait."""
        free = os.fstatvfs(self._folder_file)
        return self._spare.done + free.f_bavail * free.f_frsize < self._segment_bytes

    @property
    def room(self) -> int:
        """Bytes that can be written for sure, however full the disk is: of this segment and of the spare."""
        return self._size - self._at + self._spare.done

    def close(self) -> None:
        """Syncs and lets go of the folder. Raises StorageFull like `sync`, having let go all the same."""
        try:
            self.sync()
        finally:
            self._close_segment()
            self._spare.close()
            os.close(self._folder_file)

    # Where to go on.

    def _resume(self) -> int:
        """Finds the newest segment and goes on in it if that is safe; gives the first session number to use."""
        existing = segments(self._folder)
        if not existing:
            self._name = SegmentName.of(self._folder, _birth(), 0)
            return 1
        self._name = existing[-1]
        with SegmentFile(self._name) as file:
            self._previous_end, highest, sound = _survey(file)
            header = file.header()
            sound = sound and file.unwritten_from(self._previous_end)
        first = max(highest + 1, header.first_session if header else _first_session(existing[:-1]))
        if sound and header and header.created.boot == self._clock.boot and self._reopen():
            return first
        return first + LOST_SESSIONS

    def _reopen(self) -> bool:
        try:
            self._file = os.open(self._name.path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            LOG.warning("the journal's newest segment cannot be written: %s", error)
            return False
        self._at, self._size, self._dirty = self._previous_end, os.fstat(self._file).st_size, True
        return True

    # One record.

    def _write(self, record: Record) -> Position:
        size = encoded_size(record)
        file = self._file_with(size)
        position = Position(self._name.journal, self._name.segment, self._at + HEAD_BYTES)
        parts = encode(record, Place(self._name.journal, self._name.segment, self._at))
        try:
            written = os.pwritev(file, parts, self._at)
            if written != size:
                os.pwrite(file, b"".join(parts)[written:], self._at + written)
        except OSError as error:
            self._close_segment()  # what stands there now may be half a record: nothing goes behind it
            raise refused(error, "writing to the journal") from error
        self._at += size
        self._dirty = True
        return position

    def _file_with(self, size: int) -> int:
        """The segment that takes `size` more bytes."""
        if self._file is None or self._at + size > self._size:
            self._fill_spare(size)
            self._leave_segment()
            self._file = self._begin_segment(SegmentName.of(self._folder, self._name.journal, self._name.segment + 1))
        return self._file

    # The next segment.

    def _fill_spare(self, needed: int) -> None:
        """As much of the spare as the disk gives, at least one record's worth. Raises StorageFull."""
        try:
            self._spare.grow(self._segment_bytes)
        except StorageFull:
            if self._spare.done < SEGMENT_HEADER_BYTES + max(needed, min(MAX_RECORD, self._segment_bytes)):
                raise

    def _leave_segment(self) -> None:
        if self._file is not None:
            if self._dirty:
                self._fdatasync(self._file)
            self._close_segment()

    def _begin_segment(self, name: SegmentName) -> int:
        """Header first, then the name, each synced: a segment that can be seen is one that can be used."""
        header = SegmentHeader(name.journal, name.segment, self.next_session(), self._previous_end, self.stamp())
        file, path, size = self._spare.take()
        try:
            os.pwrite(file, encode_header(header), 0)
            os.fdatasync(file)
            os.rename(path, name.path)
            os.fsync(self._folder_file)
        except OSError as error:
            os.close(file)
            raise refused(error, "beginning a segment of the journal") from error
        self._name, self._at, self._size = name, SEGMENT_HEADER_BYTES, size
        return file

    def _fdatasync(self, file: int) -> None:
        try:
            os.fdatasync(file)
        except OSError as error:
            self._close_segment()  # the kernel may have dropped what it could not write: do not trust this file again
            raise refused(error, "syncing the journal") from error

    def _close_segment(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._previous_end = self._at
            self._file, self._dirty = None, False
            self._at = self._size = 0


def _survey(file: SegmentFile) -> tuple[int, int, bool]:
    """End of the last whole record, highest session number in it (0: none), and whether all before it is sound."""
    at, highest, sound = SEGMENT_HEADER_BYTES, 0, True
    while found := file.step(at, 0):
        if isinstance(found, Damage):
            sound = False
        else:
            highest = max(highest, found.decoded.record.session)
            sound = sound and found.decoded.whole
        at = found.end
    return at, highest, sound


def _birth() -> int:
    """A journal's name for ever; never 0."""
    return int.from_bytes(os.urandom(4), "little") or 1


def _first_session(older: list[SegmentName]) -> int:
    """From the newest header that can be read."""
    for name in reversed(older):
        with SegmentFile(name) as file:
            if header := file.header():
                return header.first_session + LOST_SESSIONS
    return 1


def _lock(folder: Path) -> int:
    """The folder's own file, locked; nothing is created, so that this works on a full disk."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(file)
        raise JournalBusy(f"{folder} is being written by another process") from error
    return file

"""spare: the segment prepared ahead, zeros on the disk; what the journal can still write once the disk is full."""

import os
from pathlib import Path

from agent.errors import StorageFull

STEP_BYTES = 256 << 10
"""Written and synced in one go: 25 ms on a card that writes 10 MB/s."""
_ZEROS = bytes(STEP_BYTES)


def refused(error: OSError, doing: str) -> StorageFull:
    """Whatever the disk's reason is (full, quota, read-only after an error, broken): it takes nothing now."""
    return StorageFull(f"{doing}: {os.strerror(error.errno or 0)}")


class Spare:
    """Grows step by step to `size` bytes. What an earlier process left is gone on with once it proves to be zeros."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size
        self._file: int | None = None
        self.done = 0
        """Bytes that are zeros on the disk."""

    @property
    def ready(self) -> bool:
        return self.done >= self._size

    def grow(self, limit: int = STEP_BYTES) -> bool:
        """One step of at most `limit` bytes, synced; True when the spare is ready. Raises StorageFull."""
        if self.ready:
            return True
        try:
            file = self._open()
            while limit > 0 and not self.ready:
                written = os.pwrite(file, _ZEROS[: min(self._size - self.done, STEP_BYTES, limit)], self.done)
                self.done, limit = self.done + written, limit - written
            os.fsync(file)
        except OSError as error:
            raise refused(error, "preparing the journal's next segment") from error
        return self.ready

    def take(self) -> tuple[int, Path, int]:
        """The open file, its path and size, for the journal to write a header into; a new spare begins after."""
        taken = self._open(), self._path, self.done
        self._file, self.done = None, 0
        return taken

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.done = self._zeros()
            os.ftruncate(self._file, self.done)
        return self._file

    def _zeros(self) -> int:
        """How many bytes of the file found are zeros: a power cut may have left a header in it."""
        file, count = self._file, 0
        while file is not None and (part := os.pread(file, min(STEP_BYTES, self._size - count), count)):
            if part.count(0) != len(part):
                return 0
            count += len(part)
        return count

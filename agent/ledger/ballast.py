"""ballast: room kept in a file beside the ledger and given back when the disk is full; knows nothing of SQL."""

import os
import shutil
from pathlib import Path

BLOCK = 1 << 16
ROOM_FOR_IT = 3
"""Made again only when this many times its size is free: a disk at the brink would be filled by the ballast itself."""


class Ballast:
    """A file of `size` bytes that really are on the disk (not sparse, not compressible)."""

    def __init__(self, path: Path, size: int) -> None:
        self._path, self._size = path, size

    @property
    def present(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size

    def drop(self) -> bool:
        """Gives the room back; False when there was none to give."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        return True

    def restore(self) -> bool:
        """Makes it when it is missing and there is room to spare; True when it stands afterwards."""
        if self.present:
            return True
        if shutil.disk_usage(self._path.parent).free < ROOM_FOR_IT * self._size:
            return False
        try:
            self._write()
        except OSError:  # the room went between looking and writing: next time
            self._path.unlink(missing_ok=True)
            return False
        return True

    def _write(self) -> None:
        with self._path.open("wb") as file:
            for start in range(0, self._size, BLOCK):
                file.write(os.urandom(min(BLOCK, self._size - start)))
            file.flush()
            os.fsync(file.fileno())

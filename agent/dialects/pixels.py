"""pixels: gathers what Star's raster mode prints row by row into one picture; prints nothing itself."""

from agent.dialects.bitmaps import LARGEST
from agent.print_events import Raster

LONGEST_MOVE = 4096
"""Half a metre of paper; a longer move down is noise."""


class Pixels:
    def __init__(self) -> None:
        self.open = False
        """Between ESC * r A and ESC * r B nothing is text."""
        self._at = self._wide = self._height = self._kept = 0
        self._rows: list[tuple[int, bytes]] = []
        """How many bytes wide, and so many rows of that: an empty one is paper moved down."""

    def rows(self, at: int, wide: int, count: int, data: bytes) -> None:
        """`count` rows of `wide` bytes; `data` has them all, or was too much to keep."""
        if not self._height:
            self._at = at
        self._wide = max(self._wide, wide)
        self._height += count
        self._kept += len(data)
        if wide and self._kept <= LARGEST:
            self._rows.append((wide, data))
        elif self._kept <= LARGEST:
            self._rows.append((0, bytes(count)))

    def down(self, dots: int) -> None:
        if self._height:
            self.rows(self._at, 0, min(dots, LONGEST_MOVE), b"")

    def taken(self, *, with_dots: bool = True) -> Raster | None:
        """The picture so far, when there is one; the next row begins another."""
        picture: Raster | None = None
        if self._height:
            picture = Raster(self._at, self._wide * 8, self._height, self._joined() if with_dots else b"")
        self._wide = self._height = self._kept = 0
        self._rows = []
        return picture

    def _joined(self) -> bytes:
        """Every row as wide as the widest; nothing when that is too much."""
        wide = self._wide
        if wide * self._height > LARGEST or self._kept > LARGEST:
            return b""
        return b"".join(self._padded(size, data) for size, data in self._rows)

    def _padded(self, size: int, data: bytes) -> bytes:
        if size == self._wide:
            return data
        if not size:
            return bytes(self._wide * len(data))
        rows = (data[at : at + size] for at in range(0, len(data), size))
        return b"".join(row.ljust(self._wide, b"\0") for row in rows)

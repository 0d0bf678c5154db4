"""glyphs: keeps the shapes a till draws for character codes (ESC &), gives them back as pictures; reads none."""

from collections.abc import Iterable

from agent.dialects import bitmaps
from agent.print_events import Raster

HIGH = 24
"""Dots of a character cell."""
STAR_WIDTH = 12


class Glyphs:
    def __init__(self) -> None:
        self._shapes: dict[int, Raster] = {}

    def define(self, at: int, high: int, first: int, last: int, data: bytes) -> None:
        """ESC & y c1 c2 [x d]…: for each code a width in dots, then so many columns of `high` bytes."""
        place = 0
        for code in range(first, last + 1):
            if place >= len(data):
                return
            width = data[place]
            columns = data[place + 1 : place + 1 + width * high]
            place += 1 + width * high
            self._shapes[code] = Raster(at, width, high * 8, bitmaps.from_columns(columns, high) if high else b"")

    def define_rows(self, at: int, code: int, data: bytes) -> None:
        """Star's ESC & 1 1 n: 24 rows of two bytes, of which 12 dots count."""
        self._shapes[code] = Raster(at, STAR_WIDTH, HIGH, data)

    def shapes(self, codes: Iterable[int]) -> tuple[Raster, ...]:
        """Those of these codes; one drawn in an earlier job has no dots."""
        return tuple(self._shapes.get(code, Raster(0, 0, 0)) for code in codes)

    def forget(self) -> None:
        """ESC @ gives the printer's own characters back."""
        self._shapes.clear()

"""pixels: gathers what Star's raster mode prints row by row into one picture; keeps no dots, prints nothing itself."""

from agent.print_events import Raster

LONGEST_MOVE = 4096
"""Half a metre of paper; a longer move down is noise."""


class Pixels:
    def __init__(self) -> None:
        self.open = False
        """Between ESC * r A and ESC * r B nothing is text."""
        self._at = self._width = self._height = 0

    def row(self, at: int, width: int) -> None:
        if not self._height:
            self._at = at
        self._width = max(self._width, width)
        self._height += 1

    def down(self, dots: int) -> None:
        if self._height:
            self._height += min(dots, LONGEST_MOVE)

    def taken(self) -> Raster | None:
        """The picture so far, when there is one; the next row begins another."""
        picture = Raster(self._at, self._width, self._height) if self._height else None
        self._width = self._height = 0
        return picture

"""bitmap: takes the pictures of a job where they stand on the paper, gives one picture of dots; reads no text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.paper import Mark, place
from agent.paper.rows import places_of
from agent.paper.sheet import DRAWN
from agent.print_events import PrintEvent, Raster, Text

WIDEST = 1024
"""Dots; paper of 112 mm has 832."""
MOST_ROWS = 20_000
"""2.5 m of paper."""
_RUN_re = re.compile("1+")


@dataclass(frozen=True, slots=True)
class Bitmap:
    """`rows`: one whole number a row of dots, the leftmost dot its highest of `width` bits; 1 is black."""

    width: int
    rows: tuple[int, ...]

    @property
    def height(self) -> int:
        return len(self.rows)

    def to_bytes(self) -> bytes:
        """Rows padded to whole bytes, as printers and PBM files have them."""
        size = -(-self.width // 8)
        pad = size * 8 - self.width
        return b"".join((row << pad).to_bytes(size, "big") for row in self.rows)


def joined(events: Sequence[PrintEvent], width_dots: int) -> Bitmap | None:
    """All the pictures of a job as one: bands below each other, strips side by side, blank feeds between them.

    None when no picture's dots came over the wire, or when it is longer than any receipt.
    """
    marks = [picture for mark in place(events, width_dots).marks for picture in _pictures(mark)]
    width = max((mark.x + mark.width for mark in marks), default=0)
    height = max((mark.y + mark.height for mark in marks), default=0)
    if not 0 < width <= WIDEST or height > MOST_ROWS:
        return None
    rows = [0] * height
    for mark in marks:
        assert isinstance(mark.what, Raster)
        shift = width - mark.x - mark.width
        for y, row in enumerate(_rows(mark.what), start=mark.y):
            rows[y] |= row << shift
    return Bitmap(width, tuple(rows))


def _pictures(mark: Mark) -> Iterator[Mark]:
    """The picture; or the shapes that a till has drawn for letters of its own, where they stand in the text."""
    if isinstance(mark.what, Raster) and mark.what.data:
        yield mark
    elif isinstance(mark.what, Text) and mark.what.drawn:
        shapes = iter(mark.what.drawn)
        for column, sign in enumerate(places_of(mark.what.text)):
            if sign == DRAWN and (shape := next(shapes, None)):
                yield Mark(mark.x + column * mark.what.cell, mark.y, shape.width, shape.height, shape)


def _rows(picture: Raster) -> Iterator[int]:
    size = -(-picture.width // 8)
    pad = size * 8 - picture.width
    for start in range(0, min(len(picture.data), size * picture.height) - size + 1, size):
        yield int.from_bytes(picture.data[start : start + size], "big") >> pad


def runs(bits: int, width: int) -> list[tuple[int, int]]:
    """Stretches of black dots from left to right, each (first, behind the last)."""
    return [match.span() for match in _RUN_re.finditer(f"{bits:0{width}b}")] if bits else []

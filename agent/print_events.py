"""print_events: what every dialect gives from printer bytes; positions are dots, `at` is the byte offset in the job."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def event(cls: type[_T]) -> type[_T]:
    """Frozen for the type checker only: a receipt has hundreds, and frozen at run time each takes 4 times as long."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@event
class Text:
    """A run of characters in one style. `cell` = dots one column takes (12 for font A, 9 for B, doubled when wide)."""

    at: int
    text: str
    cell: int = 12
    tall: int = 1
    emphasis: bool = False
    drawn: "tuple[Raster, ...]" = ()
    """The shapes of its U+FFFD, in order, where the till has drawn characters of its own; else none."""


@event
class Feed:
    """Ends the line (`lines` >= 1), or only moves the paper by `dots` (lines = 0; negative: backwards).

    A line ended with `dots` moves the paper by so many in all; with 0 the spacing is the printer's own (30 a line).
    """

    at: int
    lines: int = 1
    dots: int = 0


@event
class Return:
    """Carriage return: the head goes back to the left edge and what follows overprints the line."""

    at: int


@event
class Move:
    """Horizontal position: absolute from the left margin, or relative to where the last character ended."""

    at: int
    dots: int
    relative: bool = False


@event
class Tab:
    """To the next tab stop; `stops` in columns, as set by the till (empty: every 8)."""

    at: int
    stops: tuple[int, ...] = ()


@event
class Aligned:
    at: int
    align: Align


@event
class PageMove:
    """Page mode: what follows stands at this spot of the page (dots from its top left)."""

    at: int
    x: int | None = None
    y: int | None = None


@event
class PageEnd:
    """Page mode is printed: its texts come out sorted by y, then x."""

    at: int


@event
class Cut:
    at: int
    partial: bool = False


@event
class Raster:
    """A picture. `width` x `height` in dots as printed; `data`: one bit per dot, 1 is black, rows padded to bytes.

    `data` is empty when the picture lies in the printer (a logo stored before), or is larger than any receipt.
    An `inline` one stands in the line like a character, at the print position, and the line goes on behind it.
    """

    at: int
    width: int
    height: int
    data: bytes = b""
    inline: bool = False


@event
class Barcode:
    at: int
    symbology: str
    data: str


@event
class DrawerKick:
    at: int


@event
class Unreadable:
    """Bytes that fit no command: `why` in words, `size` bytes skipped."""

    at: int
    size: int
    why: str


PrintEvent = (
    Text | Feed | Return | Move | Tab | Aligned | PageMove | PageEnd | Cut | Raster | Barcode | DrawerKick | Unreadable
)

"""print_events: what every dialect gives from printer bytes; positions are dots, `at` is the byte offset in the job."""

from enum import StrEnum

from agent.cheap_value import cheap_value


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@cheap_value
class Text:
    """A run of characters in one style. `cell` = dots one column takes (12 for font A, 9 for B, doubled when wide)."""

    at: int
    text: str
    cell: int = 12
    tall: int = 1
    emphasis: bool = False
    drawn: "tuple[Raster, ...]" = ()
    """The shapes of its U+FFFD, in order, where the till has drawn characters of its own; else none."""


@cheap_value
class Feed:
    """Ends the line (`lines` >= 1), or only moves the paper by `dots` (lines = 0; negative: backwards).

    A line ended with `dots` moves the paper by so many in all; with 0 the spacing is the printer's own (30 a line).
    """

    at: int
    lines: int = 1
    dots: int = 0


@cheap_value
class Return:
    """Carriage return: the head goes back to the left edge and what follows overprints the line."""

    at: int


@cheap_value
class Move:
    """Horizontal position: absolute from the left margin, or relative to where the last character ended."""

    at: int
    dots: int
    relative: bool = False


@cheap_value
class Tab:
    """To the next tab stop; `stops` in columns, as set by the till (empty: every 8)."""

    at: int
    stops: tuple[int, ...] = ()


@cheap_value
class Aligned:
    at: int
    align: Align


@cheap_value
class PageMove:
    """Page mode: what follows stands at this spot of the page (dots from its top left)."""

    at: int
    x: int | None = None
    y: int | None = None


@cheap_value
class PageEnd:
    """Page mode is printed: its texts come out sorted by y, then x."""

    at: int


@cheap_value
class Cut:
    at: int
    partial: bool = False


@cheap_value
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


@cheap_value
class Barcode:
    at: int
    symbology: str
    data: str


@cheap_value
class DrawerKick:
    at: int


@cheap_value
class Unreadable:
    """Bytes that fit no command: `why` in words, `size` bytes skipped."""

    at: int
    size: int
    why: str


PrintEvent = (
    Text | Feed | Return | Move | Tab | Aligned | PageMove | PageEnd | Cut | Raster | Barcode | DrawerKick | Unreadable
)

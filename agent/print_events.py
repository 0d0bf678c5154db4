"""print_events: what every dialect gives from printer bytes; positions are dots, `at` is the byte offset in the job."""

from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters in one style. `cell` = dots one column takes (12 for font A, 9 for B, doubled when wide)."""

    at: int
    text: str
    cell: int = 12
    tall: int = 1
    emphasis: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """Ends the line (`lines` >= 1), or only moves the paper by `dots` (lines = 0; negative: backwards)."""

    at: int
    lines: int = 1
    dots: int = 0


@dataclass(frozen=True, slots=True)
class Return:
    """Carriage return: the head goes back to the left edge and what follows overprints the line."""

    at: int


@dataclass(frozen=True, slots=True)
class Move:
    """Horizontal position: absolute from the left margin, or relative to where the last character ended."""

    at: int
    dots: int
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Tab:
    """To the next tab stop; `stops` in columns, as set by the till (empty: every 8)."""

    at: int
    stops: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Aligned:
    at: int
    align: Align


@dataclass(frozen=True, slots=True)
class PageMove:
    """Page mode: what follows stands at this spot of the page (dots from its top left)."""

    at: int
    x: int | None = None
    y: int | None = None


@dataclass(frozen=True, slots=True)
class PageEnd:
    """Page mode is printed: its texts come out sorted by y, then x."""

    at: int


@dataclass(frozen=True, slots=True)
class Cut:
    at: int
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Raster:
    """A picture. `width` x `height` in dots; `data` one bit per dot, rows padded to bytes, empty when only named."""

    at: int
    width: int
    height: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Barcode:
    at: int
    symbology: str
    data: str


@dataclass(frozen=True, slots=True)
class DrawerKick:
    at: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that fit no command: `why` in words, `size` bytes skipped."""

    at: int
    size: int
    why: str


PrintEvent = (
    Text | Feed | Return | Move | Tab | Aligned | PageMove | PageEnd | Cut | Raster | Barcode | DrawerKick | Unreadable
)

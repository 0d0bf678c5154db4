"""signs: takes a picture of text, gives its lines, each as signs with their exact dots; knows no letters.

A sign is what stands between two blank columns of a line: a letter, or several that touch. Its key is its dots and how
it stands on the line's foot, so that the same letter of the same font has the same key wherever it was printed.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from itertools import groupby
from operator import or_

from agent.raster.bitmap import Bitmap, runs

TALLEST_TEXT = 72
"""Dots, 9 mm: what is higher is a drawing, one sign as a whole."""
THIN = 6
"""Dots; a line so thin is a part of '=' or ':' when it has company near, else a rule."""
NEAR = 6
LONGEST_STROKE = 48
"""Dots in a row without a gap: longer ones are rules and underlines, not letters."""
DARK = 0.5
"""A line with more black than this is printed white on black."""
SAME_SIGNS_RULE, THIN_RULE = 8, 4
"""So many equal signs and nothing else, or signs so low: a rule of dashes or stars, which says nothing."""


@dataclass(frozen=True, slots=True)
class Key:
    """`foot`: dots its lowest row stands below the line's foot (negative: above it)."""

    width: int
    foot: int
    rows: tuple[int, ...]

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def is_drawing(self) -> bool:
        """A drawing stands below its foot, which is its top; its only row is a fingerprint of its dots."""
        return self.foot > TALLEST_TEXT

    def to_text(self) -> str:
        return f"{self.width}.{self.foot}." + "-".join(f"{row:x}" for row in self.rows)

    @classmethod
    def from_text(cls, text: str) -> "Key":
        """The inverse of `to_text`. Raises ValueError."""
        width, foot, rows = text.split(".")
        return cls(int(width), int(foot), tuple(int(row, 16) for row in rows.split("-")))


@dataclass(frozen=True, slots=True)
class Sign:
    """Dots of the paper: `left` … `right` (behind the last), `top` … `bottom`; `rows` are its own, trimmed."""

    left: int
    right: int
    top: int
    bottom: int
    rows: tuple[int, ...]

    def key(self, foot: int) -> Key:
        return Key(self.right - self.left, self.bottom - foot, self.rows)


@dataclass(frozen=True, slots=True)
class TextLine:
    """`feet`: heights that may be the line's foot, the likeliest first. A drawing is a line of one sign."""

    top: int
    bottom: int
    signs: tuple[Sign, ...]
    feet: tuple[int, ...]

    @property
    def is_drawing(self) -> bool:
        return self.bottom - self.top > TALLEST_TEXT

    @property
    def foot(self) -> int:
        return self.feet[0]

    @property
    def cap(self) -> int:
        """Height of its tallest sign above the foot: capitals and digits."""
        return max(self.foot - sign.top for sign in self.signs)


def text_lines(picture: Bitmap) -> list[TextLine]:
    """Lines of text from top to bottom. Codes and rules are left out: no word stands in them."""
    return [line for top, bottom in _bands(picture.rows) for line in _lines_in(picture, top, bottom)]


def _bands(rows: Sequence[int], first: int = 0) -> list[tuple[int, int]]:
    """Stretches of rows with ink; a thin one joins its neighbour: the two halves of '=' are one line."""
    bands: list[tuple[int, int]] = []
    at = first
    for inked, group in groupby(rows, bool):
        size = sum(1 for _ in group)
        if inked:
            bands.append((at, at + size))
        at += size
    joined: list[tuple[int, int]] = []
    for top, bottom in bands:
        if joined and top - joined[-1][1] <= NEAR and (bottom - top < THIN or joined[-1][1] - joined[-1][0] < THIN):
            joined[-1] = (joined[-1][0], bottom)
        else:
            joined.append((top, bottom))
    return joined


def _lines_in(picture: Bitmap, top: int, bottom: int) -> Iterator[TextLine]:
    rows = picture.rows[top:bottom]
    if _is_barcode(rows) or _is_qr(rows, picture.width):
        return
    if bottom - top > TALLEST_TEXT:
        yield _drawing(rows, picture.width, top)
        return
    rows = _dark_on_light(rows, picture.width)
    cleared = tuple(_without_strokes(row, picture.width) for row in rows)
    for low, high in _bands(cleared):
        line = _line(cleared[low:high], picture.width, top + low)
        if line:
            yield line


def _is_barcode(rows: Sequence[int]) -> bool:
    """The rows of its middle are all the same."""
    return len(rows) >= 24 and len(set(rows[len(rows) // 4 : -len(rows) // 4])) == 1


def _is_qr(rows: Sequence[int], width: int) -> bool:
    """A square with the finder pattern in its top left corner: 7 modules of black, and 1:1:3:1:1 through its middle."""
    spans = runs(reduce(or_, rows), width)
    left, right = spans[0][0], spans[-1][1]
    first = runs(rows[0], width)[0]
    module = (first[1] - first[0]) / 7
    if abs((right - left) - len(rows)) > 2 or module < 1 or first[0] != left or module != round(module):
        return False
    size = round(module)
    across = [end - start for start, end in runs(rows[3 * size], width)[:3]]
    return across == [size, 3 * size, size]


def _drawing(rows: tuple[int, ...], width: int, top: int) -> TextLine:
    spans = runs(reduce(or_, rows), width)
    left, right = spans[0][0], spans[-1][1]
    bottom = top + len(rows)
    size = -(-width // 8)
    digest = blake2b(b"".join((row >> (width - right)).to_bytes(size, "big") for row in rows), digest_size=16)
    mark = int.from_bytes(digest.digest(), "big")
    return TextLine(top, bottom, (Sign(left, right, top, bottom, (mark,)),), (top,))


def _dark_on_light(rows: tuple[int, ...], width: int) -> tuple[int, ...]:
    """White on black is turned; the frame of black around it goes with that."""
    spans = runs(reduce(or_, rows), width)
    left, right = spans[0][0], spans[-1][1]
    ink = sum(row.bit_count() for row in rows)
    if len(rows) < 12 or ink < DARK * len(rows) * (right - left):
        return rows
    mask = ((1 << (right - left)) - 1) << (width - right)
    return tuple(~row & mask for row in rows)


def _without_strokes(row: int, width: int) -> int:
    if row.bit_count() < LONGEST_STROKE:
        return row
    for left, right in runs(row, width):
        if right - left >= LONGEST_STROKE:
            row &= ~(((1 << (right - left)) - 1) << (width - right))
    return row


def _line(rows: tuple[int, ...], width: int, top: int) -> TextLine | None:
    signs = tuple(_signs(rows, width, top))
    if len(signs) >= SAME_SIGNS_RULE and (len(rows) <= THIN_RULE or len({sign.rows for sign in signs}) == 1):
        return None
    if not signs:
        return None
    feet = Counter(sign.bottom for sign in signs)
    likely = sorted(feet, key=lambda foot: (-feet[foot], foot))
    return TextLine(top, top + len(rows), signs, tuple(likely))


def _signs(rows: tuple[int, ...], width: int, top: int) -> Iterator[Sign]:
    for left, right in runs(reduce(or_, rows), width):
        shift, mask = width - right, (1 << (right - left)) - 1
        own = [row >> shift & mask for row in rows]
        first = next(index for index, row in enumerate(own) if row)
        last = max(index for index, row in enumerate(own) if row)
        yield Sign(left, right, top + first, top + last + 1, tuple(own[first : last + 1]))

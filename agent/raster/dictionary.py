"""dictionary: what each sign of a till's font means; looks signs up exactly and guesses nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from agent.raster.signs import Key, Sign, TextLine

MOST_PIECES = 6
"""Letters that touch; a longer one is no word's part but a drawing."""
MOST_COLUMNS, MOST_STEPS = 200, 20_000
"""A picture of noise must not be taken apart for ever."""
MOST_OVERLAP = 4
"""Dots that letters reach under each other: 'TA', 'rf'."""
DATUM = 64
"""Dots below the foot where columns are counted from."""
_INSIDE_OTHERS = frozenset("-_'`|/\\!:;\"~^°·")
"""Strokes that are a part of many letters: never taken for a letter of their own inside a larger sign."""

Columns = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """`known`: sign → what it stands for, one character or several that touch; '' says nothing, as an ornament.

    `sure_digits`: keys of digits that sums have proven, or that were read alike so often that they need no sum.
    """

    known: Mapping[Key, str] = field(default_factory=dict)
    sure_digits: frozenset[Key] = frozenset()
    upright: frozenset[Key] = frozenset()
    """Strokes that are an 'l' or an 'I' in this font, told apart by the letters beside them; known as 'l'."""
    _pieces: dict[int, list[tuple[Columns, str]]] = field(default_factory=dict)
    _taken_apart: dict[Key, str | None] = field(default_factory=dict)

    def look_up(self, key: Key) -> str | None:
        """None: not known. A sign made of known ones that touch, dot for dot and in one way only, is known as well."""
        if (text := self.known.get(key)) is not None:
            return text
        if key not in self._taken_apart:
            self._taken_apart[key] = self._apart(key)
        return self._taken_apart[key]

    def is_sure(self, key: Key) -> bool:
        """Whether its digits, if it has any, are beyond doubt; those of touching ones are their parts'."""
        text = self.known.get(key)
        return text is None or not any(map(str.isdigit, text)) or key in self.sure_digits

    def _apart(self, key: Key) -> str | None:
        if not 3 < key.width <= MOST_COLUMNS or key.is_drawing:
            return None
        if not self._pieces:
            self._find_pieces()
        steps = iter(range(MOST_STEPS))
        found = set(self._ways(columns_of(key), 0, MOST_PIECES, (), steps))
        return found.pop() if len(found) == 1 and next(steps, None) is not None else None

    def _find_pieces(self) -> None:
        for key, text in self.known.items():
            if text and text not in _INSIDE_OTHERS and key.width > 1:
                columns = columns_of(key)
                self._pieces.setdefault(columns[0], []).append((columns, text))

    def _ways(self, columns: Columns, at: int, left: int, drawn: Columns, steps: Iterator[int]) -> Iterator[str]:
        """Texts of known signs that give exactly these columns; `drawn`: what the one before put there, from `at`."""
        if not left:
            return
        for overlap in range(min(len(drawn), MOST_OVERLAP) + 1):
            start = at + len(drawn) - overlap
            if drawn[: len(drawn) - overlap] != columns[at:start] or start >= len(columns):
                continue
            for first in {columns[start], *self._pieces} if overlap else {columns[start]}:
                for piece, text in self._pieces.get(first, ()):
                    if next(steps, None) is None:
                        return
                    placed = _over(drawn[len(drawn) - overlap :], piece)
                    end = start + len(piece)
                    if (not at and not drawn and len(piece) >= len(columns)) or end > len(columns):
                        continue
                    if any(dots & ~own for dots, own in zip(placed, columns[start:], strict=False)):
                        continue
                    if end == len(columns) and placed == columns[start:]:
                        yield text
                    yield from (text + rest for rest in self._ways(columns, start, left - 1, placed, steps))


def _over(below: Columns, piece: Columns) -> Columns:
    return tuple(dots | (below[index] if index < len(below) else 0) for index, dots in enumerate(piece))


@lru_cache(maxsize=4096)
def columns_of(key: Key) -> Columns:
    """Its columns from left to right, each a number whose bits count dots above the datum."""
    lift = DATUM - key.foot
    columns = [0] * key.width
    for index, row in enumerate(reversed(key.rows)):
        for x in range(key.width):
            if row >> (key.width - 1 - x) & 1:
                columns[x] |= 1 << max(0, lift + index)
    return tuple(columns)


def on_best_foot(line: TextLine, dictionary: Dictionary) -> list[tuple[Sign, Key, str | None]]:
    """The line's signs looked up; on the foot on which most of them are known, the likeliest first."""
    best: list[tuple[Sign, Key, str | None]] = []
    for foot in line.feet:
        found = [(sign, key := sign.key(foot), dictionary.look_up(key)) for sign in line.signs]
        if all(text is not None for _, _, text in found):
            return found
        if not best or _known(found) > _known(best):
            best = found
    return best


def _known(found: list[tuple[Sign, Key, str | None]]) -> int:
    return sum(text is not None for _, _, text in found)

"""spacing: takes lines of signs, gives how many blanks stand between two of them; knows no letters.

In a font whose letters are all equally wide, blanks are told by the columns of its grid: the gaps beside an 'i' are as
wide as a blank. In others by the gap itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import median

from agent.raster.signs import Sign, TextLine

LOWEST_TEXT = 6
"""Dots of a capital; what is lower is a rule or a row of points."""
ENOUGH = 24
"""Distances between neighbours that tell a font; fewer follow the font of the other lines."""
ON_GRID = 0.13
"""Mean distance from a whole column, in columns; letters of equal width are off by less, others by about 0.2."""
BLANK_OF_CAP, BLANK_BESIDE_NARROW = 0.34, 0.5
"""A gap of so many cap heights is a blank, when letters are of different widths; narrow signs bring white along."""
_NARROW = frozenset(".,:;'!|1il-()[]/")
COLUMN_OF_CAP = 1.2
"""A gap this wide is more than a blank: another column."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """`pitch`: dots of a column by cap height, for lines on a grid; `ratio` = pitch per cap height of the others."""

    pitch: dict[int, float]
    ratio: float | None

    def blanks(self, line: TextLine, before: tuple[Sign, str], after: tuple[Sign, str]) -> int:
        """Between two signs of a line, each with what it stands for."""
        (one, said), (other, says), pitch = before, after, self._pitch(line)
        if pitch is None:
            gap = (other.left - one.right) / line.cap
            is_narrow = said[-1:] in _NARROW or says[:1] in _NARROW
            return int(gap >= (BLANK_BESIDE_NARROW if is_narrow else BLANK_OF_CAP)) + int(gap >= COLUMN_OF_CAP)
        width, cells = one.right - one.left, max(1, len(said))
        last = one.right - width / cells / 2
        first = other.left + min(other.right - other.left, pitch) / 2
        return max(0, round((first - last) / pitch) - 1)

    def _pitch(self, line: TextLine) -> float | None:
        return self.pitch.get(line.cap) or (self.ratio * line.cap if self.ratio else None)


@lru_cache(maxsize=32)
def spacing_of(lines: tuple[TextLine, ...]) -> Spacing:
    """Remembered for the latest pages, which are read again and again while a font is learnt."""
    distances: dict[int, list[float]] = defaultdict(list)
    for line in lines:
        signs = line.signs if line.cap >= LOWEST_TEXT and not line.is_drawing else ()
        for before, after in pairwise(signs):
            distances[line.cap].append((after.left + after.right - before.left - before.right) / 2)
    pitch: dict[int, float] = {}
    for cap, found in distances.items():
        if len(found) >= ENOUGH and (grid := _grid(found)):
            pitch[cap] = grid
    measured = sum(len(found) for found in distances.values() if len(found) >= ENOUGH)
    on_grid = sum(len(distances[cap]) for cap in pitch)
    ratios = [columns / cap for cap, columns in pitch.items()]
    return Spacing(pitch, median(ratios) if ratios and on_grid * 2 > measured else None)


def _grid(distances: Sequence[float]) -> float | None:
    """The column width that fits best, when it fits."""
    near = median(distances)
    candidates = [near * (0.85 + step / 200) for step in range(61)]
    best = min(candidates, key=lambda width: _misfit(distances, width))
    return best if _misfit(distances, best) <= ON_GRID else None


def _misfit(distances: Sequence[float], width: float) -> float:
    return sum(abs(distance / width - round(distance / width)) for distance in distances) / len(distances)

"""rows: takes runs of text at positions in dots, gives the line a person reads; knows no printer events.

A row is printed in passes: the head goes over it once, and again after a carriage return or a move to the left. A pass
that fits into what stands there (other columns, or the same letters again for bold) belongs to the line; one that
would overprint it with other letters is nothing a till means, so it becomes a line of its own.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from agent.print_events import Align

FONT_A, FONT_B = 12, 9
COLUMN_GAP = 2
"""Spaces between columns at least: '4.25' and '8.50' placed side by side by dots must never read '4.258.50'."""
_UNDERLINES = frozenset("_‗")
_AMOUNT_STARTS = frozenset("0123456789.,-+($€£¥₩₹￥＄%")


@dataclass(slots=True)
class Run:
    """Characters side by side from `x` on; a double-width sign takes two places, the second of them ''."""

    x: int
    cell: int
    places: list[str]
    joined: bool = False
    """Printed right behind the run before it, without a move: in another size, but the same words."""

    @property
    def end(self) -> int:
        return self.x + self.cell * len(self.places)

    @property
    def text(self) -> str:
        return "".join(self.places)


def places_of(text: str) -> list[str]:
    if text.isascii():
        return list(text)
    return [place for sign in text for place in _places_of_sign(sign)]


def _places_of_sign(sign: str) -> tuple[str, ...]:
    if unicodedata.combining(sign):
        return (sign,) if sign.strip() else ()
    return (sign, "") if unicodedata.east_asian_width(sign) in "WF" else (sign,)


Pass = list[Run]


@dataclass(slots=True)
class Row:
    """What was printed at one height of the paper. `at`: byte offset of its first character; y in dots."""

    y: int
    at: int = -1
    align: Align = Align.LEFT
    passes: list[Pass] = field(default_factory=list)
    picture: bool = False

    def write(self, at: int, x: int, cell: int, places: list[str], *, joined: bool, new_pass: bool) -> None:
        """`joined`: no move since the run before, so its letters go on."""
        if self.at < 0:
            self.at = at
        if new_pass or not self.passes:
            self.passes.append([Run(x, cell, places)])
        elif joined and self.passes[-1][-1].cell == cell:
            self.passes[-1][-1].places += places
        else:
            self.passes[-1].append(Run(x, cell, places, joined))

    def lines(self, width_dots: int) -> Iterator[str]:
        """Usually one; none when nothing but spaces stands here, more when passes do not fit together."""
        if not self.passes:
            return
        line = self.passes[0]
        for later in self.passes[1:]:
            merged = _merged(line, later)
            if merged is None:
                yield _as_text(line, self.align, width_dots)
                merged = later
            line = merged
        yield _as_text(line, self.align, width_dots)


def _merged(line: Pass, later: Pass) -> Pass | None:
    """Both passes as one, or None when letters would stand on other letters."""
    out = list(line)
    for run in later:
        touching = [other for other in out if other.x < run.end and run.x < other.end]
        for other in touching:
            together = _overprinted(other, run)
            if together is None:
                return None
            out.remove(other)
            run = together  # noqa: PLW2901 the run grows by each one it lies upon
        out.append(run)
    return sorted(out, key=lambda run: run.x)


def _overprinted(below: Run, above: Run) -> Run | None:
    if not above.text.strip():
        return below
    if not below.text.strip():
        return above
    if below.cell != above.cell:
        return below if below.text == above.text else None
    shift = round((above.x - below.x) / below.cell)
    start = min(shift, 0)
    size = max(len(below.places), shift + len(above.places)) - start
    places = [" "] * size
    places[-start : -start + len(below.places)] = below.places
    standing = range(-start, -start + len(below.places))
    for index, sign in enumerate(above.places, start=shift - start):
        if sign in _UNDERLINES and index in standing:
            continue  # underlines what stands there, spaces between words too
        fitting = _fitting(places[index], sign)
        if fitting is None:
            return None
        places[index] = fitting
    return Run(below.x + start * below.cell, below.cell, places)


def _fitting(below: str, above: str) -> str | None:
    if above in (below, " "):
        return below
    return above if below == " " or below in _UNDERLINES else None


def _as_text(line: Pass, align: Align, width_dots: int) -> str:
    unit = _unit(line)
    text, width, before = "", 0, None
    for run in line:
        gap = _gap(before, run, unit, width, text)
        text += " " * gap + run.text
        width += gap + len(run.places)
        before = run
    text = text.rstrip()
    if align is Align.LEFT or not text or line[0].x > 0:
        return text
    room = width_dots // unit - width
    return " " * max(0, room // 2 if align is Align.CENTRE else room) + text


def _unit(line: Pass) -> int:
    """Dots of one column: those of the font that most of the line is printed in."""
    small = sum(len(run.places) for run in line if run.cell % FONT_B == 0 and run.cell % FONT_A)
    return FONT_B if small * 2 > sum(len(run.places) for run in line) else FONT_A


def _gap(before: Run | None, run: Run, unit: int, width: int, text: str) -> int:
    """Spaces that bring the run to its column, but never so few that two amounts grow together."""
    to_column = round(run.x / unit) - width
    if before is None:
        return max(0, to_column)
    if run.joined and run.x == before.end:
        return 0
    dots = run.x - before.end
    least = COLUMN_GAP if dots >= unit * 1.5 or _grows_together(text, run) else int(dots * 4 >= unit)
    standing = len(text) - len(text.rstrip(" ")) + len(run.text) - len(run.text.lstrip(" "))
    return max(to_column if dots > 0 else 0, least - standing)


def _grows_together(text: str, run: Run) -> bool:
    return text[-1:] != " " and run.text[:1] in _AMOUNT_STARTS

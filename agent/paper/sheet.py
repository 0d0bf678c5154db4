"""sheet: takes print events, gives where each thing stands on the paper, in dots; draws nothing.

The layout in agent/paper puts words on a grid for the reader; this one keeps the dots for the eye.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from agent.paper.rows import FONT_A, FONT_B, places_of
from agent.print_events import (
    Align,
    Aligned,
    Barcode,
    Cut,
    Feed,
    Move,
    PageEnd,
    PageMove,
    PrintEvent,
    Raster,
    Return,
    Tab,
    Text,
)

FONT_A_DOTS, FONT_B_DOTS = 24, 17
"""Height of a character."""
LINE_DOTS = 30
MOST_DOTS = 30_000
"""3.7 m of paper."""
SYMBOL_DOTS, BARCODE_DOTS, CUT_DOTS = 168, 72, 40
TAB_COLUMNS = 8
DRAWN = "\ufffd"
"""Stands in a text for a shape that the till has drawn itself."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the paper; x, y of its top left corner, its size in dots. A cut has no text to draw."""

    x: int
    y: int
    width: int
    height: int
    what: Text | Raster | Barcode | Cut


@dataclass(frozen=True, slots=True)
class Sheet:
    marks: tuple[Mark, ...]
    height: int
    cropped: bool


def place(events: Sequence[PrintEvent], width_dots: int) -> Sheet:
    """Never raises; what lies beyond `MOST_DOTS` is cropped."""
    pen = _Pen(width_dots)
    for event in events:
        if pen.y > MOST_DOTS:
            break
        if handle := _HANDLERS.get(type(event)):
            handle(pen, event)
    pen.end_line(0)
    return Sheet(tuple(pen.marks), min(pen.lowest, MOST_DOTS), pen.y > MOST_DOTS)


def height_of(text: Text) -> int:
    return (FONT_B_DOTS if is_font_b(text) else FONT_A_DOTS) * text.tall


def is_font_b(text: Text) -> bool:
    return text.cell % FONT_B == 0 and text.cell % FONT_A != 0


@dataclass(slots=True)
class _Pen:
    width: int
    marks: list[Mark] = field(default_factory=list)
    line: list[Mark] = field(default_factory=list)
    """What stands on the line under the head; y counts from the line's top, which is told when it ends."""
    x: int = 0
    y: int = 0
    lowest: int = 0
    align: Align = Align.LEFT
    page_top: int | None = None

    def add(self, width: int, height: int, what: Text | Raster | Barcode) -> None:
        if self.page_top is not None:
            self._keep(Mark(self.x, self.page_top + self.y, width, height, what))
        else:
            self.line.append(Mark(self.x, 0, width, height, what))
        self.x += width

    def _keep(self, mark: Mark) -> None:
        self.marks.append(mark)
        self.lowest = max(self.lowest, mark.y + mark.height)

    def end_line(self, dots: int) -> None:
        """Prints what stands on the line, all on one foot, and moves the paper by `dots`, or by the ink when higher."""
        high = max((mark.height for mark in self.line), default=0)
        shift = self._shift()
        for mark in self.line:
            self._keep(Mark(mark.x + shift, self.y + high - mark.height, mark.width, mark.height, mark.what))
        self.line = []
        self.x = 0
        self.y += max(high, dots)
        self.lowest = max(self.lowest, self.y)

    def _shift(self) -> int:
        room = max(0, self.width - max((mark.x + mark.width for mark in self.line), default=0))
        return {Align.LEFT: 0, Align.CENTRE: room // 2, Align.RIGHT: room}[self.align]

    def ends_with_picture(self) -> bool:
        """A picture that took the whole line: what comes behind it stands below it."""
        last = self.line[-1].what if self.line else None
        return isinstance(last, Raster) and not last.inline


def _text(pen: _Pen, event: Text) -> None:
    if pen.ends_with_picture():
        pen.end_line(0)
    places = places_of(event.text)
    while places:
        room = max(1, (pen.width - pen.x) // event.cell) if pen.page_top is None else len(places)
        part, places = places[:room], places[room:]
        drawn, rest = event.drawn[: part.count(DRAWN)], event.drawn[part.count(DRAWN) :]
        piece = replace(event, text="".join(part), drawn=drawn)
        event = replace(event, drawn=rest)
        pen.add(len(part) * event.cell, height_of(event), piece)
        if places:
            pen.end_line(LINE_DOTS)


def _picture(pen: _Pen, event: Raster) -> None:
    if pen.ends_with_picture() or (pen.line and not event.inline):
        pen.end_line(0)
    pen.add(event.width or SYMBOL_DOTS, event.height or BARCODE_DOTS, event)


def _barcode(pen: _Pen, event: Barcode) -> None:
    is_square = event.symbology in ("qr", "datamatrix", "aztec", "maxicode")
    if pen.line:
        pen.end_line(0)
    width = SYMBOL_DOTS if is_square else min(pen.width, max(120, 22 * len(event.data)))
    pen.add(width, SYMBOL_DOTS if is_square else BARCODE_DOTS + FONT_A_DOTS, event)
    if pen.page_top is None:
        pen.end_line(0)


def _feed(pen: _Pen, event: Feed) -> None:
    if event.lines > 0:
        pen.end_line(event.dots or event.lines * LINE_DOTS)
    elif event.dots < 0:
        pen.end_line(0)
        pen.y = max(0, pen.y + event.dots)
    else:
        pen.end_line(event.dots)
    pen.lowest = max(pen.lowest, pen.y)


def _move(pen: _Pen, event: Move) -> None:
    pen.x = min(max(0, pen.x + event.dots if event.relative else event.dots), pen.width)


def _tab(pen: _Pen, event: Tab) -> None:
    column = pen.x // FONT_A
    stops = [stop for stop in event.stops if stop > column]
    if not event.stops or stops:
        pen.x = (stops[0] if stops else (column // TAB_COLUMNS + 1) * TAB_COLUMNS) * FONT_A


def _aligned(pen: _Pen, event: Aligned) -> None:
    if pen.line and event.align is not pen.align:
        pen.end_line(0 if pen.ends_with_picture() else LINE_DOTS)
    pen.align = event.align


def _page_move(pen: _Pen, event: PageMove) -> None:
    if pen.page_top is None:
        pen.end_line(0)
        pen.page_top, pen.y = pen.y, 0
    pen.x = event.x if event.x is not None else pen.x
    pen.y = event.y if event.y is not None else pen.y


def _page_end(pen: _Pen) -> None:
    if pen.page_top is not None:
        pen.page_top, pen.x, pen.y = None, 0, pen.lowest


def _cut(pen: _Pen, event: Cut) -> None:
    pen.end_line(0)
    pen.marks.append(Mark(0, pen.y, pen.width, CUT_DOTS, event))
    pen.y += CUT_DOTS
    pen.lowest = max(pen.lowest, pen.y)


def _return(pen: _Pen) -> None:
    pen.x = 0


_HANDLERS: dict[type, Callable[..., None]] = {
    Text: _text,
    Feed: _feed,
    Return: lambda pen, _event: _return(pen),
    Move: _move,
    Tab: _tab,
    Aligned: _aligned,
    PageMove: _page_move,
    PageEnd: lambda pen, _event: _page_end(pen),
    Raster: _picture,
    Barcode: _barcode,
    Cut: _cut,
}

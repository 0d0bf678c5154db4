"""layout: takes print events, gives the lines a person reads on the paper; reads no pictures, knows no receipt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.paper.rows import FONT_A, Row, places_of
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
    Unreadable,
)

WIDTH_DOTS = 576
"""80 mm paper; only centred and right-aligned lines need it."""
LINE_DOTS = 30
SAME_ROW_DOTS = 10
MOST_BLANK_LINES = 8
MOST_COLUMNS = 512
MOST_DOTS = 4096
MOST_PASSES = 256
"""A line underlined letter by letter is gone over once for each; more is noise."""
TAB_COLUMNS = 8
LOOK_BACK_ROWS = 200
"""Paper is fed back by a few rows at most."""


@dataclass(frozen=True, slots=True)
class Line:
    """`at`: offset in the job of the first byte that printed on it."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Paper:
    lines: tuple[Line, ...]
    pictures: int
    barcodes: tuple[Barcode, ...]
    unreadable: tuple[Unreadable, ...]
    cut: bool


def lay_out(events: Sequence[PrintEvent], width_dots: int = WIDTH_DOTS) -> Paper:
    """Never raises. Blank lines between text are kept (a run of at most eight), those behind it are not."""
    sheet = _Sheet()
    for event in events:
        if handle := _HANDLERS.get(type(event)):
            handle(sheet, event)
    return Paper(
        lines=_lines(sheet.finished(), width_dots),
        pictures=sum(isinstance(event, Raster) for event in events),
        barcodes=tuple(event for event in events if isinstance(event, Barcode)),
        unreadable=tuple(event for event in events if isinstance(event, Unreadable)),
        cut=any(isinstance(event, Cut) for event in events),
    )


def _lines(rows: list[Row], width_dots: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    blank = 0
    for row in rows:
        texts = list(row.lines(width_dots)) or [""]
        for text in texts:
            blank = 0 if text else blank + 1
            if blank <= MOST_BLANK_LINES:
                lines.append(Line(text, max(row.at, 0)))
    while lines and not lines[-1].text:
        lines.pop()
    return tuple(lines)


class _Sheet:
    """The paper under the head. `x` in dots from the left edge, `y` in dots from the job's start."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.row: Row | None = None
        self.x = self.y = 0
        self.align = Align.LEFT
        self.moved = self.back = self.fed_back = False
        self.page: list[tuple[int, int, Text]] | None = None

    def finished(self) -> list[Row]:
        self.end_row()
        return _from_top(self.rows) if self.fed_back else self.rows

    def end_row(self) -> None:
        self.row = None
        self.x, self.moved, self.back = 0, False, False

    def current(self) -> Row:
        if self.row is None:
            self.row = self._standing_row() or self._new_row()
        return self.row

    def _new_row(self) -> Row:
        row = Row(self.y, align=self.align)
        self.rows.append(row)
        return row

    def _standing_row(self) -> Row | None:
        """After feeding back: the row that is under the head again."""
        if not self.fed_back:
            return None
        near = (row for row in self.rows[-LOOK_BACK_ROWS:] if row.passes and abs(row.y - self.y) <= SAME_ROW_DOTS)
        found = next(near, None)
        self.back = found is not None
        return found

    def text(self, event: Text) -> None:
        if self.page is not None:
            self.page.append((self.y, self.x, event))
            self.go(self.x + len(places_of(event.text)) * event.cell)
            return
        places = places_of(event.text)
        for start in range(0, len(places), MOST_COLUMNS):
            part = places[start : start + MOST_COLUMNS]
            if self.x + len(part) * event.cell > MOST_DOTS:
                self.feed(1)
            self._write(event, part)

    def _write(self, event: Text, places: list[str]) -> None:
        if self.row and len(self.row.passes) >= MOST_PASSES:
            self.feed(1)
        row = self.current()
        row.write(event.at, self.x, event.cell, places, joined=not self.moved, new_pass=self.back)
        self.x += len(places) * event.cell
        self.moved = self.back = False

    def feed(self, lines: int) -> None:
        printed = int(self.row is not None)
        self.end_row()
        for blank in range(min(lines - printed, MOST_BLANK_LINES)):
            self.rows.append(Row(self.y + (printed + blank) * LINE_DOTS))
        self.y += lines * LINE_DOTS

    def feed_dots(self, dots: int) -> None:
        if dots > 0:
            blank = dots // (2 * LINE_DOTS if self.row else LINE_DOTS)
            self.end_row()
            for row in range(min(blank, MOST_BLANK_LINES)):
                self.rows.append(Row(self.y + (row + 1) * LINE_DOTS))
        elif dots < 0:
            self.fed_back = True
            self.end_row()
        else:
            self.go(0)
        self.y += dots

    def go(self, x: int) -> None:
        """Moves the head; to the left of what it just printed begins another pass over the row."""
        x = min(max(x, 0), MOST_DOTS)
        self.back = self.back or (x < self.x and self.row is not None and bool(self.row.passes))
        self.x, self.moved = x, True

    def page_move(self, event: PageMove) -> None:
        if self.page is None:
            self.end_row()
            self.page_top, self.y = self.y, 0
            self.page = []
        self.x = event.x if event.x is not None else self.x
        self.y = event.y if event.y is not None else self.y

    def page_end(self) -> None:
        """What stands on the page comes out from top to bottom, each row from left to right."""
        items, self.page = sorted(self.page or (), key=lambda item: item[:2]), None
        self.y = self.page_top if items else self.y
        top: int | None = None
        for y, x, event in items:
            if top is None or y - top > SAME_ROW_DOTS:
                self.feed(int(top is not None))
                top = y
            self.x, self.moved = x, True
            self.back = True
            self._write(event, places_of(event.text)[:MOST_COLUMNS])
        self.feed(int(top is not None))


def _from_top(rows: list[Row]) -> list[Row]:
    """Rows by height; a blank one that was passed twice, or printed on when it came back, is there once."""
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (row.y, not row.passes)):
        if row.passes or not kept or row.y - kept[-1].y > SAME_ROW_DOTS:
            kept.append(row)
    return kept


def _feed(sheet: _Sheet, event: Feed) -> None:
    if event.lines > 0:
        sheet.feed(event.lines)
    else:
        sheet.feed_dots(event.dots)


def _tab(sheet: _Sheet, event: Tab) -> None:
    column = sheet.x // FONT_A
    stops = [stop for stop in event.stops if stop > column]
    if event.stops and not stops:
        sheet.moved = True
        return
    sheet.go((stops[0] if stops else (column // TAB_COLUMNS + 1) * TAB_COLUMNS) * FONT_A)


def _aligned(sheet: _Sheet, event: Aligned) -> None:
    """Counts from the next line on when this one has text; a till that sends it there means a column."""
    sheet.align = event.align
    if sheet.row is not None and sheet.row.passes:
        sheet.x, sheet.moved = sheet.x + 2 * FONT_A, True


def _picture(sheet: _Sheet, _event: Raster) -> None:
    sheet.current().picture = True


Handler = Callable[[_Sheet, PrintEvent], None]
_HANDLERS: dict[type, Callable[..., None]] = {
    Text: _Sheet.text,
    Feed: _feed,
    Return: lambda sheet, _event: sheet.go(0),
    Move: lambda sheet, event: sheet.go(sheet.x + event.dots if event.relative else event.dots),
    Tab: _tab,
    Aligned: _aligned,
    PageMove: _Sheet.page_move,
    PageEnd: lambda sheet, _event: sheet.page_end(),
    Raster: _picture,
    Cut: lambda sheet, _event: sheet.end_row(),
}

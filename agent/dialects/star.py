"""star: takes Star's printer bytes (Line Mode, StarPRNT) cut anywhere, gives print events; reads no pixels.

What Star's languages share with ESC/POS is in escpos.py: the text runs, the page, the pictures. Meanings: STAR Line
Mode and StarPRNT command specifications.
"""

from agent.dialects import ink, moves, pictures, symbols
from agent.dialects.evidence import Language
from agent.dialects.reader import CANCELLED, Action, CommandReader, plan_of
from agent.dialects.star_paper import extension, forget_page, number, unsigned
from agent.dialects.star_table import STAR, is_cut
from agent.dialects.state import SETTINGS, DialectState
from agent.dialects.style import style_of
from agent.dialects.tokenizer import Token, Tokenizer
from agent.print_events import Cut, DrawerKick, Feed, PrintEvent, Raster, Tab, Unreadable

__all__ = ["Reader", "is_cut"]

LONGEST_DISPLAY = 200
"""Bytes; customer displays have two lines of twenty characters."""
DISPLAY = "text for a customer display on the printer's line is not read"
_COLUMN_DOTS = 24
_QUARTER_MM, _EIGHTH_MM = 2, 1
"""Dots, at 8 to the millimetre."""


_SILENT = frozenset(bytes((code,)) for code in b"\x00\x04\x05\x11\x13\x17\x1f")
"""Padding, status requests, checkpoints."""


class Reader(CommandReader):
    def __init__(self, state: DialectState | None = None) -> None:
        super().__init__((state or DialectState()).speaking(Language.STAR), STAR, PLAN)
        self._aside: int | None = None
        self._before_display: list[PrintEvent] = []
        self._style_before_display = self.style

    def give_up(self) -> list[PrintEvent]:
        before = super().give_up()
        self.keep_aside()
        return before + self._taken()

    def cut(self, event: Cut, end: int) -> None:
        self.keep_aside()
        super().cut(event, end)

    def set_aside(self, at: int) -> None:
        """ESC S: what follows goes to the customer display, if ESC G ends it."""
        self.keep_aside()
        self._aside, self._style_before_display = at, self.style
        self._before_display, self._events = self._events, []

    def drop_aside(self, end: int) -> None:
        """ESC G."""
        if self._aside is not None and end - self._aside <= LONGEST_DISPLAY:
            self._events, self._aside = self._before_display, None
            self.style = self._style_before_display
        self.keep_aside()

    def keep_aside(self) -> None:
        """It went on as no display text does: it may be the receipt."""
        if self._aside is not None:
            lost = Unreadable(self._aside, 2, DISPLAY)
            self._events, self._aside = [*self._before_display, lost, *self._events], None

    def _taken(self) -> list[PrintEvent]:
        if self._aside is None:
            return super()._taken()
        events, self._before_display = self._before_display, []
        return events


def _feed_lines(reader: CommandReader, token: Token) -> None:
    if token.head[2]:
        moves.line_feed(reader, token, min(token.head[2], 127))


def _feed_dots(reader: CommandReader, token: Token) -> None:
    dots = token.head[2] * (_QUARTER_MM if token.key == b"\x1bJ" else _EIGHTH_MM)
    if reader.page.open:
        reader.page.down(token.start, dots)
    else:
        reader.emit(Feed(token.start, 0, dots))


def _cut_or_feed(reader: CommandReader, token: Token) -> None:
    if is_cut(token.head):
        reader.cut(Cut(token.start, bool(token.head[2] & 1)), token.end)
    else:
        reader.emit(Feed(token.start))


def _raster_page(reader: CommandReader, token: Token) -> None:
    """ESC FF EOT ends a document of rows, which is cut off; ESC FF NUL only one page of it."""
    reader.end_pixels()
    is_end = token.head[2:3] == b"\x04" and reader.pixels.open
    if is_end:
        reader.cut(Cut(token.start), token.end)
    else:
        reader.emit(Feed(token.start))


def _form_feed(reader: CommandReader, token: Token) -> None:
    if not reader.page.open:
        reader.emit(Feed(token.start))


def _cancel(reader: CommandReader, token: Token) -> None:
    """CAN throws away the line buffer: what stands on a line that was not ended."""
    if reader.inked:
        reader.emit(Unreadable(token.start, 1, CANCELLED))
    _initialise(reader, token)


def _initialise(reader: CommandReader, token: Token) -> None:
    reader.glyphs.forget()
    reader.turn(is_on=False)
    ink.leave_pixels(reader, token)
    forget_page(reader, token)


def _column_images(high: int, wide: int = 1) -> Action:
    """n columns of `high` bytes, each dot `wide` dots wide."""
    return lambda reader, token: reader.draw(
        pictures.column_image(token.start, unsigned(token, 2), high, token.data, wide)
    )


def _block(reader: CommandReader, token: Token) -> None:
    """ESC k n1 n2: 24 rows of n bytes."""
    reader.draw(pictures.rows(token.start, unsigned(token, 2), _COLUMN_DOTS, token.data, inline=True))


def _barcode(reader: CommandReader, token: Token) -> None:
    reader.emit(symbols.star_barcode(token))
    if number(token.head[3]) in (1, 2):
        reader.emit(Feed(token.start))


def _logo(reader: CommandReader, token: Token) -> None:
    """ESC FS p n m prints a stored logo, ESC FS q n stores n of them."""
    if token.head[2:3] == b"p":
        reader.draw(reader.drawer.named(token.start, b"s" + token.head[3:4], *pictures.modes(token.head[4])))
    else:
        reader.drawer.stored_logos(b"s", token.head[3], token.data)


def _setting(reader: CommandReader, token: Token) -> None:
    """ESC RS x; L prints every stored logo."""
    if token.head[2:3] == b"L":
        reader.emit(Raster(token.start, 0, 0))


def _kick(reader: CommandReader, token: Token) -> None:
    reader.emit(DrawerKick(token.start))


def _line_spacing(reader: CommandReader, token: Token) -> None:
    reader.line_dots, reader.line_spaced = (32 if token.key == b"\x1bz" else 24), True


def _display(reader: CommandReader, token: Token) -> None:
    if isinstance(reader, Reader):
        reader.set_aside(token.start)


def _end_display(reader: CommandReader, token: Token) -> None:
    if isinstance(reader, Reader):
        reader.drop_aside(token.end)


def _draw_glyph(reader: CommandReader, token: Token) -> None:
    if token.data:
        reader.glyphs.define_rows(token.start, token.head[4], token.data)


ACTIONS: dict[bytes, Action] = {
    b"\n": moves.line_feed,
    b"\r": moves.carriage_return,
    b"\t": lambda reader, token: reader.emit(Tab(token.start, reader.state.tabs)),
    b"\f": _form_feed,
    b"\x0e": lambda _reader, _token: None,
    b"\x14": lambda _reader, _token: None,
    b"\x0f": lambda reader, _token: reader.turn(is_on=True),
    b"\x12": lambda reader, _token: reader.turn(is_on=False),
    b"\x18": _cancel,
    b"\x1b@": _initialise,
    b"\x1ba": _feed_lines,
    b"\x1bJ": _feed_dots,
    b"\x1bI": _feed_dots,
    b"\x1bz": _line_spacing,
    b"\x1b0": _line_spacing,
    b"\x1bd": _cut_or_feed,
    b"\x1b\x0c": _raster_page,
    b"\x1b\x1d": extension,
    b"\x1b\x1e": _setting,
    b"\x1b\x1c": _logo,
    b"\x1bb": _barcode,
    b"\x1bK": _column_images(1, wide=3),
    b"\x1bL": _column_images(1),
    b"\x1bk": _block,
    b"\x1bX": _column_images(3),
    b"\x1b*": ink.column_picture,
    b"b": ink.pixel_rows,
    b"k": ink.pixel_rows,
    b"\x1b&": _draw_glyph,
    b"\x1bS": _display,
    b"\x1bG": _end_display,
    b"\x07": _kick,
    b"\x1c": _kick,
    b"\x19": _kick,
    b"\x1a": _kick,
}
PLAN = plan_of(ACTIONS, _SILENT)


def state_behind(data: bytes, state: DialectState) -> DialectState:
    """What a till has set behind these bytes, also when they were taken for another language at first."""
    style = style_of(state.speaking(Language.STAR))
    for token in Tokenizer(STAR, reading=True).feed(data):
        if token.key in SETTINGS and not token.why:
            style = style.behind(token)
    return style.state

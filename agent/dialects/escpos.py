"""escpos: takes ESC/POS bytes cut anywhere, gives print events; opens no port, knows no receipt.

The events are the same however the bytes are sliced: a run of text comes out when the next command ends it, or at
give_up. Never raises: what cannot be read comes out as Unreadable.
"""

from collections.abc import Callable, Mapping

from agent.dialects import pictures, symbols
from agent.dialects.escpos_lengths import TEXT, Token, Tokenizer, is_cut
from agent.dialects.escpos_table import ESCPOS
from agent.dialects.page import Page
from agent.dialects.pictures import Drawer
from agent.dialects.pieces import Measure
from agent.dialects.pixels import Pixels
from agent.dialects.state import DialectState, follow, is_double_height
from agent.print_events import (
    Align,
    Aligned,
    Cut,
    DrawerKick,
    Feed,
    Move,
    PrintEvent,
    Return,
    Tab,
    Text,
    Unreadable,
)

RUN_LIMIT = 1 << 14
"""Bytes of text without any command between them; more come out in several events."""
FEW_DRAWN = 3
"""A till that draws no more characters than this has drawn a currency sign or a leaf, not its text."""
_LINE_DOTS = 30
_SILENT = frozenset(bytes((code,)) for code in b"\x00\x04\x07\x0f\x11\x12\x13\x17\x18\x1a")
"""Padding, flow control, buzzers, condensed print: no ink, and text goes on behind them."""
_INTERRUPTING = frozenset((b"\x10\x04", b"\x10\x05", b"\x1b\x06"))
_ALIGNS = {0: Align.LEFT, 1: Align.CENTRE, 2: Align.RIGHT, 48: Align.LEFT, 49: Align.CENTRE, 50: Align.RIGHT}
_FULL_CUTS = b"\x000Aag"

Action = Callable[["Reader", Token], None]


class Reader:
    """One stream. `state` is what the till has set so far; hand it to the next reader of the same connection."""

    silent = _SILENT

    def __init__(
        self,
        state: DialectState | None = None,
        table: dict[bytes, Measure] = ESCPOS,
        actions: Mapping[bytes, Action] | None = None,
    ) -> None:
        self.state = state or DialectState()
        self.page = Page()
        self.pixels = Pixels()
        self.drawer = Drawer()
        self.symbols: dict[int, bytes] = {}
        self.line_dots = _LINE_DOTS
        self.line_spaced = False
        """The till has set the spacing (ESC 3) and not left it to the printer."""
        self.line_wide = 1
        self._tokenizer = Tokenizer(table, reading=True, bare_bold=self.state.bare_bold)
        self._actions = ACTIONS if actions is None else actions
        self._events: list[PrintEvent] = []
        self._run = bytearray()
        self._run_at = 0

    def feed(self, data: bytes) -> list[PrintEvent]:
        for token in self._tokenizer.feed(data):
            self._take(token)
        return self._taken()

    def give_up(self) -> list[PrintEvent]:
        """The line went quiet: what is half-read is named and dropped; the next byte is read afresh."""
        for token in self._tokenizer.give_up():
            self._take(token)
        self._flush()
        self.end_pixels()
        if self.page.open:
            at = self.page.at
            self.page.close()
            self.emit(Unreadable(at, 0, "a page that was never printed is lost"))
        return self._taken()

    def emit(self, event: PrintEvent) -> None:
        if self.page.open:
            self.page.add(event)
        else:
            self._events.append(event)

    def end_pixels(self) -> None:
        if picture := self.pixels.taken():
            self.emit(picture)

    def emit_all(self, events: list[PrintEvent]) -> None:
        self._events += events

    def _taken(self) -> list[PrintEvent]:
        events, self._events = self._events, []
        return events

    def _take(self, token: Token) -> None:
        if token.key == TEXT:
            if not self.state.display:
                self._collect(token)
            return
        if (token.key in self.silent and not self.page.open) or token.key in _INTERRUPTING:
            return
        self._flush()
        if not self.state.display:
            self._act(token)
        if not token.why:
            self.state = follow(self.state, token.key, token.head, token.data)

    def _act(self, token: Token) -> None:
        if token.why:
            self.emit(Unreadable(token.start, token.end - token.start, token.why))
        elif action := self._actions.get(token.key):
            action(self, token)
        elif len(token.key) == 1 and token.key not in self.silent:
            self.emit(Unreadable(token.start, 1, "a control byte that prints nothing"))

    def _collect(self, token: Token) -> None:
        if not self._run:
            self._run_at = token.start
        self._run += token.data
        while len(self._run) >= RUN_LIMIT:
            rest = self._run[RUN_LIMIT:]
            del self._run[RUN_LIMIT:]
            self._flush()
            self._run, self._run_at = rest, self._run_at + RUN_LIMIT

    def _flush(self) -> None:
        if not self._run:
            return
        data = bytes(self._run)
        self._run.clear()
        if self.pixels.open:
            self.emit(Unreadable(self._run_at, len(data), "text between rows of pixels is not read"))
            return
        state = self.state
        text = state.decode(data)
        if state.drawn and not state.drawn_codes.isdisjoint(data):
            text = self._without_drawn(data)
        cell = state.cell * self.line_wide
        self.emit(Text(self._run_at, text, cell, state.tall, state.emphasis))

    def _without_drawn(self, data: bytes) -> str:
        """Shapes the till has drawn itself mean what it drew: shown as unknown, never as the letter they replace."""
        drawn = self.state.drawn_codes
        hit = bytes(code for code in data if code in drawn)
        harmless = len(drawn) <= FEW_DRAWN and not any(bytes((code,)).isalnum() for code in hit)
        why = "a sign drawn by the till itself" if harmless else "characters drawn by the till itself are not read"
        self.emit(Unreadable(self._run_at, len(hit), why))
        return "".join("\ufffd" if code in drawn else self.state.decode(bytes((code,))) for code in data)


def _signed(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little", signed=True)


def _unsigned(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little")


def line_feed(reader: Reader, token: Token, lines: int = 1) -> None:
    reader.line_wide = 1
    if reader.page.open:
        reader.page.down(token.start, lines * reader.line_dots)
    elif lines:
        reader.emit(Feed(token.start, lines, lines * reader.line_dots if reader.line_spaced else 0))
    else:
        reader.emit(Return(token.start))


def carriage_return(reader: Reader, token: Token) -> None:
    if reader.page.open:
        reader.page.down(token.start, 0)
    else:
        reader.emit(Return(token.start))


def _feed_lines(reader: Reader, token: Token) -> None:
    if not is_double_height(reader.state, token.head):
        line_feed(reader, token, token.head[2])


def _feed_dots(reader: Reader, token: Token) -> None:
    if reader.page.open:
        reader.page.down(token.start, token.head[2])
    else:
        reader.emit(Feed(token.start, 0, token.head[2]))


def _reverse_dots(reader: Reader, token: Token) -> None:
    scale = reader.line_dots if token.key == b"\x1be" else 1
    if reader.page.open:
        reader.page.down(token.start, -token.head[2] * scale)
    else:
        reader.emit(Feed(token.start, 0, -token.head[2] * scale))


def _form_feed(reader: Reader, token: Token) -> None:
    if not reader.page.open:
        reader.emit(Feed(token.start))
        return
    reader.emit_all(reader.page.printed(token.start))
    reader.page.close()


def _print_page(reader: Reader, token: Token) -> None:
    if reader.page.open:
        reader.emit_all(reader.page.printed(token.start))


def _absolute(reader: Reader, token: Token) -> None:
    dots = reader.state.dots(_unsigned(token.head))
    if reader.page.open:
        reader.page.across(token.start, dots)
    else:
        reader.emit(Move(token.start, dots))


def _relative(reader: Reader, token: Token) -> None:
    reader.emit(Move(token.start, reader.state.dots(_signed(token.head)), relative=True))


def _align(reader: Reader, token: Token) -> None:
    if (align := _ALIGNS.get(token.head[2])) is not None:
        reader.emit(Aligned(token.start, align))


def _cut(reader: Reader, token: Token) -> None:
    if is_cut(token.key, token.head):
        reader.emit(Cut(token.start, token.key != b"\x1dV" or token.head[2] not in _FULL_CUTS))


def _kick(reader: Reader, token: Token) -> None:
    reader.emit(DrawerKick(token.start))


def _kick_by_status(reader: Reader, token: Token) -> None:
    if len(token.head) == 3:
        reader.emit(DrawerKick(token.start))


def _kick_at_once(reader: Reader, token: Token) -> None:
    if token.head[2] == 1:
        reader.emit(DrawerKick(token.start))


def _symbol(reader: Reader, token: Token) -> None:
    data = token.data
    if token.head[2:3] == b"L":
        _graphics(reader, token)
    elif token.head[2:3] == b"k" and len(data) >= 2:
        if data[1] == symbols.STORE:
            reader.symbols[data[0]] = data[3:]
        elif data[1] == symbols.PRINT and data[0] in reader.symbols:
            reader.emit(symbols.symbol(token.start, data[0], reader.symbols[data[0]]))


def _graphics(reader: Reader, token: Token) -> None:
    if picture := reader.drawer.graphics(token):
        reader.emit(picture)


def _logo(reader: Reader, token: Token) -> None:
    """FS p n m: a logo by its number."""
    reader.emit(reader.drawer.named(token.start, b"q" + token.head[2:3], *pictures.modes(token.head[3])))


def _downloaded(reader: Reader, token: Token) -> None:
    """GS / m."""
    reader.emit(reader.drawer.named(token.start, b"*", *pictures.modes(token.head[2])))


def _line_spacing(reader: Reader, token: Token) -> None:
    reader.line_spaced = len(token.head) > 2
    reader.line_dots = token.head[2] if reader.line_spaced else _LINE_DOTS


def column_picture(reader: Reader, token: Token) -> None:
    """ESC *; with an 'r' it is Star's raster mode: A enters it, B leaves it, Y moves the paper, D kicks the drawer."""
    if token.head[2:3] != b"r":
        reader.emit(pictures.columns(token))
    elif token.head[3:4] == b"A":
        reader.pixels.open = True
    elif token.head[3:4] == b"B":
        leave_pixels(reader, token)
    elif token.head[3:4] == b"Y":
        digits = token.head[4:-1]
        reader.pixels.down(int(digits) if digits.isdigit() else digits[0])
    elif token.head[3:4] == b"D":
        reader.emit(DrawerKick(token.start))


def pixel_rows(reader: Reader, token: Token) -> None:
    wide = int.from_bytes(token.head[1:3], "little")
    reader.pixels.rows(token.start, wide, (token.end - token.start) // (3 + wide), token.data)


def leave_pixels(reader: Reader, _token: Token) -> None:
    reader.end_pixels()
    reader.pixels.open = False


def _initialise(reader: Reader, token: Token) -> None:
    leave_pixels(reader, token)
    reader.page.close()
    reader.line_dots, reader.line_spaced = _LINE_DOTS, False


def _macro(reader: Reader, token: Token) -> None:
    reader.emit(Unreadable(token.start, token.end - token.start, "what a macro prints is not read"))


def _wide_line(reader: Reader, token: Token) -> None:
    reader.line_wide = 2 if token.head in (b"\x0e", b"\x1b\x0e") else 1


def _page_area(reader: Reader, token: Token) -> None:
    if reader.page.open and len(token.head) == 10:
        x, y = (int.from_bytes(token.head[at : at + 2], "little") for at in (2, 4))
        reader.page.area(token.start, x, y)


def _page_down(reader: Reader, token: Token) -> None:
    if reader.page.open and token.key == b"\x1d$":
        reader.page.to(token.start, _unsigned(token.head))
    elif reader.page.open:
        reader.page.down(token.start, _signed(token.head), back=False)


ACTIONS: dict[bytes, Action] = {
    b"\n": line_feed,
    b"\r": carriage_return,
    b"\t": lambda reader, token: reader.emit(Tab(token.start, reader.state.tabs)),
    b"\f": _form_feed,
    b"\x18": lambda reader, token: reader.page.clear(token.start),
    b"\x0e": _wide_line,
    b"\x14": _wide_line,
    b"\x1b\x0e": _wide_line,
    b"\x1b\x14": _wide_line,
    b"\x1b\x0c": _print_page,
    b"\x1bL": lambda reader, token: reader.page.begin(token.start),
    b"\x1bS": lambda reader, _token: reader.page.close(),
    b"\x1b@": _initialise,
    b"\x1bW": _page_area,
    b"\x1d$": _page_down,
    b"\x1d\\": _page_down,
    b"\x1bd": _feed_lines,
    b"\x1bJ": _feed_dots,
    b"\x1bK": _reverse_dots,
    b"\x1be": _reverse_dots,
    b"\x1b2": _line_spacing,
    b"\x1b3": _line_spacing,
    b"\x1d\x0c": lambda reader, token: reader.emit(Feed(token.start)),
    b"\x1b$": _absolute,
    b"\x1b\\": _relative,
    b"\x1ba": _align,
    b"\x1bj": _align,
    b"\x1dV": _cut,
    b"\x1bi": _cut,
    b"\x1bm": _cut,
    b"\x1bp": _kick,
    b"\x1bv": _kick_by_status,
    b"\x10\x14": _kick_at_once,
    b"\x1dk": lambda reader, token: reader.emit(symbols.barcode(token)),
    b"\x1b\x81": lambda reader, token: reader.emit(symbols.daruma_qr(token)),
    b"\x1d(": _symbol,
    b"\x1d8": _graphics,
    b"\x1dv": lambda reader, token: reader.emit(pictures.raster(token)),
    b"\x1dQ": lambda reader, token: reader.emit(pictures.upright(token)),
    b"\x1d*": lambda reader, token: reader.drawer.downloaded(token),
    b"\x1cq": lambda reader, token: reader.drawer.logos(token),
    b"\x1dD": lambda reader, token: reader.drawer.bitmap(token),
    b"\x1b*": column_picture,
    b"b": pixel_rows,
    b"k": pixel_rows,
    b"\x1cp": _logo,
    b"\x1d/": _downloaded,
    b"\x1d^": _macro,
}
"""What each command that leaves ink, moves or cuts does; the ones that only set something are in state.py."""

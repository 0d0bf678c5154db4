"""escpos: takes ESC/POS commands, says what each does to the paper; measures none, knows no receipt.

The ones that only set something are in state.py.
"""

from agent.dialects import pictures, symbols
from agent.dialects.escpos_lengths import is_cut
from agent.dialects.escpos_table import ESCPOS
from agent.dialects.reader import CANCELLED, LINE_DOTS, RUN_LIMIT, Action, CommandReader
from agent.dialects.state import DialectState, is_double_height
from agent.dialects.tokenizer import Token
from agent.print_events import (
    Align,
    Aligned,
    Cut,
    DrawerKick,
    Feed,
    Move,
    Return,
    Tab,
    Unreadable,
)

__all__ = ["RUN_LIMIT", "Reader"]

_SILENT = frozenset(bytes((code,)) for code in b"\x00\x04\x07\x0f\x11\x12\x13\x17\x18\x1a")
"""Padding, flow control, buzzers, condensed print."""
_ALIGNS = {0: Align.LEFT, 1: Align.CENTRE, 2: Align.RIGHT, 48: Align.LEFT, 49: Align.CENTRE, 50: Align.RIGHT}
DISPLAY = "text for a customer display may be among this, which is not read apart"
_FULL_CUTS = b"\x000Aag"


class Reader(CommandReader):
    def __init__(self, state: DialectState | None = None) -> None:
        super().__init__(state or DialectState(), ESCPOS, ACTIONS, _SILENT)


def _signed(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little", signed=True)


def _unsigned(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little")


def line_end(reader: CommandReader, token: Token) -> None:
    """LF: what a receipt has most of."""
    reader.inked = False
    if reader.page.open or reader.line_spaced:
        line_feed(reader, token)
    else:
        reader.line_wide = 1
        reader.emit(Feed(token.start))


def line_feed(reader: CommandReader, token: Token, lines: int = 1) -> None:
    reader.inked = False
    reader.line_wide = 1
    if reader.page.open:
        reader.page.down(token.start, lines * reader.line_dots)
    elif lines:
        reader.emit(Feed(token.start, lines, lines * reader.line_dots if reader.line_spaced else 0))
    else:
        reader.emit(Return(token.start))


def carriage_return(reader: CommandReader, token: Token) -> None:
    if reader.page.open:
        reader.page.down(token.start, 0)
    else:
        reader.emit(Return(token.start))


def _feed_lines(reader: CommandReader, token: Token) -> None:
    if not is_double_height(reader.state, token.head):
        line_feed(reader, token, token.head[2])


def _feed_dots(reader: CommandReader, token: Token) -> None:
    if reader.page.open:
        reader.page.down(token.start, token.head[2])
    else:
        reader.emit(Feed(token.start, 0, token.head[2]))


def _reverse_dots(reader: CommandReader, token: Token) -> None:
    scale = reader.line_dots if token.key == b"\x1be" else 1
    if reader.page.open:
        reader.page.down(token.start, -token.head[2] * scale)
    else:
        reader.emit(Feed(token.start, 0, -token.head[2] * scale))


def _form_feed(reader: CommandReader, token: Token) -> None:
    if not reader.page.open:
        reader.emit(Feed(token.start))
        return
    reader.emit_page(reader.page.printed(token.start))
    reader.page.close()


def _print_page(reader: CommandReader, token: Token) -> None:
    if reader.page.open:
        reader.emit_page(reader.page.printed(token.start))


def _absolute(reader: CommandReader, token: Token) -> None:
    head, state = token.head, reader.state
    dots = head[2] | head[3] << 8
    dots = state.dots(dots) if state.unit else dots
    if reader.page.open:
        reader.page.across(token.start, dots)
    else:
        reader.emit(Move(token.start, dots))


def _relative(reader: CommandReader, token: Token) -> None:
    reader.emit(Move(token.start, reader.state.dots(_signed(token.head)), relative=True))


def _align(reader: CommandReader, token: Token) -> None:
    if (align := _ALIGNS.get(token.head[2])) is not None:
        reader.emit(Aligned(token.start, align))


def _cut(reader: CommandReader, token: Token) -> None:
    if is_cut(token.key, token.head):
        reader.cut(Cut(token.start, token.key != b"\x1dV" or token.head[2] not in _FULL_CUTS), token.end)


def _kick(reader: CommandReader, token: Token) -> None:
    reader.emit(DrawerKick(token.start))


def _kick_by_status(reader: CommandReader, token: Token) -> None:
    if len(token.head) == 3:
        reader.emit(DrawerKick(token.start))


def _kick_at_once(reader: CommandReader, token: Token) -> None:
    """DLE DC4: 1 is the drawer, 8 clears the buffers."""
    if token.head[2] == 1:
        reader.emit(DrawerKick(token.start))
    elif token.head[2] == 8:
        _clear_buffers(reader, token)


def _recover(reader: CommandReader, token: Token) -> None:
    """DLE ENQ: 2 clears the buffers."""
    if token.head[2] == 2:
        _clear_buffers(reader, token)


def _clear_buffers(reader: CommandReader, token: Token) -> None:
    """What a printer in trouble has received and not printed yet is thrown away."""
    if reader.printed:
        reader.emit(Unreadable(token.start, token.end - token.start, CANCELLED))


def _symbol(reader: CommandReader, token: Token) -> None:
    data = token.data
    if token.head[2:3] == b"L":
        _graphics(reader, token)
    elif token.head[2:3] == b"k" and len(data) >= 2:
        if data[1] == symbols.STORE:
            reader.symbols[data[0]] = data[3:]
        elif data[1] == symbols.PRINT and data[0] in reader.symbols:
            reader.emit(symbols.symbol(token.start, data[0], reader.symbols[data[0]]))


def _graphics(reader: CommandReader, token: Token) -> None:
    if picture := reader.drawer.graphics(token):
        reader.emit(picture)


def _logo(reader: CommandReader, token: Token) -> None:
    """FS p n m: a logo by its number."""
    reader.emit(reader.drawer.named(token.start, b"q" + token.head[2:3], *pictures.modes(token.head[3])))


def _downloaded(reader: CommandReader, token: Token) -> None:
    """GS / m."""
    reader.emit(reader.drawer.named(token.start, b"*", *pictures.modes(token.head[2])))


def _line_spacing(reader: CommandReader, token: Token) -> None:
    reader.line_spaced = len(token.head) > 2
    reader.line_dots = token.head[2] if reader.line_spaced else LINE_DOTS


def column_picture(reader: CommandReader, token: Token) -> None:
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


def pixel_rows(reader: CommandReader, token: Token) -> None:
    wide = int.from_bytes(token.head[1:3], "little")
    reader.pixels.rows(token.start, wide, (token.end - token.start) // (3 + wide), token.data)


def leave_pixels(reader: CommandReader, _token: Token) -> None:
    reader.end_pixels()
    reader.pixels.open = False


def _initialise(reader: CommandReader, token: Token) -> None:
    leave_pixels(reader, token)
    reader.page.close()
    reader.turn(is_on=False)
    reader.glyphs.forget()
    reader.line_dots, reader.line_spaced = LINE_DOTS, False


def _draw_glyphs(reader: CommandReader, token: Token) -> None:
    if len(token.head) == 5:
        high, first, last = token.head[2:]
        reader.glyphs.define(token.start, high, first, last, token.data)


def _display(reader: CommandReader, token: Token) -> None:
    """Wincor's ESC # m n; which values mean the customer display is not known."""
    if token.head[2:3] != b"*":
        reader.emit(Unreadable(token.start, token.end - token.start, DISPLAY))


def _direction(reader: CommandReader, token: Token) -> None:
    reader.page.turn(token.head[2] & 3)


def _wide_line(reader: CommandReader, token: Token) -> None:
    reader.line_wide = 2 if token.head in (b"\x0e", b"\x1b\x0e") else 1


def _page_area(reader: CommandReader, token: Token) -> None:
    if reader.page.open and len(token.head) == 10:
        x, y = (int.from_bytes(token.head[at : at + 2], "little") for at in (2, 4))
        reader.page.area(token.start, x, y)


def _page_down(reader: CommandReader, token: Token) -> None:
    if reader.page.open and token.key == b"\x1d$":
        reader.page.to(token.start, _unsigned(token.head))
    elif reader.page.open:
        reader.page.down(token.start, _signed(token.head), back=False)


ACTIONS: dict[bytes, Action] = {
    b"\n": line_end,
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
    b"\x1b{": lambda reader, token: reader.turn(is_on=bool(token.head[2] & 1)),
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
    b"\x10\x05": _recover,
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
    b"\x1b&": _draw_glyphs,
    b"\x1b#": _display,
    b"\x1bT": _direction,
    b"\x1d:": lambda reader, token: reader.macro(token),
    b"\x1d^": lambda reader, token: reader.print_macro(token, token.head[2]),
}
"""What each command that leaves ink, moves or cuts does."""

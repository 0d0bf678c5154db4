"""moves: takes ESC/POS commands that move the head or the paper, says what each does; leaves no ink itself."""

from agent.dialects.reader import LINE_DOTS, Action, CommandReader
from agent.dialects.tokenizer import Token
from agent.print_events import Align, Aligned, Feed, Move, Return, Tab

_ALIGNS = {0: Align.LEFT, 1: Align.CENTRE, 2: Align.RIGHT, 48: Align.LEFT, 49: Align.CENTRE, 50: Align.RIGHT}


def _signed(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little", signed=True)


def _unsigned(head: bytes) -> int:
    return int.from_bytes(head[2:4], "little")


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
    head, state = token.head, reader.style.state
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


def _line_spacing(reader: CommandReader, token: Token) -> None:
    reader.line_spaced = len(token.head) > 2
    reader.line_dots = token.head[2] if reader.line_spaced else LINE_DOTS


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


def _direction(reader: CommandReader, token: Token) -> None:
    reader.page.turn(token.head[2] & 3)


MOVES: dict[bytes, Action] = {
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
    b"\x1b{": lambda reader, token: reader.turn(is_on=bool(token.head[2] & 1)),
    b"\x1bW": _page_area,
    b"\x1d$": _page_down,
    b"\x1d\\": _page_down,
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
    b"\x1bT": _direction,
}

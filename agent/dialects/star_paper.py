"""star_paper: takes Star's ESC GS commands, says what each does to the paper or the page; measures none."""

from collections.abc import Callable

from agent.dialects import pictures, symbols
from agent.dialects.reader import CommandReader
from agent.dialects.tokenizer import Token
from agent.print_events import Align, Aligned, Move, Text, Unreadable

_ALIGNS = (Align.LEFT, Align.CENTRE, Align.RIGHT)


def number(byte: int) -> int:
    """A parameter as a number or as a digit."""
    return byte - 48 if 48 <= byte <= 57 else byte


def _signed(token: Token, at: int) -> int:
    return int.from_bytes(token.head[at : at + 2], "little", signed=True)


def unsigned(token: Token, at: int) -> int:
    return int.from_bytes(token.head[at : at + 2], "little")


def forget_page(reader: CommandReader, token: Token) -> None:
    """Some libraries open and close an empty page to make the printer print what it has."""
    had_text = reader.page.open and any(isinstance(event, Text) for event in reader.page.printed(token.start))
    reader.page.close()
    if had_text:
        reader.emit(Unreadable(token.start, 0, "a page that was never printed is lost"))


def extension(reader: CommandReader, token: Token) -> None:
    if action := _EXTENSIONS.get(token.head[2:3]):
        action(reader, token)


def _align(reader: CommandReader, token: Token) -> None:
    if (chosen := number(token.head[3])) < len(_ALIGNS):
        reader.emit(Aligned(token.start, _ALIGNS[chosen]))


def _absolute(reader: CommandReader, token: Token) -> None:
    dots = token.head[3] | token.head[4] << 8
    if reader.page.open:
        reader.page.across(token.start, dots)
    else:
        reader.emit(Move(token.start, dots))


def _relative(reader: CommandReader, token: Token) -> None:
    reader.emit(Move(token.start, _signed(token, 3), relative=True))


def _raster(reader: CommandReader, token: Token) -> None:
    reader.draw(pictures.rows(token.start, unsigned(token, 4), unsigned(token, 6), token.data))


def _symbol(reader: CommandReader, token: Token) -> None:
    """QR (y) and PDF417 (x): D keeps the data until P prints it."""
    kind, what = token.head[2], token.head[3:4]
    if what == b"D":
        reader.symbols[kind] = token.data
    elif what == b"P" and kind in reader.symbols:
        name = "qr" if kind == ord("y") else "pdf417"
        reader.emit(symbols.star_symbol(token.start, name, reader.symbols[kind]))


def _page_mode(reader: CommandReader, token: Token) -> None:
    what = number(token.head[3])
    if what == 0:
        reader.page.begin(token.start)
    elif what == 1:
        forget_page(reader, token)
    elif what == 2:
        reader.page.turn(number(token.head[4]) & 3)
    elif reader.page.open:
        _on_page(reader, token, what)


def _on_page(reader: CommandReader, token: Token, what: int) -> None:
    if what == 3:
        reader.page.area(token.start, unsigned(token, 4), unsigned(token, 6))
    elif what == 4:
        reader.page.to(token.start, unsigned(token, 4))
    elif what == 5:
        reader.page.down(token.start, _signed(token, 4), back=False)
    elif what in (6, 7):
        reader.emit_page(reader.page.printed(token.start))
        if what == 7:
            reader.page.close()
    elif what == 8:
        reader.page.clear(token.start)


def _page_down(reader: CommandReader, token: Token) -> None:
    """ESC GS \\ n1 n2."""
    if reader.page.open:
        reader.page.down(token.start, _signed(token, 3), back=False)


_EXTENSIONS: dict[bytes, Callable[[CommandReader, Token], None]] = {
    b"a": _align,
    b"A": _absolute,
    b"R": _relative,
    b"S": _raster,
    b"P": _page_mode,
    b"\\": _page_down,
    b"x": _symbol,
    b"y": _symbol,
}
"""ESC GS x that print or move; the ones that only set something are in star_settings.py."""

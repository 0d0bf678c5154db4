"""ink: takes ESC/POS commands for pictures, codes and drawn characters, says what each prints; moves nothing."""

from agent.dialects import pictures, symbols
from agent.dialects.reader import Action, CommandReader
from agent.dialects.tokenizer import Token
from agent.print_events import DrawerKick


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
        reader.draw(picture)


def _logo(reader: CommandReader, token: Token) -> None:
    """FS p n m: a logo by its number."""
    reader.draw(reader.drawer.named(token.start, b"q" + token.head[2:3], *pictures.modes(token.head[3])))


def _downloaded(reader: CommandReader, token: Token) -> None:
    """GS / m."""
    reader.draw(reader.drawer.named(token.start, b"*", *pictures.modes(token.head[2])))


def column_picture(reader: CommandReader, token: Token) -> None:
    """ESC *; with an 'r' it is Star's raster mode: A enters it, B leaves it, Y moves the paper, D kicks the drawer."""
    if token.head[2:3] != b"r":
        reader.draw(pictures.columns(token))
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


def _draw_glyphs(reader: CommandReader, token: Token) -> None:
    if len(token.head) == 5:
        high, first, last = token.head[2:]
        reader.glyphs.define(token.start, high, first, last, token.data)


INK: dict[bytes, Action] = {
    b"\x1dk": lambda reader, token: reader.emit(symbols.barcode(token)),
    b"\x1b\x81": lambda reader, token: reader.emit(symbols.daruma_qr(token)),
    b"\x1d(": _symbol,
    b"\x1d8": _graphics,
    b"\x1dv": lambda reader, token: reader.draw(pictures.raster(token)),
    b"\x1dQ": lambda reader, token: reader.draw(pictures.upright(token)),
    b"\x1d*": lambda reader, token: reader.drawer.downloaded(token),
    b"\x1cq": lambda reader, token: reader.drawer.logos(token),
    b"\x1dD": lambda reader, token: reader.drawer.bitmap(token),
    b"\x1b*": column_picture,
    b"b": pixel_rows,
    b"k": pixel_rows,
    b"\x1cp": _logo,
    b"\x1d/": _downloaded,
    b"\x1b&": _draw_glyphs,
}

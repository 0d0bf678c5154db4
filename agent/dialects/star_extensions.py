"""star_extensions: how long the commands are that only Star's printers have; knows no meaning.

They are in the ESC/POS table too, so that a Star stream is recognised and stays in step. Lengths: STAR Line Mode and
StarPRNT command specifications.
"""

from functools import partial

from agent.dialects.grammar import Fixed, Plain
from agent.dialects.pieces import WIDEST_ROW, Measure, Piece, by_length, opaque, plain, product, word


def raster_mode(window: bytes) -> Piece | None:
    if len(window) < 4:
        return None
    if window[3] in b"ABCR":
        return Piece(4)
    width = 2 if window[3] in b"m" else 1
    if len(window) <= 3 + width:
        return None
    end = window.find(b"\0", 4 + width, 4 + width + 12)  # some drivers send the value as a binary byte
    if end >= 0:
        return Piece(end + 1)
    return None if len(window) < 16 + width else Piece(3 + width, why="no NUL behind a raster setting")


def row(window: bytes) -> Piece | None:
    """b n1 n2 d…, k n1 n2 d…: letters without a prefix, between ESC * r A and ESC * r B only."""
    if len(window) < 3:
        return None
    if word(window, 1) > WIDEST_ROW:
        return Piece(1, why="pixels were announced and are not read: no row follows")
    return opaque(3, word(window, 1))


ROWS: dict[bytes, Measure] = {b"b": row, b"k": row}
"""Instead of text while a raster mode is on."""


def _extension(window: bytes) -> Piece | None:
    """ESC GS x."""
    if len(window) < 3:
        return None
    return _EXTENSIONS.get(window[2], Fixed(4))(window)


def _symbol(window: bytes) -> Piece | None:
    """ESC GS y (QR), ESC GS x (PDF417): P prints, I asks, D stores what a 16-bit length announces, S sets."""
    if len(window) < 5:
        return Piece(4) if window[3:4] in (b"P", b"I") else None
    if window[3] in b"PI":
        return Piece(4)
    if window[3] == ord("D"):
        return by_length(6 if window[2] == ord("y") else 4, 2, 0, window)
    return Piece(8 if window[2] == ord("x") and window[4] in b"\x000" else 6)


def _page_mode(window: bytes) -> Piece | None:
    """ESC GS P n: 2 a direction, 3 an area of four values, 4 and 5 a height; n also as a digit."""
    if len(window) < 4:
        return None
    return Piece({2: 5, 3: 12, 4: 6, 5: 6}.get(window[3] & 0x0F, 4))


def _sent_back(window: bytes) -> Piece | None:
    """ESC GS ( S n m d…: what the printer shall answer; the other ESC GS ( have a 16-bit length."""
    if len(window) < 6:
        return None
    return opaque(6, window[5]) if window[3] == ord("S") else by_length(4, 2, 0, window)


def _macros(window: bytes) -> Piece | None:
    if len(window) < 4:
        return None
    return Piece(4, 0, partial(_macro, window[3]) if window[3] else None)


def _macro(left: int, window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return opaque(3, word(window, 1), partial(_macro, left - 1) if left > 1 else None)


_EXTENSIONS: dict[int, Measure] = {
    **{code: Fixed(5) for code in b"ARcgh\\"},
    **{code: Fixed(6) for code in b"\x03\x07"},
    0x19: Fixed(7),
    ord("#"): Fixed(11),
    ord("S"): partial(product, 9, 4, 6),
    ord("="): partial(by_length, 3, 2, 0),
    ord(")"): partial(by_length, 4, 2, 0),
    ord("("): _sent_back,
    ord("+"): _macros,
    ord("P"): _page_mode,
    ord("x"): _symbol,
    ord("y"): _symbol,
}


def _barcode(window: bytes) -> Piece | None:
    end = window.find(b"\x1e", 6, 262)
    if end >= 0:
        return Piece(end + 1)
    return None if len(window) < 262 else Piece(2, why="no RS behind a Star barcode")


def _version(window: bytes) -> Piece | None:
    """ESC # * LF NUL asks a Star for its version; Wincor's ESC # has two parameters."""
    if len(window) < 3:
        return None
    return plain(5 if window[2] == ord("*") else 4, window)


def column_image(bytes_per_column: int, window: bytes) -> Piece | None:
    return opaque(4, word(window, 2) * bytes_per_column) if len(window) >= 4 else None


FOREIGN: dict[bytes, Measure] = {
    b"\x1b\x1d": _extension,
    b"\x1b\x1e": Plain(4),
    b"\x1b\x06": Plain(3),
    b"\x1b\x07": Plain(4),
    b"\x1bb": _barcode,
    b"\x1bX": partial(column_image, 3),
    b"\x1b#": _version,
}
FOREIGN_SHORTCUTS = {b"\x1b\x1d": rb"(?:[at][\x00-\xff]|[ARcgh\\][\x00-\xff]{2})"}

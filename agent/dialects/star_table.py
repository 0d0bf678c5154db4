"""star_table: how long Star's commands are, where they are not ESC/POS; knows no meaning.

FOREIGN is also in the ESC/POS table, so that a Star stream is recognised and stays in step.
"""

from functools import partial

from agent.dialects.pieces import Measure, Piece, by_length, opaque, plain, product, word


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


def _extension(window: bytes) -> Piece | None:
    """ESC GS x: Star's alone. Read here by length only, so that a Star stream is recognised as one."""
    if len(window) < 3:
        return None
    sub = window[2]
    if sub == ord("S"):
        return product(9, 4, 6, window)
    if sub in b")(":
        return by_length(4, 2, 0, window)
    if sub in b"yx":
        return _symbol(window)
    return Piece({ord("A"): 5, ord("R"): 5, 0x03: 6, ord("#"): 5}.get(sub, 4))


def _symbol(window: bytes) -> Piece | None:
    """ESC GS y (QR), ESC GS x (PDF417): P prints, I asks, D stores what a 16-bit length announces, S sets."""
    if len(window) < 5:
        return Piece(4) if window[3:4] in (b"P", b"I") else None
    if window[3] in b"PI":
        return Piece(4)
    if window[3] == ord("D"):
        return by_length(6 if window[2] == ord("y") else 4, 2, 0, window)
    return Piece(8 if window[2:5] == b"xS0" else 6)


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


def _column_image(bytes_per_column: int, window: bytes) -> Piece | None:
    return opaque(4, word(window, 2) * bytes_per_column) if len(window) >= 4 else None


FOREIGN: dict[bytes, Measure] = {
    b"\x1b\x1d": _extension,
    b"\x1b\x1e": partial(plain, 4),
    b"\x1b\x06": partial(plain, 3),
    b"\x1b\x07": partial(plain, 4),
    b"\x1bb": _barcode,
    b"\x1bX": partial(_column_image, 3),
    b"\x1b#": _version,
}
"""Star's commands that mean nothing to ESC/POS printers."""

_LENGTHS = {2: b"45EFM\x0cPg:@", 3: b"hWad-_ zQlRJI", 4: b"i"}
DIFFERENT: dict[bytes, Measure] = {
    **{bytes((0x1B, code)): partial(plain, length) for length, codes in _LENGTHS.items() for code in codes},
    b"\x1bK": partial(_column_image, 1),
    b"\x1bL": partial(_column_image, 1),
    b"\x1bk": partial(_column_image, 24),
    b"\x1bp": partial(plain, 2),
}
"""Bytes that an ESC/POS printer would read with another length."""

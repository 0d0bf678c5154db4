"""star_table: how long every command is in Star's printer languages (Line Mode, StarPRNT), and which ones cut.

What is not Star's keeps the length it has in ESC/POS: tills ask for status in both languages.
"""

from functools import partial

from agent.dialects.escpos_table import ESCPOS
from agent.dialects.grammar import Fixed
from agent.dialects.pieces import UNKNOWN, Measure, Piece, opaque, to_nul, word
from agent.dialects.star_extensions import column_image

_GLYPH_BYTES, _KANJI_GLYPH_BYTES = 48, 72
_MOST_STOPS = 16


def _kanji_spaces(window: bytes) -> Piece | None:
    """ESC t n1 n2; a till that means ESC/POS's code page sends one value, and text behind it."""
    if len(window) < 4:
        return None
    return Piece(4 if window[2] & 0x3F <= 0x37 and (window[3] < 0x10 or window[3] in b"0123456789ABCDEF") else 3)


def _page_length(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(3 if window[2] else 4)


def _reset(window: bytes) -> Piece | None:
    """ESC ? LF NUL."""
    if len(window) < 4:
        return None
    return Piece(4 if window[2:4] == b"\n\0" else 2)


def _raster_page(window: bytes) -> Piece | None:
    """ESC FF NUL, ESC FF EOT."""
    if len(window) < 3:
        return None
    return Piece(3 if window[2] in b"\0\4" else 2)


def _glyph(window: bytes) -> Piece | None:
    """ESC & c1 c2 n: c2 = 1 draws the character n, 0 deletes it."""
    if len(window) < 5:
        return None
    return Piece(5, _GLYPH_BYTES if window[3] in b"\x011" else 0)


def _logos(window: bytes) -> Piece | None:
    """ESC FS p n m prints a stored logo, ESC FS q n stores n of them."""
    if len(window) < 4:
        return None
    if window[2] == ord("q"):
        return Piece(4, 0, partial(_logo, window[3]) if window[3] else None)
    return Piece(5) if window[2] == ord("p") else Piece(2, why=UNKNOWN)


def _logo(left: int, window: bytes) -> Piece | None:
    if len(window) < 4:
        return None
    return opaque(4, word(window, 0) * word(window, 2) * 8, partial(_logo, left - 1) if left > 1 else None)


_LENGTHS = {2: b"45EFGMOPSg:@pq012\x0e\x14", 3: b"hWad-_ zQlRJIN$/%A3\x16", 4: b"is"}
_STAR: dict[bytes, Measure] = {
    **{bytes((0x1B, code)): Fixed(length) for length, codes in _LENGTHS.items() for code in codes},
    **{bytes((code,)): Fixed(1) for code in b"\x12\x1c\x1f"},
    b"\x1bK": partial(column_image, 1),
    b"\x1bL": partial(column_image, 1),
    b"\x1bk": partial(column_image, 24),
    b"\x1bt": _kanji_spaces,
    b"\x1bC": _page_length,
    b"\x1b?": _reset,
    b"\x1b\x0c": _raster_page,
    b"\x1bB": partial(to_nul, 2, _MOST_STOPS + 1),
    b"\x1bD": partial(to_nul, 2, 2 * _MOST_STOPS + 1),
    b"\x1b&": _glyph,
    b"\x1br": lambda window: opaque(4, _KANJI_GLYPH_BYTES) if len(window) >= 4 else None,
    b"\x1b\x1c": _logos,
}
"""What differs from ESC/POS; DC2, FS and US stand alone."""
STAR = ESCPOS.extended(_STAR, bare={})


def is_cut(head: bytes) -> bool:
    """ESC d n: 0 full, 1 partial, 2 and 3 the same after feeding; also as digits."""
    return head[:2] == b"\x1bd" and head[2:3] in (b"\0", b"\1", b"\2", b"\3", b"0", b"1", b"2", b"3")

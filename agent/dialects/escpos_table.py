"""escpos_table: how long each ESC/POS command is, clones' variants included; holds no state and knows no meaning.

Numbers and traps: the makers' command references and recorded tills; where makers disagree, the docstring says how
they are told apart.
"""

from functools import partial

from agent.dialects.grammar import Grammar, Plain
from agent.dialects.pieces import (
    MOST_COLUMNS,
    STRAY_PREFIX,
    UNKNOWN,
    Measure,
    Piece,
    by_length,
    opaque,
    plain,
    product,
    real_time,
    starts_real_time,
    to_nul,
    word,
)
from agent.dialects.star_extensions import FOREIGN, FOREIGN_SHORTCUTS, raster_mode


def _cut(window: bytes) -> Piece | None:
    """GS V: m alone cuts; the letters A B a b g h are followed by how far to feed first."""
    if len(window) < 3:
        return None
    return plain(4 if window[2] in b"ABabgh" else 3, window, 3)


def _drawer(window: bytes) -> Piece | None:
    """ESC p m t1 t2; some libraries leave out the times (or all), so the next command's prefix ends it."""
    for seen, byte in enumerate(window[2:5], start=2):
        if byte in b"\x1b\x1c\x1d":
            return Piece(seen)
        if byte == 0x10 and (known := starts_real_time(window[seen : seen + 3])) is not False:
            return Piece(seen) if known else None
    return Piece(5) if len(window) >= 5 else None


def _bold(window: bytes) -> Piece | None:
    """ESC E n and ESC F n; Bematech and Daruma print bold without a parameter, so a letter or line end is text."""
    if len(window) < 3:
        return None
    setting = window[2] in b"01\xff" or (window[2] < 0x20 and window[2] not in b"\t\n\r\x10\x12\x14\x1b\x1c\x1d")
    return Piece(3 if setting else 2)


_SETTING_RE = rb"[01\xff\x00-\x08\x0b\x0c\x0e\x0f\x11\x13\x15-\x1a\x1e\x1f]"
"""What `_bold` takes for a parameter."""


def _drawer_or_status(window: bytes) -> Piece | None:
    """ESC v asks for paper status; Bematech kicks the drawer with ESC v n and always n = 'x' (120 ms)."""
    if len(window) < 3:
        return None
    return Piece(3 if window[2] == ord("x") else 2)


def _page_area(window: bytes) -> Piece | None:
    """ESC W with four 16-bit values; Bematech's ESC W n is double width. A page does not start 2,048 dots in."""
    if len(window) < 4:
        return None
    return Piece(3 if window[3] >= 8 and window[2] in b"\x00\x0101" else 10)


def _tabs(window: bytes) -> Piece | None:
    """ESC D: ends with NUL, or before a stop that does not lie behind the one before it, or after 32 stops."""
    stops = window[2:34]
    for index, stop in enumerate(stops):
        if stop == 0:
            return Piece(3 + index)
        if index and stop <= stops[index - 1]:
            return Piece(2 + index)
    return Piece(34) if len(stops) == 32 else None


HIGH_COLUMNS = b"\x20\x21\x27\x28\x40m"
"""Modes of ESC * with 24 dots in a column: Epson's 32 and 33, dot matrix printers' 39 and 40, Daruma's 'm'."""


def _column_image(window: bytes) -> Piece | None:
    """ESC * m n: 8 dots high takes a byte a column, 24 dots three. ESC * r is Star's."""
    if len(window) < 3 or (window[2] != ord("r") and len(window) < 5):
        return None
    if window[2] == ord("r"):
        return raster_mode(window)
    if word(window, 3) > MOST_COLUMNS:
        return Piece(5, why=f"claims {word(window, 3)} columns")
    return opaque(5, word(window, 3) * (3 if window[2] in HIGH_COLUMNS else 1))


def _glyph_header(window: bytes) -> Piece | None:
    if len(window) < 5:
        return None
    height, first, last = window[2:5]
    if height > 4 or last < first:
        return Piece(5, why="no such user-defined characters")
    return Piece(5, 0, partial(_glyph, height, last - first + 1))


def _glyph(height: int, left: int, window: bytes) -> Piece | None:
    if not window:
        return None
    return Piece(1, height * window[0], partial(_glyph, height, left - 1) if left > 1 else None)


def _nv_images(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(3, 0, partial(_nv_image, window[2]) if window[2] else None)


def _nv_image(left: int, window: bytes) -> Piece | None:
    if len(window) < 4:
        return None
    return opaque(4, word(window, 0) * word(window, 2) * 8, partial(_nv_image, left - 1) if left > 1 else None)


def _download_image(window: bytes) -> Piece | None:
    return opaque(4, window[2] * window[3] * 8) if len(window) >= 4 else None


def _bitmap(window: bytes) -> Piece | None:
    """GS D: a Windows BMP behind seven parameters; its own header says how long it is."""
    if len(window) < 15:
        return None
    if window[9:11] != b"BM":
        return Piece(3, why="no bitmap where one was announced")
    size = int.from_bytes(window[11:15], "little")
    return opaque(15, max(size - 6, 0))


def _counter(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    if window[2] == ord(";"):
        return _to_fifth_semicolon(window)
    return Piece({0x30: 5, 0x31: 9, 0x32: 5}.get(window[2], 3))


def _to_fifth_semicolon(window: bytes) -> Piece | None:
    fields = window[3:48].split(b";", 5)
    if len(fields) == 6:
        return Piece(3 + sum(len(field) + 1 for field in fields[:5]))
    return None if len(window) < 48 else Piece(3, why="a counter's five values do not end")


def _barcode(window: bytes) -> Piece | None:
    """GS k: m below 65 ends with NUL, from 65 on a length follows; m = 81 is Bematech's 2-D code."""
    if len(window) < 3:
        return None
    kind = window[2]
    if kind < 65:
        return to_nul(3, 256, window)
    if kind == 81:
        return by_length(7, 2, 0, window)
    return opaque(4, window[3]) if len(window) >= 4 else None


def _raster(window: bytes) -> Piece | None:
    """GS v 0, GS Q 0: width in BYTES, height in dots."""
    if len(window) < 3:
        return None
    return product(8, 4, 6, window) if window[2] == 0x30 else Piece(2, why=UNKNOWN)


def _long_graphics(window: bytes) -> Piece | None:
    """GS 8 L: the only 32-bit length."""
    if len(window) < 3:
        return None
    return by_length(3, 4, 0, window) if window[2] == ord("L") else Piece(2, why=UNKNOWN)


def _maintenance(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(6) if window[2] in b"02" else Piece(2, why=UNKNOWN)


def _user_memory(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return by_length(8, 2, 0, window) if window[2] == ord("1") else Piece(10)


def _check_paper(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(4 if window[2] == ord("0") else 3)


def _daruma_symbol(window: bytes) -> Piece | None:
    return by_length(2, 2, 0, window)


def _two_or_mode(window: bytes) -> Piece | None:
    """DC2 ends condensed print; DC2 q n is Seiko's."""
    if len(window) < 2:
        return None
    return plain(3, window) if window[1] == ord("q") else Piece(1)


def _unknown(window: bytes) -> Piece | None:
    """Nobody's command. A parameter that could be text is kept as text: a stray sign is harmless, a lost one is not."""
    if len(window) > 1 and window[1] < 0x20 and window[1] != 0x10:
        return Piece(1, why=STRAY_PREFIX)
    if len(window) < 3:
        return None
    if (piece := plain(3, window)) is None or piece.interrupted:
        return piece
    looks_like_parameter = window[2] < 0x20 and window[2] not in b"\t\n\f\r\x10\x12\x1b\x1c\x1d"
    return Piece(3 if looks_like_parameter else 2, why=UNKNOWN)


_FAMILY = partial(by_length, 3, 2, 0)  # ESC ( x, GS ( x, FS ( x, US ( x: the makers' one safe rule


def _keyed(prefix: int, letters: dict[str, Measure]) -> dict[bytes, Measure]:
    return {bytes((prefix, ord(letter))): measure for group, measure in letters.items() for letter in group}


ESC: dict[str, Measure] = {
    "\x0c\x0e\x0f\x1401245<@HLSimq": Plain(2),
    " !%-39=?CGJKMRTUVadejrtuw{": Plain(3),
    "$\\Bcf": Plain(4),
    "EF": _bold,
    "p": _drawer,
    "v": _drawer_or_status,
    "W": _page_area,
    "D": _tabs,
    "*": _column_image,
    "&": _glyph_header,
    "(": _FAMILY,
    "\x81": _daruma_symbol,
}
GS: dict[str, Measure] = {
    ":c\x0c": Plain(2),
    "!/BEHITabfhjrw": Plain(3),
    "$LPW\\\xf9": Plain(4),
    "^z": Plain(5),
    "o": Plain(6),
    "V": _cut,
    "(": _FAMILY,
    "8": _long_graphics,
    "k": _barcode,
    "vQ": _raster,
    "*": _download_image,
    "D": _bitmap,
    "C": _counter,
    "g": _maintenance,
}
FS: dict[str, Measure] = {
    "&.Lbc": Plain(2),
    "!-WC": Plain(3),
    "S?p": Plain(4),
    "(": _FAMILY,
    "q": _nv_images,
    "g": _user_memory,
    "a": _check_paper,
}
US: dict[str, Measure] = {  # customer displays on the printer's line; no receipt printer uses US
    "\x01\x02\x03\n\r:@BU": Plain(2),
    ",.;CEXrv": Plain(3),
    "#$T^": Plain(4),
    "(": _FAMILY,
}

BARE_BOLD: dict[bytes, Measure] = {b"\x1bE": Plain(2), b"\x1bF": Plain(2)}
"""Instead of the above once a stream has shown that its bold takes no parameter: '1' behind it is text then."""

_SHORTCUTS = {
    **FOREIGN_SHORTCUTS,
    b"\x1bE": _SETTING_RE,
    b"\x1bF": _SETTING_RE,
    b"\x1bp": rb"[^\x10\x1b-\x1d]{3}",
    b"\x1dV": rb"(?:[ABabgh][\x00-\xff]|[^\x10ABabgh])",
}


def _otherwise(window: bytes) -> Piece | None:
    """DLE, DC2, and what nobody knows."""
    if window[0] == 0x10:
        return real_time(window)
    if window[0] == 0x12:
        return _two_or_mode(window)
    return _unknown(window) if len(window) > 1 else None


ESCPOS = Grammar(
    {**FOREIGN, **_keyed(0x1B, ESC), **_keyed(0x1D, GS), **_keyed(0x1C, FS), **_keyed(0x1F, US)},
    _otherwise,
    _SHORTCUTS,
    BARE_BOLD,
)

KANJI_GLYPH = b"\x1c2"
KANJI_GLYPH_BYTES = {0x00: 72, 0x30: 72, 0x01: 60, 0x31: 60, 0x02: 32, 0x32: 32}
"""FS 2 has no length of its own: it depends on the Kanji font chosen by FS ( A, fn 48."""


def kanji_glyph(size: int, window: bytes) -> Piece | None:
    return Piece(4, size) if len(window) >= 4 else None


FOR_DISPLAY = b"\x022"
"""ESC = n: what follows is for the customer display alone."""
DISPLAY_WINDOW = b"\x1bW"


def display_window(window: bytes) -> Piece | None:
    """ESC W n s [x1 y1 x2 y2] on a customer display: only a window that is set has corners."""
    if len(window) < 4:
        return None
    return Piece(8 if window[3] in b"\x011" else 4)

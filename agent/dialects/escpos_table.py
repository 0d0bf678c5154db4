"""escpos_table: how long each ESC/POS command is, clones' variants included; holds no state and knows no meaning.

A command is one or more pieces; a piece is a short head that must be seen, then counted data that is opaque:
status requests, ESC @ or cuts inside it are pixels. Numbers and traps: the makers' command references and recorded
tills; where makers disagree, the comment says how they are told apart.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

MAX_COUNTED = 64 << 20
"""More bytes than any printer holds: a length field that claims more is a lost thread, not a picture."""
MAX_HEAD = 320
"""No command needs more to tell its length: the longest is a barcode of 255 characters that ends with NUL."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`head` bytes seen, `counted` opaque bytes behind them, then the next piece."""

    head: int
    counted: int = 0
    then: "Measure | None" = None
    why: str = ""
    """Set when these bytes are no command that can be read."""
    interrupted: int = 0
    """Set when a real-time command stands inside the head, at this place: take it out and measure again."""


Measure = Callable[[bytes], Piece | None]
"""Looks at the bytes from the piece's start on; None: the length cannot be told without more of them."""

REAL_TIME = {0x04: (1, 2, 3, 4, 7, 8, 18), 0x05: (0, 1, 2), 0x14: (1, 2, 3, 7, 8)}
"""DLE x n: n that exist. They may stand between any two bytes, even inside another command."""
_DLE_EOT_LONG = (7, 8, 18)
_DLE_DC4_LENGTHS = {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}


def starts_real_time(window: bytes) -> bool | None:
    """Whether DLE at the window's start begins a real-time command; None: too few bytes to tell."""
    if len(window) < 2:
        return None
    functions = REAL_TIME.get(window[1])
    if functions is None:
        return False
    return window[2] in functions if len(window) > 2 else None


def real_time(window: bytes) -> Piece | None:
    known = starts_real_time(window)
    if known is None:
        return None
    if not known:
        return Piece(1, why="DLE without a real-time command")
    if window[1] == 0x04:
        return Piece(4 if window[2] in _DLE_EOT_LONG else 3)
    return Piece(_DLE_DC4_LENGTHS[window[2]] if window[1] == 0x14 else 3)


def _word(window: bytes, at: int) -> int:
    return window[at] | window[at + 1] << 8


def _counted(head: int, counted: int, then: Measure | None = None) -> Piece:
    if counted > MAX_COUNTED:
        return Piece(head, why=f"claims {counted} bytes of data")
    return Piece(head, counted, then)


def _plain(length: int, window: bytes, looked_at: int = 0) -> Piece | None:
    """A command without counted data; its parameters (the first `looked_at` bytes) may be interrupted by DLE."""
    at = window.find(b"\x10", 1, looked_at or length)
    while at >= 0:
        known = starts_real_time(window[at : at + 3])
        if known is None:
            return None
        if known:
            return Piece(0, interrupted=at)
        at = window.find(b"\x10", at + 1, looked_at or length)
    return Piece(length) if len(window) >= length else None


def _by_length(field: int, width: int, extra: int, window: bytes) -> Piece | None:
    """A little-endian length of `width` bytes at `field`; data counts from there plus `extra` more head bytes."""
    head = field + width + extra
    if len(window) < head:
        return None
    return _counted(head, int.from_bytes(window[field : field + width], "little"))


def _product(head: int, x: int, y: int, scale: int, window: bytes) -> Piece | None:
    """Pictures: two 16-bit sizes at `x` and `y`, `scale` bytes for each of their products."""
    if len(window) < head:
        return None
    return _counted(head, _word(window, x) * _word(window, y) * scale)


def _to_nul(start: int, limit: int, window: bytes) -> Piece | None:
    end = window.find(b"\0", start, start + limit)
    if end >= 0:
        return Piece(end + 1)
    return None if len(window) < start + limit else Piece(start, why=f"no NUL within {limit} bytes")


def _cut(window: bytes) -> Piece | None:
    """GS V: m alone cuts; the letters A B a b g h are followed by how far to feed first."""
    if len(window) < 3:
        return None
    return _plain(4 if window[2] in b"ABabgh" else 3, window, 3)


def _drawer(window: bytes) -> Piece | None:
    """ESC p m t1 t2; some libraries leave out the times (or all), so the next command's prefix ends it."""
    for seen, byte in enumerate(window[2:5], start=2):
        if byte in b"\x1b\x1c\x1d":
            return Piece(seen)
        if byte == 0x10 and (known := starts_real_time(window[seen : seen + 3])) is not False:
            return Piece(seen) if known else None
    return Piece(5) if len(window) >= 5 else None


def _bold(window: bytes) -> Piece | None:
    """ESC E n and ESC F n; Bematech, Daruma and Star print bold without a parameter, so a letter behind it is text."""
    if len(window) < 3:
        return None
    return Piece(3 if window[2] in b"\x00\x01\xff01" else 2)


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


def _column_image(window: bytes) -> Piece | None:
    """ESC * m n: 8 dots high takes a byte a column, 24 dots three; ASCII digits are used by some. ESC * r is Star's."""
    if len(window) < 3 or (window[2] != ord("r") and len(window) < 5):
        return None
    if window[2] == ord("r"):
        return _star_raster(window)
    return _counted(5, _word(window, 3) * (3 if window[2] in b"\x20\x21\x40" else 1))


def _star_raster(window: bytes) -> Piece | None:
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
    return _counted(4, _word(window, 0) * _word(window, 2) * 8, partial(_nv_image, left - 1) if left > 1 else None)


def _download_image(window: bytes) -> Piece | None:
    return _counted(4, window[2] * window[3] * 8) if len(window) >= 4 else None


def _bitmap(window: bytes) -> Piece | None:
    """GS D: a Windows BMP behind seven parameters; its own header says how long it is."""
    if len(window) < 15:
        return None
    if window[9:11] != b"BM":
        return Piece(3, why="no bitmap where one was announced")
    size = int.from_bytes(window[11:15], "little")
    return _counted(15, max(size - 6, 0))


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
        return _to_nul(3, 256, window)
    if kind == 81:
        return _by_length(7, 2, 0, window)
    return _counted(4, window[3]) if len(window) >= 4 else None


def _raster(window: bytes) -> Piece | None:
    """GS v 0, GS Q 0: width in BYTES, height in dots."""
    if len(window) < 3:
        return None
    return _product(8, 4, 6, 1, window) if window[2] == 0x30 else Piece(2, why="unknown command")


def _long_graphics(window: bytes) -> Piece | None:
    """GS 8 L: the only 32-bit length."""
    if len(window) < 3:
        return None
    return _by_length(3, 4, 0, window) if window[2] == ord("L") else Piece(2, why="unknown command")


def _maintenance(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(6) if window[2] in b"02" else Piece(2, why="unknown command")


def _user_memory(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return _by_length(8, 2, 0, window) if window[2] == ord("1") else Piece(10)


def _check_paper(window: bytes) -> Piece | None:
    if len(window) < 3:
        return None
    return Piece(4 if window[2] == ord("0") else 3)


def _star_extension(window: bytes) -> Piece | None:
    """ESC GS x: Star's alone. Read here by length only, so that a Star stream is recognised as one."""
    if len(window) < 3:
        return None
    sub = window[2]
    if sub == ord("S"):
        return _product(9, 4, 6, 1, window)
    if sub in b")(":
        return _by_length(4, 2, 0, window)
    if sub in b"yx":
        return _star_symbol(window)
    return Piece({ord("A"): 5, ord("R"): 5, 0x03: 6, ord("#"): 5}.get(sub, 4))


def _star_symbol(window: bytes) -> Piece | None:
    if len(window) < 4:
        return None
    if window[3] in b"PI":
        return Piece(4)
    if window[3] == ord("D"):
        return _by_length(6 if window[2] == ord("y") else 4, 2, 0, window)
    return Piece(6) if window[2] == ord("y") or len(window) < 5 or window[4] != ord("0") else Piece(8)


def _daruma_symbol(window: bytes) -> Piece | None:
    return _by_length(2, 2, 0, window)


def _star_barcode(window: bytes) -> Piece | None:
    end = window.find(b"\x1e", 6, 262)
    if end >= 0:
        return Piece(end + 1)
    return None if len(window) < 262 else Piece(2, why="no RS behind a Star barcode")


def _star_columns(window: bytes) -> Piece | None:
    return _counted(4, _word(window, 2) * 3) if len(window) >= 4 else None


def _star_version(window: bytes) -> Piece | None:
    """ESC # * LF NUL asks a Star for its version; Wincor's ESC # has two parameters."""
    if len(window) < 3:
        return None
    return _plain(5 if window[2] == ord("*") else 4, window)


def _two_or_mode(window: bytes) -> Piece | None:
    """DC2 ends condensed print; DC2 q n is Seiko's."""
    if len(window) < 2:
        return None
    return _plain(3, window) if window[1] == ord("q") else Piece(1)


def _unknown(window: bytes) -> Piece | None:
    """Nobody's command. A parameter that could be text is kept as text: a stray sign is harmless, a lost one is not."""
    if len(window) > 1 and window[1] < 0x20 and window[1] != 0x10:
        return Piece(1, why="a command prefix without a command")
    if len(window) < 3:
        return None
    if (piece := _plain(3, window)) is None or piece.interrupted:
        return piece
    looks_like_parameter = window[2] < 0x20 and window[2] not in b"\t\n\f\r\x10\x12\x1b\x1c\x1d"
    return Piece(3 if looks_like_parameter else 2, why="unknown command")


_FAMILY = partial(_by_length, 3, 2, 0)  # ESC ( x, GS ( x, FS ( x, US ( x: the makers' one safe rule


def _keyed(prefix: int, letters: dict[str, Measure]) -> dict[bytes, Measure]:
    return {bytes((prefix, ord(letter))): measure for group, measure in letters.items() for letter in group}


def _of(length: int) -> Measure:
    return partial(_plain, length)


ESC: dict[str, Measure] = {
    "\x0c\x0e\x0f\x1401245<@HLSimq": _of(2),
    " !%-39=?CGJKMRTUVadejrtuw{\x06": _of(3),
    "$\\Bcf\x1e\x07": _of(4),
    "EF": _bold,
    "p": _drawer,
    "v": _drawer_or_status,
    "W": _page_area,
    "D": _tabs,
    "*": _column_image,
    "&": _glyph_header,
    "(": _FAMILY,
    "\x1d": _star_extension,
    "b": _star_barcode,
    "X": _star_columns,
    "#": _star_version,
    "\x81": _daruma_symbol,
}
GS: dict[str, Measure] = {
    ":c\x0c": _of(2),
    "!/BEHITabfhjrw": _of(3),
    "$LPW\\\xf9": _of(4),
    "^z": _of(5),
    "o": _of(6),
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
    "&.Lbc": _of(2),
    "!-WC": _of(3),
    "S?p": _of(4),
    "(": _FAMILY,
    "q": _nv_images,
    "g": _user_memory,
    "a": _check_paper,
}
US: dict[str, Measure] = {  # customer displays on the printer's line; no receipt printer uses US
    "\x01\x02\x03\n\r:@BU": _of(2),
    ",.;CEXrv": _of(3),
    "#$T^": _of(4),
    "(": _FAMILY,
}

PREFIXES = b"\x1b\x1c\x1d\x1f"
ESCPOS: dict[bytes, Measure] = {
    **_keyed(0x1B, ESC),
    **_keyed(0x1D, GS),
    **_keyed(0x1C, FS),
    **_keyed(0x1F, US),
}
"""Every command by its two first bytes."""

KANJI_GLYPH = b"\x1c2"
KANJI_GLYPH_BYTES = {0x00: 72, 0x30: 72, 0x01: 60, 0x31: 60, 0x02: 32, 0x32: 32}
"""FS 2 has no length of its own: it depends on the Kanji font chosen by FS ( A, fn 48."""


def measure(table: dict[bytes, Measure], window: bytes) -> Piece | None:
    """The first piece of the command at the window's start, which begins with a prefix, DLE or DC2."""
    if window[0] == 0x10:
        return real_time(window)
    if window[0] == 0x12:
        return _two_or_mode(window)
    if len(window) < 2:
        return None
    return table.get(window[:2], _unknown)(window)


def kanji_glyph(size: int, window: bytes) -> Piece | None:
    return Piece(4, size) if len(window) >= 4 else None

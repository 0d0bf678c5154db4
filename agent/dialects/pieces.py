"""pieces: how the length of any printer command is told from its first bytes; knows no maker's commands.

A command is one or more pieces; a piece is a short head that must be seen, then counted data that is opaque:
status requests, ESC @ or cuts inside it are pixels.
"""

from collections.abc import Callable

from agent.cheap_value import cheap_value

MAX_COUNTED = 64 << 20
"""More bytes than any printer holds: a length field that claims more is a lost thread, not a picture."""
MAX_HEAD = 320
"""No command needs more to tell its length: the longest is a barcode of 255 characters that ends with NUL."""


@cheap_value
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
"""Looks at the bytes from the piece's start on; None, or a head longer than they are: more bytes are needed."""

NOT_A_COMMAND = ("unknown command", "a command prefix without a command", "DLE without a real-time command")
UNKNOWN, STRAY_PREFIX, STRAY_DLE = NOT_A_COMMAND

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
        return Piece(1, why=STRAY_DLE)
    if window[1] == 0x04:
        return Piece(4 if window[2] in _DLE_EOT_LONG else 3)
    return Piece(_DLE_DC4_LENGTHS[window[2]] if window[1] == 0x14 else 3)


def word(window: bytes, at: int) -> int:
    return window[at] | window[at + 1] << 8


def opaque(head: int, counted: int, then: Measure | None = None) -> Piece:
    if counted > MAX_COUNTED:
        return Piece(head, why=f"claims {counted} bytes of data")
    return Piece(head, counted, then)


def plain(length: int, window: bytes, looked_at: int = 0) -> Piece | None:
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


def by_length(field: int, width: int, extra: int, window: bytes) -> Piece | None:
    """A little-endian length of `width` bytes at `field`; data counts from there plus `extra` more head bytes."""
    head = field + width + extra
    if len(window) < head:
        return None
    return opaque(head, int.from_bytes(window[field : field + width], "little"))


WIDEST_ROW = 1024
MOST_COLUMNS = 4096
"""Bytes of a raster row, columns of a column image: about five times the widest receipt paper. More is noise."""


def product(head: int, x: int, y: int, window: bytes) -> Piece | None:
    """Raster pictures: 16-bit sizes at `x` (bytes in a row) and `y` (rows)."""
    if len(window) < head:
        return None
    if word(window, x) > WIDEST_ROW:
        return Piece(head, why=f"claims rows of {word(window, x)} bytes")
    return opaque(head, word(window, x) * word(window, y))


def to_nul(start: int, limit: int, window: bytes) -> Piece | None:
    end = window.find(b"\0", start, start + limit)
    if end >= 0:
        return Piece(end + 1)
    return None if len(window) < start + limit else Piece(start, why=f"no NUL within {limit} bytes")

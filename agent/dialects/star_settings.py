"""star_settings: takes Star's setting commands, gives which fields of the dialect state they change; keeps nothing."""

from collections.abc import Callable
from typing import Any

from agent.dialects.code_pages import KATAKANA, STAR_NORMAL, multi_byte

PAGES = {
    0: STAR_NORMAL,
    1: "cp437",
    2: KATAKANA,
    3: "cp437",
    4: "cp858",
    5: "cp852",
    6: "cp860",
    7: "cp861",
    8: "cp863",
    9: "cp865",
    10: "cp866",
    11: "cp855",
    12: "cp857",
    13: "cp862",
    14: "cp864",
    15: "cp737",
    17: "cp869",
    18: "iso8859_7",
    21: "cp874",
    32: "cp1252",
    33: "cp1250",
    34: "cp1251",
    64: "cp866",
    **dict.fromkeys(range(96, 103), "cp874"),
}
"""ESC GS t. Numbers without a codec mean the lane's page; 18, 64 and Thai (96 on) are near enough."""
_NO_TABLE = (14, 64)
"""ESC R: Ireland and Legal, whose signs are not known here."""
_DIGITS = b"0123456789ABCDEF"

Change = dict[str, Any]


def resets(key: bytes, command: bytes) -> bool:
    """ESC @, CAN, and the beginning of a document."""
    return key in (b"\x1b@", b"\x18") or command[2:4] == b"\x03\x03"


def changes(key: bytes, command: bytes, lane_page: str, drawn: tuple[int, ...]) -> Change:
    """Empty: it sets nothing that reading needs. `command`: all its bytes; `drawn`: what the till has drawn so far."""
    if key in _ALONE:
        return _ALONE[key]
    if key in (b"\x1bp", b"\x1bq"):
        return _jis(key, lane_page)
    if key == b"\x1b&" and len(command) > 4:
        shown = {*drawn, command[4]} if command[3] in b"\x011" else {*drawn} - {command[4]}
        return {"drawn": tuple(sorted(shown))}
    change = _CHANGES.get(key)
    return change(command) if change and len(command) > 2 else {}


def _value(byte: int) -> int:
    """A parameter as a number or as a digit."""
    return _DIGITS.index(byte) if byte in _DIGITS else byte


def _times(byte: int) -> int:
    """Magnification: 0 … 5 more."""
    return _value(byte) + 1 if _value(byte) <= 5 else 1


def _size(command: bytes) -> Change:
    return {"tall": _times(command[2]), "wide": _times(command[3])} if len(command) > 3 else {}


def _jis(key: bytes, lane_page: str) -> Change:
    """ESC p begins Kanji on printers that have them; on all others it is a pitch of 14 dots."""
    if multi_byte(lane_page) == "cp932":
        return {"kanji": True, "jis": True} if key == b"\x1bp" else {"kanji": None, "jis": None}
    return {"spacing": 2} if key == b"\x1bp" else {}


def _international(command: bytes) -> Change:
    number = _value(command[2])
    return {"international": 0 if number in _NO_TABLE else number}


def _extension(command: bytes) -> Change:
    """ESC GS t n: the page; ESC GS ) U … 30h n: UTF-8."""
    if command[2:3] == b"t" and len(command) > 3:
        return {"page": PAGES.get(command[3], "")}
    if command[2:4] == b")U" and command[6:7] == b"0" and len(command) > 7:
        is_on = command[7] in b"\x011"
        return {"page": "utf_8" if is_on else "", "kanji": False if is_on else None}
    return {}


def _font(command: bytes) -> Change:
    """ESC RS F n: A, B and the scanner's OCR-B; C is as narrow as B."""
    if command[2:3] != b"F" or len(command) < 4:
        return {}
    return {"font": {0: 12, 16: 16}.get(_value(command[3]), 9)}


def _tabs(command: bytes) -> Change:
    stops = [stop for stop in command[2:] if stop]
    rising = next((at for at in range(1, len(stops)) if stops[at] <= stops[at - 1]), len(stops))
    return {"tabs": tuple(stops[:rising])}


_ALONE: dict[bytes, Change] = {
    b"\x1bE": {"emphasis": True},
    b"\x1bF": {"emphasis": False},
    b"\x0e": {"wide": 2},
    b"\x0f": {"upside_down": True},
    b"\x12": {"upside_down": False},
    b"\x14": {"wide": 1},
    b"\x1b\x0e": {"tall": 2},
    b"\x1b\x14": {"tall": 1},
    b"\x1bM": {"spacing": 0},
    b"\x1bg": {"spacing": 2},
    b"\x1bP": {"spacing": 3},
    b"\x1b:": {"spacing": 4},
}
_CHANGES: dict[bytes, Callable[[bytes], Change]] = {
    b"\x1bi": _size,
    b"\x1bW": lambda command: {"wide": _times(command[2])},
    b"\x1bh": lambda command: {"tall": _times(command[2])},
    b"\x1b ": lambda command: {"spacing": _value(command[2]) & 0x0F},
    b"\x1bR": _international,
    b"\x1b$": lambda command: {"kanji": command[2] in b"\x011", "jis": None},
    b"\x1b%": lambda command: {"drawn_in_use": bool(command[2] & 1)},
    b"\x1bD": _tabs,
    b"\x1b\x1d": _extension,
    b"\x1b\x1e": _font,
}
STAR_SETTINGS = frozenset((*_ALONE, *_CHANGES, b"\x1bp", b"\x1bq", b"\x1b&", b"\x1b@", b"\x18"))

"""evidence: takes commands, says which maker's language they speak and how surely; reads no text, keeps two sums.

One command is not enough either way: the same bytes mean different things to Epson and Star, and a noisy serial line
makes commands of its own. Star's strong signs are commands that no ESC/POS printer has.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

ENOUGH = 2
MOST = 40
"""Sums stop here, so that a lane that changed its printer is believed within a receipt or two."""


class Language(StrEnum):
    UNKNOWN = ""
    ESCPOS = "escpos"
    STAR = "star"
    PLAIN_TEXT = "plain_text"
    EPOS_XML = "epos_xml"
    STAR_WEBPRNT = "star_webprnt"


_STAR = {b"\x1b\x1d": 2, b"\x1b\x1e": 2, b"\x1bX": 2, b"\x1b\x06": 2, b"\x1b\x07": 1, b"\x1bb": 1}
_EPSON = {
    **{bytes((0x1D, code)): 1 for code in b"!BkvLWhwHfar(8*"},
    **{bytes((0x1C, code)): 1 for code in b"&.!-WC(Sp"},
    **{bytes((0x1B, code)): 1 for code in b"!t$\\{"},
    b"\x1d\xf9": 2,
    b"\x10\x04": 1,
}
_SWITCHES = {b"\x1ba": b"\0\1\x02012", b"\x1bE": b"\0\00101", b"\x1bM": b"\0\00101", b"\x1b-": b"\0\1\x02012"}
"""ESC commands that count for Epson only with a parameter Epson knows: Star gives them other lengths."""
_LONGEST_MARK = 64
_WEBPRNT_RE = re.compile(rb"<(?:\w+:)?(?:StarWebPrint|root)\b", re.IGNORECASE)
CUT_PARAMETERS = b"\x00\x0101ABabgh"


@dataclass(slots=True)
class Evidence:
    epson: int = 0
    star: int = 0

    def add(self, key: bytes, head: bytes) -> None:
        star, epson = _weights(key, head[:4])
        if star:
            self.star = min(MOST, self.star + star)
        if epson:
            self.epson = min(MOST, self.epson + epson)

    @staticmethod
    def may_change(known: str, data: bytes) -> bool:
        """Whether these bytes can show another language than the source's: no, when the other has no sign in them."""
        sign = _SIGN_OF_ANOTHER.get(known)
        return sign is None or sign.search(data) is not None

    @property
    def language(self) -> Language:
        """Who it is, or UNKNOWN. Star needs less: its signs cannot be Epson's, while Epson's may be Star's pixels."""
        if self.star >= ENOUGH and self.star * 4 >= self.epson:
            return Language.STAR
        return Language.ESCPOS if self.epson >= ENOUGH else Language.UNKNOWN


def xml_language(data: bytes) -> Language:
    """Of a document by its elements; UNKNOWN for what is no XML, or none of a printer's."""
    if not data[:_LONGEST_MARK].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Language.UNKNOWN
    if b"epos-print" in data:
        return Language.EPOS_XML
    return Language.STAR_WEBPRNT if _WEBPRNT_RE.search(data) else Language.UNKNOWN


@lru_cache(1 << 12)
def _weights(key: bytes, head: bytes) -> tuple[int, int]:
    """Star's and Epson's, from the command's first four bytes."""
    return _star_weight(key, head), _epson_weight(key, head)


def _star_weight(key: bytes, head: bytes) -> int:
    if key == b"\x1bd":
        return 2 if head[2:3] in (b"2", b"3") else 0  # Star's cuts; fifty lines of feed to Epson, and no clone's height
    if key in (b"\x1b*", b"\x1b#"):
        return 2 if head[2:3] in (b"r", b"*") else 0
    return _STAR.get(key, 0)


def _epson_weight(key: bytes, head: bytes) -> int:
    if key == b"\x1dV":
        return 2 if head[2:3] and head[2] in CUT_PARAMETERS else 0
    if key in _SWITCHES:
        return int(len(head) == 3 and head[2] in _SWITCHES[key])
    return _EPSON.get(key, 0)


_SIGN_OF_ANOTHER = {
    Language.ESCPOS.value: re.compile(rb"\x1b(?:[\x1d\x1eX\x06\x07b*#]|d[23])"),
    Language.STAR.value: re.compile(
        rb"(?<!\x1b)\x1d[!BkvLWhwHfar(8*V\xf9]|\x1c[&.!\-WC(Sp]|\x1b[!t$\\{]|\x1b[aEM\-][\x00-\x02012]|\x10\x04"
    ),
}
"""What every command that counts for the other side begins with."""

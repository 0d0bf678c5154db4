"""card_escapes: takes XML or WebPRNT text, gives it with spelt-out blanks as blanks, every byte in its place.

"4111\\\\x201111" and "4111&#32;1111" print a blank between the digits; without this they would look like other numbers.
"""

import re

_SPELT_RE = re.compile(rb"\\x([0-9A-Fa-f]{2})|&#x([0-9A-Fa-f]{1,4});|&#([0-9]{1,4});|&nbsp;")
_BEGUN_RE = re.compile(rb"(?:\\(?:x[0-9A-Fa-f]?)?|&(?:#(?:x[0-9A-Fa-f]{0,4}|[0-9]{0,4})|n(?:b(?:sp?)?)?)?)\Z")
_BLANKS = frozenset(b" \t\n\r-\xa0")
LONGEST = 8


def blanks_spelt_out(data: bytes) -> bytes:
    """As many bytes: each spelling becomes zero bytes and the one it stands for; other characters stay spelt."""
    return _SPELT_RE.sub(_blank, data) if b"\\x" in data or b"&" in data else data


def with_begun_as_blank(data: bytes) -> bytes:
    """A spelling that is not whole yet may become a blank."""
    begun = _BEGUN_RE.search(data, max(0, len(data) - LONGEST))
    return data[: begun.start()] + b"\0" * (len(data) - begun.start()) if begun else data


def _blank(found: re.Match[bytes]) -> bytes:
    two, hexadecimal, decimal = found.groups()
    byte = int(two or hexadecimal, 16) if two or hexadecimal else int(decimal) if decimal else 0xA0
    return b"\0" * (len(found[0]) - 1) + bytes((byte,)) if byte in _BLANKS else found[0]

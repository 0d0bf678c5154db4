"""card_envelopes: finds card numbers inside hex and base64 text and says how to mask them there; changes nothing."""

import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.masking.card_numbers import SPAN, CardNumber, find, rest_of_track, tail

VISIBLE_DIGITS = 4
MASKED = ord("*")


@dataclass(frozen=True, slots=True)
class Finding:
    """A card number between `start` and `end`; `edits`: which byte must become which."""

    start: int
    end: int
    decided: bool
    edits: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Envelope:
    """A way of writing bytes as text: `letters` of it stand for `of_bytes` bytes."""

    text_re: re.Pattern[bytes]
    letters: int
    of_bytes: int
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]
    shifts: range
    """How many letters may stand before the first that counts."""
    alphabet: bytes
    """Maps its letters to 'A' and line ends to NUL, all else to a space."""

    def places(self, byte: int) -> range:
        """The letters that carry a byte."""
        return range(byte * self.letters // self.of_bytes, -(-(byte + 1) * self.letters // self.of_bytes))


def _alphabet(letters: bytes) -> bytes:
    return bytes(0x41 if byte in letters else 0 if byte in b"\r\n" else 0x20 for byte in range(256))


def _decode_base64(text: bytes) -> bytes:
    """What is there, also of a text cut off in the middle."""
    whole = text[: -1 if len(text) % 4 == 1 else None]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


_HEX_LETTERS = b"0123456789abcdefABCDEF"
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ENVELOPES = (
    _Envelope(
        re.compile(rb"[0-9A-Fa-f]{28}[0-9A-Fa-f\r\n]*+"),
        2,
        1,
        lambda text: binascii.unhexlify(text[: len(text) // 2 * 2]),
        binascii.hexlify,
        range(2),
        _alphabet(_HEX_LETTERS),
    ),
    _Envelope(
        re.compile(rb"[A-Za-z0-9+/]{19}[A-Za-z0-9+/\r\n]*+"),
        4,
        3,
        _decode_base64,
        lambda data: binascii.b2a_base64(data, newline=False),
        range(1),
        _alphabet(_BASE64_LETTERS),
    ),
)
_SHORTEST = b"A" * 19
"""Letters of the shortest number in base64; hex takes more."""


def findings(data: bytes, loyalty_prefixes: tuple[str, ...]) -> Iterator[Finding]:
    if _SHORTEST not in data.translate(_ENVELOPES[1].alphabet):
        return
    for envelope in _ENVELOPES:
        for text in envelope.text_re.finditer(data):
            for shift in envelope.shifts:
                yield from _inside(envelope, data, text.start() + shift, text.end(), loyalty_prefixes)


def _inside(envelope: _Envelope, data: bytes, start: int, end: int, loyalty: tuple[str, ...]) -> Iterator[Finding]:
    text = data[start:end].translate(None, b"\r\n")
    decoded = envelope.decode(text)
    if not (numbers := find(decoded, loyalty)):
        return
    places = [place for place in range(start, end) if data[place] not in b"\r\n"]
    for number in numbers:
        edits = dict(_edits(envelope, decoded, number, text, places))
        first, last = envelope.places(number.start)[0], envelope.places(number.end - 1)[-1]
        yield Finding(places[first], places[last] + 1, number.decided or end < len(data), edits)


def _edits(
    envelope: _Envelope, decoded: bytes, number: CardNumber, text: bytes, places: list[int]
) -> Iterator[tuple[int, int]]:
    masked = bytearray(decoded)
    for place in masked_places(decoded, number):
        masked[place] = MASKED
    for unit in sorted({place // envelope.of_bytes for place in masked_places(decoded, number)}):
        piece = masked[unit * envelope.of_bytes : (unit + 1) * envelope.of_bytes]
        written = envelope.encode(bytes(piece))
        if envelope.letters == 2 and text.upper() == text:
            written = written.upper()
        for index, letter in enumerate(written, start=unit * envelope.letters):
            if index < len(places) and text[index] != letter:
                yield places[index], letter


def masked_places(data: bytes, number: CardNumber) -> tuple[int, ...]:
    """All digits but the last four, and whatever else a magnetic stripe has behind the number."""
    return number.digits[:-VISIBLE_DIGITS] + rest_of_track(data, number)


def is_inside_hex(data: bytes, number: CardNumber) -> bool:
    """Its digits are part of a long hex text, as of a picture: what they stand for is looked at, not they."""
    first, last = max(0, number.start - SPAN), number.end + SPAN
    around = data[first:last].translate(_ENVELOPES[0].alphabet)
    start = around.rfind(b" ", 0, number.start - first) + 1
    end = around.find(b" ", number.end - first)
    text = data[first + start : last if end < 0 else first + end]
    return len(text) >= _LONG_HEX and not text.isdigit() and b"\0" not in around[start : number.end - first]


_LONG_HEX = 40
"""More hex letters in one piece than any number with a word of the letters A to F beside it."""


def envelope_tail(data: bytes) -> int:
    """Where the text begins that the next bytes may make a card number of; len(data) when there is none."""
    window = data[-2 * SPAN :]
    if not window or window[-1] not in _LAST_LETTERS:
        return len(data)
    before = len(data) - len(window)
    return before + min(_tail(envelope, window, at_beginning=not before) for envelope in _ENVELOPES)


def whole_letters_from(data: bytes, at: int) -> int:
    """The nearest place up to `at` from which base64 text is read right; `data` begins at such a place."""
    start = data[:at].translate(_ENVELOPES[1].alphabet).rfind(b" ") + 1
    return _back(data[:at], len(data[start:at].translate(None, b"\r\n")) % 4)


_LAST_LETTERS = frozenset(_BASE64_LETTERS + b"\r\n")


def _tail(envelope: _Envelope, window: bytes, *, at_beginning: bool) -> int:
    start = window.translate(envelope.alphabet).rfind(b" ") + 1
    earliest = len(window)
    shifts = envelope.shifts if start or at_beginning else range(envelope.letters)
    for shift in shifts:
        text = window[start + shift :].translate(None, b"\r\n")
        decoded = envelope.decode(text)
        open_from = tail(decoded)
        if open_from < len(decoded):
            letters = len(text) - envelope.places(open_from)[0]
            earliest = min(earliest, _back(window, letters))
    return earliest


def _back(window: bytes, letters: int) -> int:
    """Where the last so many letters begin, line ends not counted."""
    at = len(window)
    while letters and at:
        at -= 1
        letters -= window[at] not in b"\r\n"
    return at

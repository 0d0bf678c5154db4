"""card_numbers: finds payment card numbers in printer bytes, across control bytes and line ends; changes nothing.

A card number is an issuer's prefix with a length of that issuer and a right check digit (ISO/IEC 7812, Luhn). Visa's
13 digits are left out: no such card is valid any more, and every third grocery barcode (EAN-13) would be suspected.
The Maestro and Diners lengths begin at 16 and 14 for the same reason.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from agent.dialects.escpos_table import ESCPOS

SHORTEST, LONGEST = 14, 19
SPAN = 128
"""A number printed over more bytes than this, control bytes included, is not seen."""


@dataclass(frozen=True, slots=True)
class Issuer:
    name: str
    prefixes: tuple[tuple[int, int], ...]
    """First to last, the same number of digits."""
    lengths: tuple[int, ...]


ISSUERS = (
    Issuer("Visa", ((4, 4),), (16, 19)),
    Issuer("Mastercard", ((51, 55), (2221, 2720)), (16,)),
    Issuer("American Express", ((34, 34), (37, 37)), (15,)),
    Issuer("Diners Club", ((300, 305), (3095, 3095), (36, 36), (38, 39)), (14, 16, 17, 18, 19)),
    Issuer("Discover", ((6011, 6011), (644, 649), (65, 65)), (16, 17, 18, 19)),
    Issuer("JCB", ((3528, 3589),), (16, 17, 18, 19)),
    Issuer("UnionPay", ((62, 62), (8100, 8171)), (16, 17, 18, 19)),
    Issuer(
        "Maestro",
        ((5018, 5020), (5038, 5038), (5893, 5893), (6304, 6304), (6759, 6759), (6761, 6763)),
        (16, 17, 18, 19),
    ),
    Issuer("Mir", ((2200, 2204),), (16, 17, 18, 19)),
    Issuer("Troy", ((9792, 9792),), (16,)),
)


def _lengths_by_prefix() -> dict[bytes, tuple[int, ...]]:
    """By the first four digits: no prefix is longer."""
    return {
        str(digits).encode(): issuer.lengths
        for issuer in ISSUERS
        for first, last in issuer.prefixes
        for digits in range(first * 10 ** (4 - len(str(first))), (last + 1) * 10 ** (4 - len(str(last))))
    }


_LENGTHS = _lengths_by_prefix()
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_SINGLE = bytes.maketrans(b"0123456789", bytes(range(10)))


def lengths(digits: bytes) -> tuple[int, ...]:
    """How long a number of this issuer may be, from its first four digits; none when no issuer begins so."""
    return _LENGTHS.get(digits[:4], ())


def check_digit_holds(digits: bytes) -> bool:
    """Luhn, over ASCII digits."""
    return (sum(digits[-1::-2].translate(_SINGLE)) + sum(digits[-2::-2].translate(_DOUBLED))) % 10 == 0


@dataclass(frozen=True, slots=True)
class CardNumber:
    digits: tuple[int, ...]
    """Where each of its digits stands."""
    decided: bool
    """False: what comes next may show that it goes on, and then is none (or a longer one)."""

    @property
    def start(self) -> int:
        return self.digits[0]

    @property
    def end(self) -> int:
        return self.digits[-1] + 1


# A quick look in C over everything: digits with nothing between that surely ends a number. It takes every byte that may
# be a command or its parameter for one, so it finds too much; what it finds is then read command by command.
# Only sets of bytes are repeated possessively: Debian 12's Python (3.11.2) gets possessive groups wrong (gh-106052).
_PLAIN_GAP = rb"[\x00-\x1a\x1e-\x20\-\x7f\xa0]{0,40}+"
_COMMAND = (
    rb"(?:\x1b[$\\]..|\x1d[$\\LPW].."
    rb"|\x1b(?![*&(])[^0-9\x1b-\x1d]{0,3}+|\x1d(?![V(vkQ8*CD])[^0-9\x1b-\x1d]{0,3}+|\x1c(?![(qg2])[^0-9\x1b-\x1d]{0,3}+)"
)
_GAP = _PLAIN_GAP + rb"(?:" + _COMMAND + _PLAIN_GAP + rb"){0,20}"
_NEXT_DIGIT = rb"(?:[0-9]|(?=[\x00-\x20\-\x7f\xa0])" + _GAP + rb"[0-9])"
_SUSPECT_RE = re.compile(rb"[0-9](?<![0-9][0-9])" + _NEXT_DIGIT + rb"{13,}", re.DOTALL)
_TAIL_RE = re.compile(rb"[0-9]" + _NEXT_DIGIT + rb"*" + _GAP + rb"\Z", re.DOTALL)
_MAY_END_OPEN = frozenset(range(0x21)) | frozenset(b"-0123456789\x7f\xa0")
_PREFIXES_RE = re.compile(rb"[\x10\x12\x1b-\x1d\x1f]")
_DIGITS = b"0123456789"

# What is known to be something else: amounts, quantities, times, dates, phone numbers standing alone.
_OTHER_RE = re.compile(
    rb"(?<![0-9.,])[$]?[0-9]{1,3}(?:[.,][0-9]{3})*[.,][0-9]{2,3}(?![0-9/:\-])"
    rb"|(?<![0-9])[$]?[0-9]{4,6}[.,][0-9]{2}(?![0-9/:\-])"
    rb"|[$\x80\x9c\x9d\xa3\xa5\xac\xd5] ?[0-9]{1,7}(?![0-9])"
    rb"|(?<![0-9])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9])"
    rb"|(?<![0-9])(?:19|20)[0-9]{2}([\-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])(?![0-9]|-[0-9])"
    rb"|(?<![0-9])(?<![0-9]-)(?:0?[1-9]|[12][0-9]|3[01])([\-/.])(?:0?[1-9]|[12][0-9]|3[01])\2"
    rb"(?:19|20)?[0-9]{2}(?![0-9]|-[0-9])"
    rb"|(?<![0-9])[0-9]{1,3} ?[xX@*] ?[$0-9]"
    rb"|(?<![0-9-])(?<![0-9] )[2-9][0-9]{2}[ .\-][2-9][0-9]{2}[ .\-][0-9]{4}(?![0-9]|[ \-][0-9])"
    rb"|(?i:phone|tel|mobile|cell|fax|ph)[^0-9\n]{0,8}(?:1[ .\-]?)?[2-9][0-9]{2}[ .\-]?[2-9][0-9]{2}[ .\-]?[0-9]{4}"
    rb"(?![0-9]|[ \-][0-9])",
)
_OTHER_REACH = 40


def tail(data: bytes) -> int:
    """Where the number begins that the next bytes may continue; len(data) when there is none. At most SPAN back."""
    if not data or (data[-1] not in _MAY_END_OPEN and not _PREFIXES_RE.search(data, len(data) - 4)):
        return len(data)
    found = _TAIL_RE.search(data, max(0, len(data) - SPAN))
    return found.start() if found else len(data)


def find(data: bytes, loyalty_prefixes: tuple[str, ...] = ()) -> list[CardNumber]:
    """All card numbers, in the order they begin; they may overlap. A number of the store's own cards is none."""
    if len(data) - len(data.translate(None, _DIGITS)) < SHORTEST:
        return []
    found: dict[tuple[int, ...], CardNumber] = {}
    own = tuple(prefix.encode() for prefix in loyalty_prefixes)
    open_from: int | None = None
    for start, end in (match.span() for match in _SUSPECT_RE.finditer(data)):
        open_from = tail(data) if open_from is None else open_from
        for run in _runs(data, start, end):
            for digits, is_inside in _numbers(data, run, own):
                decided = is_inside or not run.is_last or open_from >= end
                found[digits] = CardNumber(digits, decided)
    return sorted(found.values(), key=lambda number: number.digits)


def rest_of_track(data: bytes, number: CardNumber) -> tuple[int, ...]:
    """Where the digits stand that a card's magnetic stripe has behind its number: expiry, service code and so on."""
    rest = _TRACK_RE.match(data, number.end)
    return tuple(range(*rest.span(1))) if rest else ()


_TRACK_RE = re.compile(rb"(?:=|\^[^^\x00-\x1f]{2,26}\^)([0-9]{1,40})")


@dataclass(frozen=True, slots=True)
class _Run:
    """Groups of digits that may belong together."""

    groups: list[tuple[int, int]]
    gaps: list[str]
    """Between one group and the next: C control bytes only, S a space or dash, L a line end."""
    is_last: bool


_Reading = Callable[[bytes, int], tuple[int, bool]]
"""How long the control sequence is that begins here, and whether it ends a number."""


def _as_measured(data: bytes, at: int) -> tuple[int, bool]:
    """As an Epson printer reads it."""
    piece = ESCPOS.measure(data[at : at + 2 * SPAN])
    if piece is None:
        return len(data) - at, False
    return piece.head or piece.interrupted, bool(piece.counted or piece.then or data.startswith(b"\x1dV", at))


def _as_bare(_data: bytes, _at: int) -> tuple[int, bool]:
    """As printers read it whose commands mostly take no parameter (Star, dot matrix): a digit behind is text."""
    return 2, False


def _as_byte(_data: bytes, _at: int) -> tuple[int, bool]:
    """As no command: the end of a picture may look like the beginning of one."""
    return 1, False


def _runs(data: bytes, start: int, end: int) -> Iterator[_Run]:
    """The runs of digits of one suspect place, in every way its bytes can be read."""
    before = _PREFIXES_RE.search(data, max(0, start - 3), start)
    if before is None and not _PREFIXES_RE.search(data, start, end):
        yield from _runs_as(_as_byte, data, start, end)
        return
    for reading in (_as_measured, _as_bare):
        yield from _runs_as(reading, data, before.start() if before else start, end)
    yield from _runs_as(_as_byte, data, start, end)


_GROUP_RE = re.compile(rb"[0-9]++")
_PLAIN_GAP_RE = re.compile(rb"[\x00-\x0f\x11\x13-\x1a\x1e \-\x7f\xa0]++")
_SPACES = b" -\xa0\t"
_LINE_ENDS = b"\r\n\x0b\x0c"
_MOST_SPACES = 3
_MOST_SPACES_AT_LINE_END = 12


def _runs_as(reading: _Reading, data: bytes, at: int, end: int) -> Iterator[_Run]:
    groups: list[tuple[int, int]] = []
    gaps = list[str]()
    spaces, line = 0, False
    while at < end:
        size, ends = 1, False
        if group := _GROUP_RE.match(data, at):
            size = group.end() - at
            ends = len(group[0].lstrip(b"0")) > LONGEST
            far = spaces > (_MOST_SPACES_AT_LINE_END if line else _MOST_SPACES)
            if groups and far and not ends:
                yield _Run(groups, gaps, is_last=False)
                groups, gaps = [], []
            if groups:
                gaps.append("L" if line else "S" if spaces else "C")
            if not ends:
                groups.append(group.span())
            spaces, line = 0, False
        elif gap := _PLAIN_GAP_RE.match(data, at):
            size = gap.end() - at
            spaces += size - len(gap[0].translate(None, _SPACES))
            line = line or size > len(gap[0].translate(None, _LINE_ENDS))
        elif _PREFIXES_RE.match(data, at):
            size, ends = reading(data, at)
        else:
            ends = True
        if ends:
            if groups:
                yield _Run(groups, gaps, is_last=False)
            groups, gaps, spaces, line = [], [], 0, False
        at += size
    if groups:
        yield _Run(groups, gaps, is_last=True)


def _numbers(data: bytes, run: _Run, own: tuple[bytes, ...]) -> Iterator[tuple[tuple[int, ...], bool]]:
    """Digits of each card number in the run, and whether it stays one whatever comes behind the run."""
    digits = b"".join([data[start:end] for start, end in run.groups])
    if len(digits) < SHORTEST:
        return
    begins = list(accumulate((end - start for start, end in run.groups), initial=0))
    group_ending_at = {end: index for index, end in enumerate(begins[1:])}
    for first, begin in enumerate(begins[:-1]):
        group = digits[begin : begins[first + 1]]
        padding = len(group) - len(group.lstrip(b"0"))
        start = begin + padding
        for length in lengths(digits[start : start + 4]):
            last = group_ending_at.get(start + length)
            if (
                last is None
                or last < first
                or (padding and last > first)
                or not check_digit_holds(digits[start : start + length])
            ):
                continue
            if digits.startswith(own, start):
                continue
            places = tuple(place for group in run.groups[first : last + 1] for place in range(*group))[padding:]
            if places[-1] - places[0] < SPAN and _looks_like_one(data, run, first, last):
                yield places, last < len(run.groups) - 1


def _looks_like_one(data: bytes, run: _Run, first: int, last: int) -> bool:
    """By how it is grouped and what stands around it; an amount, a date, a time or a phone number is none."""
    from_, to = run.groups[first][0], run.groups[last][1]
    others = [match.span() for match in _OTHER_RE.finditer(data, max(0, from_ - _OTHER_REACH), to + _OTHER_REACH)]
    if any(_overlap(group, other) for group in run.groups[first : last + 1] for other in others):
        return False
    if "L" in run.gaps[first:last]:
        return _is_wrapped(data, run, first, last)
    sizes = _sizes(run, first, last, "S")
    if all(size >= 4 for size in sizes[:-1]) or len(set(sizes[:-1])) == 1:
        return True  # cards are printed in groups of four and more, or all alike
    return max(_beside(run, first, last, others)) < 2  # any other grouping must stand (almost) alone in its line


def _is_wrapped(data: bytes, run: _Run, first: int, last: int) -> bool:
    """A number that goes on in the next line, and not one at a line's end with another at the next one's beginning."""
    inside = run.gaps[first:last]
    before_break = sum(end - start for start, end in run.groups[first : first + inside.index("L") + 1])
    start = run.groups[first][0]
    if before_break <= _LONGEST_AMOUNT and _AMOUNT_BEFORE_RE.search(data[max(0, start - SPAN) : start]):
        return False
    if "S" not in inside:
        return max(_beside(run, first, last, [])) < 2
    return any(
        all(4 <= size <= 6 for size in sizes[:-1]) or (len(set(sizes[:-1])) == 1 and sizes[0] < 4)
        for sizes in (_sizes(run, first, last, "S"), _sizes(run, first, last, "SL"))
    )


_LONGEST_AMOUNT = 7
_AMOUNT_BEFORE_RE = re.compile(rb"(?:  [$]?|(?i:total|amount|cash|change|due|balance|tax|tender|paid)[^\r\n0-9]*)\Z")


def _sizes(run: _Run, first: int, last: int, apart: str) -> list[int]:
    """Digits in each group, where only the gaps in `apart` keep groups apart."""
    sizes = [0]
    for index in range(first, last + 1):
        if index > first and run.gaps[index - 1] in apart:
            sizes.append(0)
        sizes[-1] += run.groups[index][1] - run.groups[index][0]
    return sizes


def _beside(run: _Run, first: int, last: int, others: list[tuple[int, int]]) -> tuple[int, int]:
    """How many groups stand in the same line before and behind, with nothing but a space or dash between."""
    before, behind = 0, 0
    while first - before > 0 and run.gaps[first - before - 1] == "S":
        if any(_overlap(run.groups[first - before - 1], other) for other in others):
            break
        before += 1
    while last + behind < len(run.gaps) and run.gaps[last + behind] == "S":
        if any(_overlap(run.groups[last + behind + 1], other) for other in others):
            break
        behind += 1
    return before, behind


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]

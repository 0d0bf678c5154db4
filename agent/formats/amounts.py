"""amounts: takes a line of a receipt, gives the amounts of money on it; does not say what they are for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_DIGITS = 12
"""Longer runs of digits are card numbers and bar codes, never money."""

SHORTEST_BARE = 3
"""Digits of an amount without any sign or grouping; one or two are a quantity."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in minor units, signed as printed; `start`/`end` in the line.

    `unit`: a price each or a remark, not what is paid. `bracketed`: negative only by its brackets, or a remark in them.
    """

    value: int
    start: int
    end: int
    unit: bool = False
    bracketed: bool = False
    sign: str = ""
    """The currency's sign or code beside it, as printed."""


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How this paper writes money: decimal sign, digits behind it, the signs and codes that mark a currency."""

    decimal: str
    exponent: int
    symbols: tuple[str, ...]
    bare: bool = False
    """Whole amounts without grouping: a number at the end of a line is money behind a single space as well."""


_GROUP = {".": ",'", ",": ".'"}
_DOT_re = re.compile(r"(?:(?<=\d)|(?<![\w.,]))\.\d{2}(?!\d)(?![.,]\d)")
_COMMA_re = re.compile(r"(?:(?<=\d)|(?<![\w.,])),\d{2}(?!\d)(?![.,]\d)")
_UNIT_BEHIND_re = re.compile(
    r"\s{0,2}(?:/|%|@|[xX×]\s{0,2}\d|(?:(?i:each|ea|per|kg|lbs?|oz|ml|cm|mm|gal|gallons?|lit(?:er|re)s?|ltrs?|ft)|g|l)\b)"
)
_MEASURE_BEHIND_re = re.compile(r"[A-Za-z]{1,3}\d+[.,A-Za-z]|[xX×]\d")
"""'4.51NX9.5IN' is a measure in a name; a tax mark is letters, or letters and one number ('7.99T1')."""
_GROUPED_re = re.compile(r"\d[.,]\d{3}\b")
_UNIT_BEFORE_re = re.compile(r"(?:(?:@|\bat|\d\s{0,4}[xX×*])\s{0,4}|/|\w[*×])$", re.I)
_DIGITS_re = re.compile(r"\D+")


def style_of(
    lines: Sequence[str], decimal: str, exponent: int, symbols: Mapping[str, str], exponents: Mapping[str, int]
) -> NumberStyle:
    """The style by the paper's own evidence; `decimal` "auto" and `exponent` (the store's) only break ties."""
    dots, commas = (sum(len(sign.findall(line)) for line in lines) for sign in (_DOT_re, _COMMA_re))
    if decimal == "auto":
        decimal = "," if commas > dots else "."
    if not dots and not commas:
        exponent = min(exponent, exponents.get(_currency(lines, symbols) or "", exponent))
    elif exponent == 0 and max(dots, commas) > 1:
        exponent = 2
    bare = exponent == 0 and not any(_GROUPED_re.search(line) for line in lines)
    return NumberStyle(decimal, exponent, tuple(sorted(symbols, key=len, reverse=True)), bare)


def _currency(lines: Sequence[str], symbols: Mapping[str, str]) -> str | None:
    """The currency the paper names most often beside a number; None when it names only the store's own."""
    pattern = _symbol_pattern(tuple(sorted(symbols, key=len, reverse=True)))
    seen = Counter(symbols[sign.group(1) or sign.group(2)] for line in lines for sign in pattern.finditer(line))
    named = [(count, code) for code, count in seen.items() if code]
    return max(named)[1] if named else None


def currency_of(lines: Sequence[str], symbols: Mapping[str, str]) -> str | None:
    return _currency(lines, symbols)


@lru_cache(maxsize=16)
def _symbol_pattern(symbols: tuple[str, ...]) -> re.Pattern[str]:
    signs = "|".join(re.escape(sign) for sign in symbols) or r"(?!)"
    return re.compile(rf"(?<![A-Za-z])({signs})\s?-?(?=[\d.,])|(?<=\d)\s?({signs})(?![A-Za-z])")


def find_amounts(line: str, style: NumberStyle) -> list[Amount]:
    """Every amount on the line, left to right. Dates and times must have been blanked before."""
    marks = _marks(style)
    found = (_amount_of(match, line, style, marks) for match in marks.number.finditer(line))
    return [amount for amount in found if amount]


@dataclass(frozen=True, slots=True)
class _Marks:
    """What stands around a number: `before` is matched up to where it begins, `behind` from where it ends."""

    number: re.Pattern[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]
    sign_ends: frozenset[str]
    sign_starts: frozenset[str]


_REACH = 16
"""Characters in front of a number where its sign and currency may stand."""


def _amount_of(number: re.Match[str], line: str, style: NumberStyle, marks: _Marks) -> Amount | None:
    whole = number["whole"] is not None
    if whole and style.exponent and not _touches_a_sign(line, number, marks):
        return None
    before = marks.before.search(line, max(0, number.start() - _REACH), number.start())
    behind = marks.behind.match(line, number.end())
    if before is None or behind is None or _MEASURE_BEHIND_re.match(line, number.end()):
        return None
    digits = _DIGITS_re.sub("", number[0])
    if len(digits) > MAX_DIGITS or (whole and not _whole_is_money(number, line, style, before, behind)):
        return None
    value = int(digits) * (10**style.exponent if whole else 1)
    signed, bracketed = _has_minus(before, behind), bool(before["open"] and ")" in (behind["tail"] or ""))
    return Amount(
        -value if signed or bracketed else value,
        before.start(),
        behind.end(),
        unit=_is_unit(line, number, before, behind),
        bracketed=bracketed and not signed,
        sign=before["sign"] or behind["sign"] or "",
    )


def _touches_a_sign(line: str, number: re.Match[str], marks: _Marks) -> bool:
    """Cheap look before the patterns: most whole numbers on a receipt are no money."""
    left = line[max(0, number.start() - _REACH) : number.start()].rstrip(" -−")[-1:]
    return left in marks.sign_ends or line[number.end() : number.end() + 2].lstrip()[:1] in marks.sign_starts


def _has_minus(before: re.Match[str], behind: re.Match[str]) -> bool:
    return bool(before["minus"] or before["minus2"] or set(behind["tail"] or "") & set("-−cC"))


def _is_unit(line: str, number: re.Match[str], before: re.Match[str], behind: re.Match[str]) -> bool:
    """A price each, a weight, a remark in brackets: an amount of something, but not what the line costs."""
    return bool(
        _UNIT_BEHIND_re.match(line, behind.end())
        or _UNIT_BEFORE_re.search(line, max(0, before.start() - _REACH), before.start())
        or _in_a_remark(line, number)
    )


def _in_a_remark(line: str, number: re.Match[str]) -> bool:
    """'(disc: 1.53)' and '(2.50 each)' are remarks; '(1.53)' alone is a negative amount."""
    opened, closed = line.rfind("(", 0, number.start()), line.find(")", number.end())
    if opened < 0 or closed < 0 or ")" in line[opened : number.start()]:
        return False
    around = line[opened : number.start()] + line[number.end() : closed]
    return any(character.isalpha() for character in around)


def _whole_is_money(
    number: re.Match[str], line: str, style: NumberStyle, before: re.Match[str], behind: re.Match[str]
) -> bool:
    """A number without decimals is money beside a currency sign, or (yen, won) grouped or alone at the line's end."""
    rest = line[behind.end() :].strip(" *)-,.軽")
    if before["sign"] or behind["sign"]:
        return style.exponent == 0 or not rest
    if style.exponent or rest or not line[: before.start()].strip():
        return False
    if style.bare and len(number[0]) >= SHORTEST_BARE:
        return True
    begins = {before.start(), before.start() + 2, number.start()}
    return not number[0].isdigit() or any(line[:begin].endswith("  ") for begin in begins)


@lru_cache(maxsize=64)
def _marks(style: NumberStyle) -> _Marks:
    signs = "|".join(re.escape(sign) for sign in style.symbols) or r"(?!)"
    group = re.escape(_GROUP[style.decimal]) + "\u00a0\u202f"
    point = re.escape(style.decimal)
    whole = rf"(?P<whole>\d{{1,3}}(?:[{group}{'' if style.exponent else point}]\d{{3}})+|\d{{1,9}})(?!\d|[.,]\d)"
    exact = rf"(?:\d{{1,3}}(?:[{group}]\d{{3}})+|\d{{1,{MAX_DIGITS}}})?{point}\d{{{style.exponent}}}(?!\d)(?![.,]\d)"
    return _Marks(
        number=re.compile(
            rf"(?<![\d])(?<!\d[.,])(?:{exact}|{whole})" if style.exponent else rf"(?<![\d])(?<!\d[.,]){whole}"
        ),
        before=re.compile(
            r"(?P<open>\(\s?)?(?P<minus>(?<![^\s(])[-−–](?=\S)|(?<=  )[-−–]\s)?"
            rf"(?:(?<![A-Za-z])(?P<sign>{signs})\s*|(?<![\w.,]))(?P<minus2>[-−])?$"
        ),
        behind=re.compile(
            rf"(?:\s?(?P<sign>(?:{signs})(?![A-Za-z])))?"
            r"(?P<tail>\s?\)|[-−](?=\s|$|[A-Z]{1,2}\b)|\s[-−]\s*$|\s?CR\b)?"
        ),
        sign_ends=frozenset(sign[-1] for sign in style.symbols),
        sign_starts=frozenset(sign[0] for sign in style.symbols),
    )

"""amounts: takes a line of a receipt, gives the amounts of money on it; does not say what they are for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_DIGITS = 12
"""Longer runs of digits are card numbers and bar codes, never money."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in minor units, signed as printed; `start`/`end` in the line; `unit`: a price each, not what is paid."""

    value: int
    start: int
    end: int
    unit: bool = False


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How this paper writes money: decimal sign, digits behind it, the signs and codes that mark a currency."""

    decimal: str
    exponent: int
    symbols: tuple[str, ...]


_GROUP = {".": ",'", ",": ".'"}
_DOT_re = re.compile(r"(?<![\d.,])\d*\.\d{2}(?![\d])(?![.,]\d)")
_COMMA_re = re.compile(r"(?<![\d.,])\d*,\d{2}(?![\d])(?![.,]\d)")
_UNIT_BEHIND_re = re.compile(
    r"\s{0,2}(?:/|%|@|[xX×]\s{0,2}\d|(?:(?i:each|ea|per|kg|lbs?|oz|ml|cm|mm|gal|ft)|g|l)\b)"
)
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
    return NumberStyle(decimal, exponent, tuple(sorted(symbols, key=len, reverse=True)))


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
    if not any(character.isdigit() for character in line):
        return []
    found = [_amount_of(match, line, style) for match in _amount_pattern(style).finditer(line)]
    return [amount for amount in found if amount]


def _amount_of(match: re.Match[str], line: str, style: NumberStyle) -> Amount | None:
    digits = _DIGITS_re.sub("", match["number"])
    if len(digits) > MAX_DIGITS or (match["whole"] and not _whole_is_money(match, line, style)):
        return None
    value = int(digits) * (10**style.exponent if match["whole"] and style.exponent else 1)
    tail = match["tail"] or ""
    negative = bool(match["minus"] or match["minus2"] or (match["open"] and ")" in tail) or set(tail) & set("-−cC"))
    unit = bool(_UNIT_BEHIND_re.match(line, match.end()) or _UNIT_BEFORE_re.search(line[: match.start()][-12:]))
    unit = unit or _in_a_remark(line, match)
    return Amount(-value if negative else value, match.start(), match.end(), unit)


def _in_a_remark(line: str, match: re.Match[str]) -> bool:
    """'(disc: 1.53)' and '(2.50 each)' are remarks; '(1.53)' alone is a negative amount."""
    opened, closed = line.rfind("(", 0, match.start("number")), line.find(")", match.end("number"))
    if opened < 0 or closed < 0 or ")" in line[opened : match.start("number")]:
        return False
    around = line[opened : match.start()] + line[match.end("number") : closed]
    return any(character.isalpha() for character in around)


def _whole_is_money(match: re.Match[str], line: str, style: NumberStyle) -> bool:
    """A number without decimals is money beside a currency sign, or (yen, won) grouped or alone at the line's end."""
    if match["sign"] or match["sign2"]:
        return style.exponent == 0 or not line[match.end() :].strip(" *)")
    if style.exponent or not line[: match.start()].strip():
        return False
    grouped = not match["number"].isdigit()
    return (grouped or line[: match.start()].endswith("  ")) and not line[match.end() :].strip(" *-")


@lru_cache(maxsize=64)
def _amount_pattern(style: NumberStyle) -> re.Pattern[str]:
    signs = "|".join(re.escape(sign) for sign in style.symbols) or r"(?!)"
    group = re.escape(_GROUP[style.decimal]) + "\u00a0\u202f"
    point = re.escape(style.decimal)
    whole = rf"(?P<whole>\d{{1,3}}(?:[{group}{point if style.exponent == 0 else ''}]\d{{3}})+|\d{{1,9}})(?![\d.,]*\d)"
    exact = rf"(?:\d{{1,3}}(?:[{group}]\d{{3}})+|\d+)?{point}\d{{{style.exponent}}}(?!\d)(?![.,]\d)"
    number = rf"(?P<number>{exact}|{whole})" if style.exponent else rf"(?P<number>{whole})"
    return re.compile(
        rf"(?P<open>\(\s?)?(?P<minus>(?<![^\s(])[-−–](?=\S)|(?<=  )[-−–]\s)?(?:(?<![A-Za-z])(?P<sign>{signs})\s*|(?<![\w.,]))"
        rf"(?P<minus2>[-−])?(?<![\d.,]){number}(?:\s?(?P<sign2>(?:{signs})(?![A-Za-z])))?"
        r"(?P<tail>\s?\)|[-−](?=\s|$|[A-Z]{1,2}\b)|\s[-−]\s*$|\s?CR\b)?"
    )

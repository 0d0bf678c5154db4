"""item_codes: takes the lines of a receipt and its article entries, gives the product code printed beside each."""

import re
from collections.abc import Sequence
from functools import lru_cache

from agent.formats.form import Format
from agent.formats.printed import Entry
from agent.formats.words import level

LONG_ENOUGH = 6
"""Digits that make a number in front of a name a code by itself; a shorter one is a year or a size as well, and counts
only where every article begins with one."""
LINES_BELOW = 2
"""A code stands on the article's own line or at most so far below it."""
CODE = r"[a-z0-9][a-z0-9-]{2,19}"
_LEADING_re = re.compile(r"^\s*(\d{4,14})\s+(?=\S*[^\W\d_])")
_BARE_re = re.compile(r"(?<![\d.,-])(\d{8}|\d{12,14})(?![\d.,-])")


def codes_of(lines: Sequence[str], articles: Sequence[Entry], form: Format) -> tuple[str | None, ...]:
    """As printed, in the articles' order; None where none is. A bare number counts only with a right check digit."""
    taken = {entry.line for entry in articles}
    in_front = [_LEADING_re.match(lines[entry.line]) for entry in articles]
    fewest = 0 if len(articles) > 1 and all(in_front) else LONG_ENOUGH
    return tuple(_code_of(lines, entry.line, taken, form, fewest) for entry in articles)


def _code_of(lines: Sequence[str], line: int, taken: set[int], form: Format, fewest: int) -> str | None:
    leading = _LEADING_re.match(lines[line])
    if leading and len(leading[1]) >= fewest:
        return leading[1]
    for number in range(line, min(line + 1 + LINES_BELOW, len(lines))):
        if number > line and number in taken:
            break
        if code := _labelled(lines[number], form) or _bar_code(lines[number]):
            return code
    return None


def _labelled(line: str, form: Format) -> str | None:
    for pattern in map(_behind, form.code_labels):
        if match := pattern.search(level(line)):
            return line[match.start("code") : match.end("code")]
    return None


@lru_cache(maxsize=64)
def _behind(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])(?:{label})\.?\s*[:.#=]*\s*#?\s*(?=[a-z-]*\d)(?P<code>{CODE})(?![\w.,])")


def _bar_code(line: str) -> str | None:
    return next((code for code in _BARE_re.findall(line) if _check_digit_holds(code)), None)


def _check_digit_holds(code: str) -> bool:
    """GTIN-8, -12, -13 and -14 (GS1 General Specifications 7.9): weights 3 and 1 from the right."""
    digits = [int(digit) for digit in reversed(code)]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0

"""dates: takes the lines of a receipt, gives when the sale was; blanks dates and times for who looks for amounts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from unicodedata import normalize

from agent.formats.context import StoreContext
from agent.formats.form import Dates
from agent.formats.words import plain

OLDEST, NEWEST = 1990, 2099
"""A year outside is a misread number, not a date of a sale."""
NEAR = 2
"""Lines between a date and the time that belongs to it."""

_NUMERIC_re = re.compile(r"(?<![\d./-])(\d{4}|\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d]|[./-]\d)")
_CJK_re = re.compile(r"(\d{4}|\d{2})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_TIME_re = re.compile(
    r"(?<![\d.])(?<!\d:)(?P<hour>[0-2]?\d)(?P<sep>[:h])(?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d))?"
    r"(?:\s?(?P<half>[AaPp])\.?\s?(?:[Mm]\b\.?|\b))?(?![\d:])"
)
_HOUR_re = re.compile(r"\dh\d")
_TIME_LABEL_re = re.compile(r"\b(?:time|zeit|uhrzeit|hora|heure|ora)\b", re.I)
_WORD_re = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class _Date:
    line: int
    start: int
    end: int
    day: date


@dataclass(frozen=True, slots=True)
class _Time:
    line: int
    start: int
    end: int
    time: time
    labelled: bool
    """The line says 'time': it belongs to the date wherever it stands."""


def blank(line: str, months: Mapping[str, int]) -> str:
    """The line with dates and times as spaces, same length: '14.11' of a date must not look like money."""
    spans = [match.span() for pattern in _patterns_for(line) for match in pattern.finditer(line)]
    spans += [match.span() for match in _written(line, months)]
    for start, end in spans:
        line = line[:start] + " " * (end - start) + line[end:]
    return line


def _patterns_for(line: str) -> Iterator[re.Pattern[str]]:
    """Those that can match at all: a cheap look, because most lines of a receipt have neither date nor time."""
    if any(line.count(separator) > 1 for separator in "./-"):
        yield _NUMERIC_re
    if "年" in line:
        yield _CJK_re
    if ":" in line or _HOUR_re.search(line):
        yield _TIME_re


def sale_moment(lines: Sequence[str], words: Dates, context: StoreContext) -> datetime | None:
    """When the sale was, naive local time; not when it was reprinted or until when a coupon is valid."""
    order = _order(words, context)
    dates = [found for number, line in enumerate(lines) for found in _dates_on(number, line, words, order)]
    if not dates:
        return None
    times = [found for number, line in enumerate(lines) for found in _times_on(number, line)]
    best = max(dates, key=lambda found: (_merit(found, lines[found.line], words, times), -found.line))
    if _merit(best, lines[best.line], words, times) < 0 and "print" not in plain(lines[best.line]):
        return None  # a coupon's last day, a birthday: no sale was then
    clock = _time_beside(best, times)
    return datetime.combine(best.day, clock.time if clock else time())


def _merit(found: _Date, line: str, words: Dates, times: Sequence[_Time]) -> int:
    said = plain(line)
    merit = 2 if _time_beside(found, times) else 0
    merit += 1 if words.labels.search(said) else 0
    return merit - (8 if words.not_the_sale.search(said) else 0)


def _time_beside(found: _Date, times: Sequence[_Time]) -> _Time | None:
    """The nearest time: same line first (behind the date before in front of it), then the lines around."""
    near = [clock for clock in times if abs(clock.line - found.line) <= NEAR or clock.labelled]
    return min(near, key=lambda clock: _distance(found, clock), default=None)


def _distance(found: _Date, clock: _Time) -> tuple[int, int, int]:
    apart = clock.line - found.line
    if apart:
        return abs(apart), 0 if apart > 0 else 1, 0
    return 0, 0 if clock.start >= found.end else 1, abs(clock.start - found.end)


# ---- dates -----------------------------------------------------------------------------------------


def _dates_on(number: int, line: str, words: Dates, order: str) -> Iterator[_Date]:
    possible = set(_patterns_for(line))
    for match in _CJK_re.finditer(line) if _CJK_re in possible else ():
        yield from _made(number, match, match[1], match[2], match[3])
    for match in _NUMERIC_re.finditer(line) if _NUMERIC_re in possible else ():
        yield from _made(number, match, *_in_order(match[1], match[3], match[4], order, match[2]))
    for match in _written(line, words.months):
        yield from _made(number, match, match["year"], str(words.months[match["month"]]), match["day"])


def _times_on(number: int, line: str) -> Iterator[_Time]:
    if _TIME_re not in _patterns_for(line):
        return
    labelled = bool(_TIME_LABEL_re.search(line))
    for match in _TIME_re.finditer(line):
        hour, half = int(match["hour"]), (match["half"] or "").lower()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        if hour < 24:
            yield _Time(number, *match.span(), time(hour, int(match["minute"]), int(match["second"] or 0)), labelled)


def _made(number: int, match: re.Match[str], year: str, month: str, day: str) -> Iterator[_Date]:
    full = int(year) + (2000 if len(year) <= 2 else 0)
    try:
        found = date(full, int(month), int(day))
    except ValueError:
        return
    if OLDEST <= full <= NEWEST:
        yield _Date(number, *match.span(), found)


def _order(words: Dates, context: StoreContext) -> str:
    for chosen in (context.date_order, words.order):
        if chosen != "auto":
            return chosen
    return "mdy" if context.country in words.month_first_countries else "dmy"


def _in_order(first: str, second: str, third: str, order: str, separator: str) -> tuple[str, str, str]:
    """(year, month, day). Four digits are the year; over twelve is no month; dots mean day first; then `order`."""
    if len(first) == 4:
        return first, second, third
    if len(third) == 4 or order != "ymd":
        if int(first) > 12:
            return third, second, first
        if int(second) > 12:
            return third, first, second
        day_first = order == "dmy" or separator == "."
        return (third, second, first) if day_first else (third, first, second)
    return first, second, third


def _written(line: str, months: Mapping[str, int]) -> Iterator[re.Match[str]]:
    """Dates with the month as a word: 11-Nov-2026, Nov11'26, November 11, 2026, 11. Juni 2026, 11 de junho de 2026."""
    level = _same_length(line)
    if months.keys().isdisjoint(_WORD_re.findall(level)):
        return
    for pattern in _written_patterns(tuple(months)):
        yield from pattern.finditer(level)


def _same_length(line: str) -> str:
    """Accents off and lower case, letter for letter, so that places in the line stay true."""
    return line.lower() if line.isascii() else "".join(normalize("NFKD", letter)[0].lower() for letter in line)


@lru_cache(maxsize=8)
def _written_patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    month = rf"(?P<month>{'|'.join(sorted(names, key=len, reverse=True))})"
    day = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|[.º])?"
    year = r"(?P<year>\d{4}|\d{2})(?![\d:/])"
    day_first = rf"(?<![\d.,]){day}[\s/-]*(?:de\s|of\s)?{month}\.?(?:[\s,/'’-]|\bde\b)*{year}"
    month_first = rf"(?<![a-z]){month}[\s./-]*{day}[\s,/'’-]+{year}"
    return re.compile(day_first), re.compile(month_first)

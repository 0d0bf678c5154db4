"""identifiers: takes the lines of a receipt, gives the numbers and names beside their labels; judges none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from agent.formats.form import Format
from agent.formats.words import folded, plain

_VALUE = r"(?P<value>[a-z]{0,6}[-./]?\d[a-z0-9]*(?:[-/.][a-z0-9]+)*)"
_MARK = r"(?:\s?(?:number|num|no|nr|nbr|n|id|seq|code|ticket|#)\b\.?|\s?#|\s?[º°])*"
_NOT_NUMBERS = r"(?!\d{1,2}\s?[x@%])"


def find_number(lines: Sequence[str], form: Format, *, skip: Iterable[str] = ()) -> str | None:
    """The receipt's number: beside 'receipt', else 'invoice', … else 'check', 'order', else a bare 'No.'."""
    skipped = [re.compile(rf"(?<![^\W_])(?:{'|'.join(skip)})(?![^\W_])")] if skip else []
    for phrase in form.identifiers.number:
        for line in lines:
            found = _number_behind(line, phrase)
            if found and not any(pattern.search(folded(line)) for pattern in skipped):
                return found
    return next(filter(None, (_plain_number(line, form) for line in lines)), None)


def find_original(lines: Sequence[str], form: Format) -> str | None:
    """The number of the sale that a return or a void names."""
    for phrase in form.identifiers.original:
        for line in lines:
            found = _number_behind(line, phrase)
            if found:
                return found
    return None


def find_register(lines: Sequence[str], form: Format) -> str | None:
    return next(filter(None, (_number_behind(line, p) for p in form.identifiers.register for line in lines)), None)


def find_cashier(lines: Sequence[str], form: Format) -> str | None:
    """A name or number of up to four words behind the label, up to the next column."""
    for phrase in form.identifiers.cashier:
        for line in lines:
            match = _cashier_pattern(phrase).search(line)
            if match and plain(match["value"]) not in ("", "copy"):
                return match["value"].strip(" :.-")
            if match and match["value"].strip().isdigit():
                return match["value"].strip()
    return None


def _number_behind(line: str, phrase: str) -> str | None:
    level = _level(line)
    for match in _number_pattern(phrase).finditer(level):
        value = line[match.start("value") : match.end("value")].strip(".-/")
        if sum(character.isdigit() for character in value):
            return value
    return None


def _level(line: str) -> str:
    """Folded text of the same length as the line, so that what is found can be cut out of the line as printed."""
    return line.lower() if line.isascii() else "".join((folded(letter) or " ")[0] for letter in line)


def _plain_number(line: str, form: Format) -> str | None:
    """'No.008812' in a column of its own; not 'Table No. 5'."""
    for column in _columns(line):
        for phrase in form.identifiers.plain_number:
            match = re.match(rf"{phrase}\s?[.:#º°]{{1,2}}\s?{_VALUE}\s*$", _level(column))
            if match:
                return column[match.start("value") : match.end("value")]
    return None


def _columns(line: str) -> Iterator[str]:
    return (column.strip() for column in re.split(r"\s{2,}|\t", line) if column.strip())


@lru_cache(maxsize=256)
def _number_pattern(phrase: str) -> re.Pattern[str]:
    edge = r"(?<![^\W\d_])" if phrase.isascii() else ""
    return re.compile(
        rf"{edge}(?:{phrase})(?![^\W\d_]){_MARK}\.?-?(?:nr|no)?\.?\s*[:.#=]*\s*#?\s*{_NOT_NUMBERS}{_VALUE}(?![\w]|[.,:]\d|%)"
    )


@lru_cache(maxsize=64)
def _cashier_pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W_])(?:{phrase})(?![^\W\d_])(?:\s?(?:name|id|no|nr|#)\b)?\.?\s*[:#.]*\s?(?P<value>[^\s:#]+(?: [^\s:]+){{0,2}})(?=\s\s|\s*$|\s+\S+:)",
        re.I,
    )

"""identifiers: takes the lines of a receipt, gives the numbers and names beside their labels; judges none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

from agent.formats.form import Format
from agent.formats.words import level, plain

_VALUE = r"(?P<value>[a-z]{0,6}[-./]?\d[a-z0-9]*(?:[-/.][a-z0-9]+)*)"
_MARK = r"(?:[ \t]?(?:number|num|no|nr|nbr|n|id|seq|code|ticket|#)\b\.?|[ \t]?#|[ \t]?[º°])*"
_AMOUNT_re = re.compile(r"\d+[.,]\d{2}")
_NOT_NUMBERS = r"(?!\d{1,2}[ \t]?[x@%])"


def find_number(lines: Sequence[str], form: Format, *, skip: Iterable[str] = ()) -> str | None:
    """The receipt's number: beside 'receipt', else 'invoice', … else 'check', 'order', else a bare 'No.'."""
    text = "\n".join(lines)
    for phrase in skip:
        text = _without(text, phrase)
    found = next(filter(None, (_number_behind(text, phrase) for phrase in form.identifiers.number)), None)
    return found or next(filter(None, (_plain_number(line, form) for line in lines)), None)


def find_original(lines: Sequence[str], form: Format) -> str | None:
    """The number of the sale that a return or a void names."""
    text = "\n".join(lines)
    return next(filter(None, (_number_behind(text, phrase) for phrase in form.identifiers.original)), None)


def find_register(lines: Sequence[str], form: Format) -> str | None:
    text = "\n".join(lines)
    return next(filter(None, (_number_behind(text, phrase) for phrase in form.identifiers.register)), None)


def find_cashier(lines: Sequence[str], form: Format) -> str | None:
    """A name or number of up to three words behind the label, up to the next column."""
    for phrase in form.identifiers.cashier:
        for match in _cashier_pattern(phrase).finditer("\n".join(lines)):
            value = _up_to_another_label(match["value"], form).strip(" :.-")
            if value and plain(value) != "copy":
                return value
    return None


def _up_to_another_label(value: str, form: Format) -> str:
    """'MAYA Table 9' → MAYA; '104 Term 4' → 104."""
    first, *words = value.split()
    registers = re.compile("|".join(form.identifiers.register))
    own = takewhile(lambda word: plain(word) not in form.order_words and not registers.fullmatch(level(word)), words)
    return " ".join([first, *own])


def _number_behind(text: str, phrase: str) -> str | None:
    """The first number beside the phrase, on one line, as printed; an amount ('Refund 16.28') is none."""
    for match in _number_pattern(phrase).finditer(_levelled(text)):
        if not _AMOUNT_re.fullmatch(match["value"]):
            return text[match.start("value") : match.end("value")].strip(".-/")
    return None


@lru_cache(maxsize=8)
def _levelled(text: str) -> str:
    """One paper is looked at phrase by phrase; it is levelled once."""
    return level(text)


def _without(text: str, phrase: str) -> str:
    """The text with what stands behind the phrase blanked out: another receipt's number, maybe beside our own."""
    for match in _number_pattern(phrase).finditer(_levelled(text)):
        text = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    return text


def _plain_number(line: str, form: Format) -> str | None:
    """'No.008812' in a column of its own or behind a number ('レジ03 No.008812'); not 'Table No. 5'."""
    for column in _columns(line) if any(mark in line for mark in ".:#º°") else ():
        for phrase in form.identifiers.plain_number:
            match = re.search(rf"(?:^|(?<=\d\s)){phrase}\s?[.:#º°]{{1,2}}\s?{_VALUE}(?=\s|$)", level(column))
            if match and (match.start() or match.end() == len(column)):
                return column[match.start("value") : match.end("value")]
    return None


def _columns(line: str) -> Iterator[str]:
    return (column.strip() for column in re.split(r"\s{2,}|\t", line) if column.strip())


@lru_cache(maxsize=256)
def _number_pattern(phrase: str) -> re.Pattern[str]:
    edge = r"(?<![^\W\d_])" if phrase.isascii() else ""
    return re.compile(
        rf"{edge}(?:{phrase})(?![^\W\d_]){_MARK}\.?-?(?:nr|no)?\.?[ \t]*[:.#=]*[ \t]*#?[ \t]*"
        rf"{_NOT_NUMBERS}{_VALUE}(?![\w]|[.,:]\d|%)"
    )


@lru_cache(maxsize=64)
def _cashier_pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![^\W_])(?:{phrase})(?![^\W\d_])(?:[ \t]?(?:name|id|no|nr|#)\b)?\.?[ \t]*[:#.]*[ \t]?"
        r"(?P<value>[^\s:#]+(?: [^\s:]+){0,2})(?=\s\s|[ \t]*$|[ \t]+\S+:)",
        re.I | re.M,
    )

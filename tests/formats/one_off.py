"""one_off: takes a paper's lines, gives it with each printed amount in turn a little wrong."""

import random
import re
from collections.abc import Iterator, Sequence

from agent.formats.amounts import NumberStyle, find_amounts, style_of
from agent.formats.context import StoreContext
from agent.formats.dates import blank
from tests.formats.printed import GENERIC


def style_on(lines: Sequence[str], context: StoreContext) -> NumberStyle:
    money = GENERIC.money
    blanked = [blank(line, GENERIC.dates.months) for line in lines]
    return style_of(blanked, money.decimal, context.exponent, money.symbols, money.exponents)


def one_off(lines: Sequence[str], context: StoreContext) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, paper): one minor unit more and one less; prices each and remarks are moved as well."""
    for number, start, end in _amounts(lines, context):
        for step in (1, -1):
            moved = _moved(lines[number][start:end], step)
            if moved:
                yield number, _with(lines, number, start, end, moved)


def one_digit(lines: Sequence[str], context: StoreContext, seed: int) -> Iterator[tuple[int, list[str]]]:
    """(number of the line, paper): one digit of the amount is another one, drawn by the seed."""
    rng = random.Random(seed)
    for number, start, end in _amounts(lines, context):
        place = rng.choice([at for at in range(start, end) if lines[number][at].isdigit()])
        other = rng.choice([digit for digit in "0123456789" if digit != lines[number][place]])
        yield number, _with(lines, number, place, place + 1, other)


def _amounts(lines: Sequence[str], context: StoreContext) -> Iterator[tuple[int, int, int]]:
    style = style_on(lines, context)
    for number, line in enumerate(lines):
        for amount in find_amounts(blank(line, GENERIC.dates.months), style):
            yield number, amount.start, amount.end


def _with(lines: Sequence[str], number: int, start: int, end: int, text: str) -> list[str]:
    line = lines[number]
    return [*lines[:number], line[:start] + text + line[end:], *lines[number + 1 :]]


def _moved(amount: str, step: int) -> str | None:
    """The same number of digits, so that columns stay; None where that is not possible."""
    digits = re.sub(r"\D", "", amount)
    value = int(digits) + step
    if value < 0 or len(str(value)) > len(digits):
        return None
    new = iter(str(value).rjust(len(digits), "0"))
    return "".join(next(new) if sign.isdigit() else sign for sign in amount)

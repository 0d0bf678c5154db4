"""one_off: takes a paper's lines, gives it with each printed amount in turn one minor unit more and one less."""

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
    """(number of the line, paper). Prices each and remarks are moved as well: they are amounts on the paper, too."""
    style = style_on(lines, context)
    for number, line in enumerate(lines):
        for amount in find_amounts(blank(line, GENERIC.dates.months), style):
            for step in (1, -1):
                moved = _moved(line[amount.start : amount.end], step)
                if moved:
                    paper = list(lines)
                    paper[number] = line[: amount.start] + moved + line[amount.end :]
                    yield number, paper


def _moved(amount: str, step: int) -> str | None:
    """The same number of digits, so that columns stay; None where that is not possible."""
    digits = re.sub(r"\D", "", amount)
    value = int(digits) + step
    if value < 0 or len(str(value)) > len(digits):
        return None
    new = iter(str(value).rjust(len(digits), "0"))
    return "".join(next(new) if sign.isdigit() else sign for sign in amount)

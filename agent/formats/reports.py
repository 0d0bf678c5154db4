"""reports: takes the lines of an X- or Z-report, gives its figures by their labels; proves nothing."""

import re
from collections.abc import Iterator, Sequence

from agent.formats.amounts import NumberStyle, find_amounts, style_of
from agent.formats.context import StoreContext
from agent.formats.form import Format
from agent.formats.words import plain
from agent.receipt import Kind, Report

REPORTS = frozenset({Kind.X_REPORT, Kind.Z_REPORT})
FIGURES = ("gross", "net", "tax", "total")
_COUNT_re = re.compile(r"(?P<label>[^\W\d_][^\d]*?)[\s:.#=]*(?<![\d.,])(?P<count>\d{1,6})(?![\d.,/:-]\d|\d)")


def read_report(lines: Sequence[str], form: Format, context: StoreContext) -> Report:
    """The first figure of each name; dates and times must have been blanked before."""
    money = form.money
    style = style_of(lines, money.decimal, context.exponent, money.symbols, money.exponents)
    figures = dict[str, int]()
    for words, value in _amounts(lines, style):
        name = next((name for name in FIGURES if _says(form, name, words)), None)
        if name:
            figures.setdefault(name, value)
    counts = (count for words, count in _counts(lines, style) if _says(form, "transactions", words))
    return Report(**figures, transactions=next(counts, None))


def _amounts(lines: Sequence[str], style: NumberStyle) -> Iterator[tuple[str, int]]:
    for line in lines:
        amounts = [amount for amount in find_amounts(line, style) if not amount.unit]
        if amounts:
            yield plain(line[: amounts[0].start]), amounts[-1].value


def _counts(lines: Sequence[str], style: NumberStyle) -> Iterator[tuple[str, int]]:
    """'Transactions: 143   Voids: 2' → both; a count before an amount of money is one, too."""
    for line in lines:
        for amount in reversed(find_amounts(line, style)):
            line = line[: amount.start] + " " * (amount.end - amount.start) + line[amount.end :]  # noqa: PLW2901
        for match in _COUNT_re.finditer(line):
            yield plain(match["label"]), int(match["count"])


def _says(form: Format, name: str, words: str) -> bool:
    """The words of this figure and nothing more than filler beside them."""
    match = form.report[name].search(words)
    if match is None:
        return False
    beside = f"{words[: match.start()]} {words[match.end() :]}".split()
    return form.filler.issuperset(beside)

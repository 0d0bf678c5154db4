"""evidence: takes a bill, gives what holds for every way of reading it; judges none."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from agent.formats.article_list import in_column
from agent.formats.bill import Bill
from agent.formats.printed import Entry
from agent.formats.proof.verdict import Evidence
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates
from agent.formats.tax_table import as_printed, read_tables

MOST_MARKS = 4
MOST_OF_A_KIND = 12
"""Fees, tips or discount totals that are tried one by one; with more of them a paper is no single receipt."""


def evidence_of(bill: Bill, rates: TaxRates, cash_rounding: int) -> Evidence:
    once = [abs(entry.value) for entry in bill.line_discounts]
    per_piece = [_per_piece(entry, bill) for entry in bill.line_discounts]
    return Evidence(
        bill=bill,
        line_ways=tuple(_line_ways(bill, once, per_piece)),
        line_discount=sum(once),
        unit_discount=sum(per_piece),
        tables=read_tables(bill.tax_rows, rates),
        columns=as_printed(bill.tax_rows),
        rates=rates,
        cash_rounding=cash_rounding,
        prefix_sums=_running(bill),
        mark_sums=_by_mark(bill),
    )


def _line_ways(bill: Bill, *ways_off: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The sums the list may mean: discounts once, per piece, not taken off; prices in names left out; see below."""
    goods = [entry.value for entry in bill.articles]
    column = [entry.value for entry in in_column(bill.articles)]
    seen: set[int] = set()
    for articles in (goods, column) if len(column) < len(goods) else (goods,):
        for off in (*ways_off, []):
            total = sum(articles) - sum(off)
            if total not in seen:
                seen.add(total)
                yield total, (*articles, *(-value for value in off))
    if len(goods) > 1 and goods[-1] == sum(goods[:-1]) - sum(ways_off[0]):
        yield goods[-1], (*goods[:-1], *(-value for value in ways_off[0]))  # a subtotal that is not called one


def _per_piece(discount: Entry, bill: Bill) -> int:
    """A discount meant for each piece of the article above it."""
    above = bisect_right(bill.articles, discount.line, key=lambda article: article.line)
    return abs(discount.value) * (quantity_of(bill.articles[above - 1], bill) if above else 1)


def quantity_of(article: Entry, bill: Bill) -> int:
    """How many pieces: written on the line, or on a price note beside it that fits the amount."""
    price = article.others[-1] if article.others else 0
    if price and article.value != price and article.value % price == 0:
        return abs(article.value // price)
    first = bisect_left(bill.notes, article.line - 1, key=lambda note: note.line)
    notes = (note for note in bill.notes[first : first + 3] if abs(note.line - article.line) == 1)
    return next((note.quantity for note in notes if note.quantity * note.price == abs(article.value)), 1)


def _by_mark(bill: Bill) -> tuple[int, ...]:
    sums: dict[str, int] = {}
    mark = ""
    for entry in sorted((*bill.articles, *bill.line_discounts), key=lambda entry: entry.line):
        mark = entry.mark if entry.role is Role.LINE or entry.mark else mark  # a discount is taxed as its article
        sums[mark] = sums.get(mark, 0) + (entry.value if entry.role is Role.LINE else -abs(entry.value))
    return tuple(sums.values()) if 1 < len(sums) <= MOST_MARKS else ()


def _running(bill: Bill) -> frozenset[int]:
    """Sums of the lines so far: what a subtotal in between may say. All of them together must make the base."""
    signed = sorted((*bill.articles, *bill.line_discounts), key=lambda entry: entry.line)
    values = [entry.value if entry.role is Role.LINE else -abs(entry.value) for entry in signed]
    if len(bill.subtotals) < 2:
        return frozenset()
    return frozenset(accumulate(values[:-1]))


def taken_off(discounts: Iterable[Entry]) -> int:
    return sum(abs(entry.value) for entry in discounts)


def discount_ways(evidence: Evidence) -> list[int]:
    """What may lie between a printed subtotal and the base, the likeliest first."""
    behind = taken_off(evidence.bill.discounts)
    totals = [abs(entry.value) for entry in evidence.bill.discount_totals[:MOST_OF_A_KIND]]
    ways = [behind, *totals, behind + evidence.line_discount, behind + evidence.unit_discount, 0]
    return list(dict.fromkeys([*ways, evidence.line_discount, evidence.unit_discount]))


def ways_below(subtotal: int, evidence: Evidence) -> list[int]:
    """What may be taken off a printed subtotal: not once more what the lines have taken off before they make it."""
    ways, on_lines = discount_ways(evidence), {evidence.line_discount, evidence.unit_discount} - {0}
    goods = sum(entry.value for entry in evidence.bill.articles)
    if not any(subtotal == goods - off for off in on_lines):
        return ways
    behind = taken_off(evidence.bill.discounts)
    twice = {*on_lines, *(behind + off for off in on_lines)} - {behind, 0}
    return [off for off in ways if off not in twice]

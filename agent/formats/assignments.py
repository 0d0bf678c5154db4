"""assignments: takes a bill, tries the ways of reading it, gives the one that is proven or says why none is."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from agent.formats.article_list import in_column
from agent.formats.bill import MOST_ROUNDING, Bill
from agent.formats.printed import Entry
from agent.formats.relations import Evidence, Reading, Verdict, judge
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates
from agent.formats.tax_table import TaxTable, as_printed, possible_taxes, read_tables

MAX_TOTALS = 12
MAX_TAXES = 12
"""Bounds on what is tried; a paper with more different totals or taxes than these is no single receipt."""

USUAL_COIN = 5
"""Minor units: where totals are rounded, it is to five cents or more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reading that holds, and `reason` '' ; or the likeliest one and why it is not proven."""

    reading: Reading
    verdict: Verdict
    reason: str


def read_bill(bill: Bill, rates: TaxRates, cash_rounding: int, *, tax_unknown: str) -> Outcome | None:
    """None when nothing on the bill can be a total. `tax_unknown`: why a bill without tax lines cannot be proven."""
    outcome = _read(bill, rates, cash_rounding, tax_unknown)
    additions = _with_unknown_additions(bill, rates) if outcome and outcome.reason else None
    second = _read(additions, rates, cash_rounding, tax_unknown) if additions else None
    return second if second and not second.reason else outcome


def _read(bill: Bill, rates: TaxRates, cash_rounding: int, tax_unknown: str) -> Outcome | None:
    evidence = _evidence(bill, rates, cash_rounding)
    judged = [(reading, judge(reading, evidence)) for reading in _readings(bill, evidence)]
    if not judged:
        return None
    for reading, verdict in judged:
        _last_doubts(reading, verdict, bill, evidence, tax_unknown)
    proven = [(reading, verdict) for reading, verdict in judged if verdict.proven]
    if not proven:
        reading, verdict = max(judged, key=_likelihood)
        return Outcome(reading, verdict, _why_not(verdict))
    reading, verdict = max(proven, key=_likelihood)
    return Outcome(reading, verdict, _why_two(reading, verdict, proven))


def _with_unknown_additions(bill: Bill, rates: TaxRates) -> Bill | None:
    """Amounts without a known label between the last subtotal and the total, taken for fees, or for the tax that
    their per cent makes them: the printed sum then says whether they were added."""
    total = next((entry.line for entry in bill.sums if entry.role is Role.TOTAL), None)
    if total is None or not bill.subtotals:
        return None
    last = max((entry for entry in bill.subtotals if entry.line < total), key=lambda entry: entry.line, default=None)
    unknown = [
        entry for entry in bill.loose if last and last.line < entry.line < total and entry.value > 0 and entry.label
    ]
    if last is None or not unknown:
        return None
    taxes = [entry for entry in unknown if entry.percent and rates.added(last.value, entry.percent) == entry.value]
    return replace(
        bill,
        fees=(*bill.fees, *(replace(entry, role=Role.FEE) for entry in unknown if entry not in taxes)),
        taxes=(*bill.taxes, *(replace(entry, role=Role.TAX) for entry in taxes)),
        loose=tuple(entry for entry in bill.loose if entry not in unknown),
    )


def _evidence(bill: Bill, rates: TaxRates, cash_rounding: int) -> Evidence:
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


def _running(bill: Bill) -> frozenset[int]:
    """Sums of the lines so far, and of the lines since the subtotal before: what a subtotal in between may say."""
    signed = sorted((*bill.articles, *bill.line_discounts), key=lambda entry: entry.line)
    values = [entry.value if entry.role is Role.LINE else -abs(entry.value) for entry in signed]
    if len(bill.subtotals) < 2:
        return frozenset()
    return frozenset(accumulate(values))


# ---- the ways of reading --------------------------------------------------------------------------


def _readings(bill: Bill, evidence: Evidence) -> Iterator[Reading]:
    for total in _totals(bill):
        fees, tip = (_before(total, entries) for entries in (bill.fees, bill.tips))
        for tax in _taxes(total, bill, evidence.tables):
            for rounding, printed in _roundings(total, bill, evidence.cash_rounding):
                yield Reading(total, tax, fees, tip, rounding, printed)


def _totals(bill: Bill) -> list[Entry]:
    """One entry per different amount; sums first, subtotals when none is surely one, else what was paid."""
    sums = [entry for entry in bill.sums if entry.value or entry.role is Role.TOTAL]
    if not any(entry.role in (Role.TOTAL, Role.DUE) for entry in sums):
        sums += bill.subtotals
    sums += _without_a_name(sums, bill)
    if not sums and bill.tenders:
        back = max((abs(entry.value) for entry in bill.change), default=0)
        last = bill.tenders[-1]
        paid = max(abs(entry.value) for entry in bill.tenders)
        sums = [Entry(last.line, last.label, last.words, Role.TOTAL, True, paid - back)]
    by_value: dict[int, Entry] = {}
    for entry in (*sums, *_rounded_without_a_name(sums, bill)):
        if entry.value not in by_value or by_value[entry.value].role is not Role.TOTAL:
            by_value[entry.value] = entry
    return list(by_value.values())[:MAX_TOTALS]


def _without_a_name(sums: Sequence[Entry], bill: Bill) -> list[Entry]:
    """An amount without any words between the last tax and the payment, equal to what was paid: '… 29.80 / CASH'."""
    paid = sum(abs(entry.value) for entry in bill.tenders) - max((abs(entry.value) for entry in bill.change), default=0)
    begins = max((entry.line for entry in bill.taxes), default=0)
    ends = min((entry.line for entry in bill.tenders), default=0)
    known = {entry.value for entry in sums}
    between = (entry for entry in bill.loose if begins < entry.line < ends and not entry.words)
    return [replace(entry, role=Role.TOTAL) for entry in between if entry.value == paid and paid not in known]


def _rounded_without_a_name(sums: Sequence[Entry], bill: Bill) -> Iterator[Entry]:
    """An amount without a known label that is a total and the rounding printed below it: the total to pay."""
    for rounding in bill.roundings:
        rounded = {entry.value + rounding.value for entry in sums if entry.line < rounding.line and rounding.value}
        for entry in bill.loose:
            if entry.line > rounding.line and entry.value in rounded:
                yield replace(entry, role=Role.TOTAL)


def _before(total: Entry, entries: Sequence[Entry]) -> int:
    return sum(entry.value for entry in entries if entry.line <= total.line)


def _taxes(total: Entry, bill: Bill, tables: Sequence[TaxTable]) -> list[int]:
    """The amounts that can be the tax in the total so that every printed tax has a meaning."""
    above = [entry.value for entry in bill.taxes if entry.role is Role.TAX and entry.line <= total.line]
    below = [entry.value for entry in bill.taxes if entry.role is Role.TAX and entry.line > total.line]
    stated = [entry.value for entry in bill.taxes if entry.role is Role.TAX_TOTAL] + [table.tax for table in tables[:1]]
    unread = [] if tables else possible_taxes(bill.tax_rows)
    every = dict.fromkeys([sum(above), sum(below), *stated, *(above + below + unread)[:MAX_TAXES], 0])
    return [tax for tax in every if _explains(tax, (above, below), stated)]


def _explains(tax: int, groups: Sequence[Sequence[int]], stated: Sequence[int]) -> bool:
    parts = [[value for value in group if value not in (0, tax)] for group in groups]
    return all(not group or sum(group) == tax for group in parts) and all(value == tax for value in stated)


def _roundings(total: Entry, bill: Bill, smallest_coin: int) -> list[tuple[int, bool]]:
    """The printed rounding, in either sign; else what two totals or a loose cent between them suggest (unprinted),
    where the total is then a multiple of the coin."""
    printed = _before(total, bill.roundings)
    if printed:
        return [(printed, True), (-printed, True)]
    above = [entry for entry in bill.sums if entry.line < total.line]
    if not above or total.value % max(smallest_coin, USUAL_COIN):
        return [(0, True)]
    cents = {entry.value for entry in bill.loose if above[0].line < entry.line < total.line}
    if "round" in total.words:
        cents |= {total.value - entry.value for entry in above}
    ways = {sign * cent for cent in cents if 0 < abs(cent) <= MOST_ROUNDING for sign in (1, -1)}
    return [(0, True), *((way, False) for way in sorted(ways))]


# ---- the choice -----------------------------------------------------------------------------------


def _last_doubts(reading: Reading, verdict: Verdict, bill: Bill, evidence: Evidence, tax_unknown: str) -> None:
    says_tax = bool(bill.taxes or bill.tax_rows)
    if bill.tax_rows and not evidence.tables and not bill.taxes and not (reading.tax and verdict.tax_pinned):
        verdict.faults.append("the tax table cannot be read")
    if reading.tax and any(not entry.sure for entry in bill.taxes):
        verdict.faults.append("a line may be a tax or an article")
    if not says_tax and tax_unknown:
        verdict.faults.append(tax_unknown)
    if not reading.tax and any(_looks_like_tax(entry, reading, evidence) for entry in bill.loose):
        verdict.faults.append("a line without a known label looks like the tax")
    if any(_is_nameless_row(entry) for entry in bill.articles):
        verdict.faults.append("a row of amounts between the articles has no name: one may be a discount")
    only_paid = verdict.proofs and all(relation.words.startswith("payments") for relation in verdict.proofs)
    if only_paid and not bill.articles and not bill.change:
        verdict.faults.append("nothing but the payment repeats the total")


def _is_nameless_row(entry: Entry) -> bool:
    """Two amounts or more and nothing else on the line."""
    return bool(entry.others) and not entry.words and len(entry.label.split()) == len(entry.others)


def _looks_like_tax(entry: Entry, reading: Reading, evidence: Evidence) -> bool:
    rates = (*evidence.rates.percents, *([entry.percent] if entry.percent else ()))
    included = (evidence.rates.included(reading.total.value, rate) for rate in rates if rate)
    return bool(entry.value) and entry.value in included


def _likelihood(judged: tuple[Reading, Verdict]) -> tuple[int, int, int, int, int, int]:
    """Fewest faults, most proofs, paid, most of the printed parts in it, called a total, printed last."""
    reading, verdict = judged
    named = {Role.TOTAL: 2, Role.DUE: 1}.get(reading.total.role, 0)
    parts = len(reading.added)
    return -len(verdict.faults), len(verdict.proofs), int(verdict.paid), parts, named, reading.total.line


def _why_not(verdict: Verdict) -> str:
    if verdict.faults:
        return verdict.faults[0]
    if not verdict.total_pinned:
        return "nothing else on the paper proves the total"
    if not verdict.tax_pinned:
        return "the tax is printed once and nothing proves it"
    return "nothing proves the fees, tip or rounding"


def _why_two(best: Reading, verdict: Verdict, proven: Sequence[tuple[Reading, Verdict]]) -> str:
    """Another base is always one too many; another total only when as much speaks for it."""
    for other, its in proven:
        if other.base != best.base:
            return "the amounts fit together in two different ways"
        same = (other.total.value, other.tax) == (best.total.value, best.tax)
        if not same and _likelihood((other, its))[:5] == _likelihood((best, verdict))[:5]:
            return "two totals fit equally well"
    return ""

"""candidates: takes a bill, gives the ways of reading it that are worth trying; judges none."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.formats.bill import MOST_ROUNDING, Bill
from agent.formats.printed import Entry
from agent.formats.proof.verdict import Evidence, Reading
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates
from agent.formats.tax_table import TaxTable, possible_taxes

MAX_TOTALS = 12
MAX_TAXES = 12
"""Bounds on what is tried; a paper with more different totals or taxes than these is no single receipt."""
USUAL_COIN = 5
"""Minor units: where totals are rounded, it is to five cents or more."""


def readings(bill: Bill, evidence: Evidence) -> Iterator[Reading]:
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


def with_unknown_additions(bill: Bill, rates: TaxRates) -> Bill | None:
    """Amounts without a known label between the last subtotal and the total: the sum says whether they were added.

    They are fees, or the tax where none is printed and their per cent makes them. Either way they are not the base.
    """
    total = next((entry.line for entry in bill.sums if entry.role is Role.TOTAL), None)
    if total is None or not bill.subtotals:
        return None
    last = max((entry for entry in bill.subtotals if entry.line < total), key=lambda entry: entry.line, default=None)
    unknown = [
        entry for entry in bill.loose if last and last.line < entry.line < total and entry.value > 0 and entry.label
    ]
    if last is None or not unknown:
        return None
    at_rate = {entry for entry in unknown if entry.percent and rates.added(last.value, entry.percent) == entry.value}
    taxes = at_rate if not bill.taxes else set[Entry]()
    return replace(
        bill,
        fees=(*bill.fees, *(replace(entry, role=Role.FEE) for entry in unknown if entry not in taxes)),
        taxes=(*bill.taxes, *(replace(entry, role=Role.TAX) for entry in unknown if entry in taxes)),
        loose=tuple(sorted(set(bill.loose).difference(unknown), key=lambda entry: entry.line)),
    )

"""leftovers: takes a way of reading a bill, gives what is printed that it leaves without a meaning."""

from itertools import combinations

from agent.formats.bill import Bill
from agent.formats.printed import Entry
from agent.formats.proof.evidence import MOST_OF_A_KIND, discount_ways, taken_off
from agent.formats.proof.verdict import Evidence, Reading, Verdict
from agent.formats.roles import Role

ROUNDED_PER_LINE = 5
"""Minor units a tax may be more than its rate of the total, where a till rounds it line by line."""


def check_discounts(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    """A discount behind the lines must be part of a sum, or repeat what the lines took off, or be a line's own."""
    bill = evidence.bill
    behind = taken_off(bill.discounts)
    if not behind:
        return
    repeats = {evidence.line_discount, evidence.unit_discount, *(abs(entry.value) for entry in bill.discount_totals)}
    bases = (reading.base, reading.with_tax)
    is_taken_off = any(
        entry.value - off in bases and off >= behind
        for entry in (*bill.subtotals, *bill.sums)
        for off in discount_ways(evidence)
    )
    in_lines = bill.articles and any(lines - behind in bases for lines, _ in evidence.line_ways)
    if is_taken_off or in_lines:
        return
    if all(abs(entry.value) in repeats for entry in bill.discounts):
        verdict.discount = max(evidence.line_discount, behind)
        return
    verdict.faults.append("a discount is printed that belongs to no sum")


def check_sums(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    bill = evidence.bill
    known = _known_sums(reading, evidence)
    slips = {abs(entry.value) for entry in bill.tenders}
    paid_at = min((entry.line for entry in bill.tenders), default=0)
    several = sum(entry.value for entry in bill.subtotals)
    if several in known:
        known |= {entry.value + reading.tax for entry in bill.subtotals}
    for entry in (*bill.sums, *bill.subtotals):
        if entry.value in known or (entry.line > paid_at and entry.value in slips) or _is_empty(entry, bill):
            continue
        if several in known and any(entry.value == part.value for part in bill.subtotals):
            continue
        verdict.faults.append("two sums are printed that cannot both be right")
        return


def _is_empty(entry: Entry, bill: Bill) -> bool:
    """0.00 still due, or a department's subtotal in which nothing was sold."""
    one_of_several = entry.role is Role.SUBTOTAL and len(bill.subtotals) > 1
    paid = any(tender.line < entry.line for tender in bill.tenders)
    return entry.value == 0 and (one_of_several or paid)


def _known_sums(reading: Reading, evidence: Evidence) -> set[int]:
    """Every sum that this reading gives a meaning to."""
    bill = evidence.bill
    extras = [part for part in (reading.tax, reading.fees, reading.tip, reading.rounding) if part]
    steps = {sum(chosen) for size in range(len(extras) + 1) for chosen in combinations(extras, size)}
    known = {reading.base + step for step in steps}
    kinds = (bill.tips, bill.roundings, bill.fees, bill.cash_back)
    later = [entry.value for entries in kinds for entry in entries[:MOST_OF_A_KIND]]
    known |= {reading.total.value + sign * value for value in later for sign in (1, -1)}
    known |= {value + off for value in tuple(known) for off in discount_ways(evidence)}
    known |= {entry.value + reading.tax for entry in bill.subtotals if entry.value in evidence.prefix_sums}
    return known | evidence.prefix_sums


def check_taxes(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    """No tax is more than its printed rate of all that was paid."""
    paid = abs(reading.total.value)
    for entry in evidence.bill.taxes:
        if entry.percent and abs(entry.value) > evidence.rates.added(paid, entry.percent) + ROUNDED_PER_LINE:
            verdict.faults.append("a tax is more than its rate of the whole")
            return

"""relations: takes a bill and one way of reading it, gives which of its sums close and which do not."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations

from agent.formats.bill import MOST_ROUNDING, Bill
from agent.formats.printed import Entry
from agent.formats.proof.evidence import discount_ways, taken_off, ways_below
from agent.formats.proof.leftovers import check_discounts, check_sums, check_taxes
from agent.formats.proof.payments import check_payments
from agent.formats.proof.verdict import Evidence, Reading, Verdict
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates
from agent.receipt import Relation

NEARLY, NEARLY_PER_CENT = 10, 1
"""Minor units, and per cent of the base: a list that is off by less is a list with a wrong amount in it."""
TOO_MANY = 5
"""Times as much: some tills list a few articles with their tax inside."""


def judge(reading: Reading, evidence: Evidence) -> Verdict:
    verdict = Verdict(discount=evidence.line_discount + taken_off(evidence.bill.discounts))
    verdict.tax_pinned = reading.tax == 0 and reading.rounding_printed
    verdict.between_pinned = not (reading.fees or reading.tip or reading.rounding)
    _subtotal_to_total(reading, evidence, verdict)
    _lines_to_subtotal(reading, evidence, verdict)
    _tax_table(reading, evidence, verdict)
    _tax_at_rate(reading, evidence, verdict)
    _tax_of_marked_lines(reading, evidence, verdict)
    check_payments(reading, evidence, verdict)
    check_discounts(reading, evidence, verdict)
    check_sums(reading, evidence, verdict)
    check_taxes(reading, evidence, verdict)
    _lines_contradict(reading, verdict)
    return verdict


# ---- subtotal − discounts + tax + fees + tip → total ------------------------------------------------


def _subtotal_to_total(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    for subtotal in _subtotals(reading, evidence.bill):
        for off in ways_below(subtotal, evidence):
            hides_tax = off != 0 and off == reading.tax  # taken off and added again, it proves neither
            if subtotal - off == reading.base and not hides_tax:
                parts = (subtotal, -off, *reading.added) if off else (subtotal, *reading.added)
                relation = Relation("subtotal, discounts, tax and fees make the total", parts, reading.total.value)
                verdict.pin(relation, tax=True, between=True)
                verdict.added_up |= len(parts) > 1 and reading.tax != 0
                verdict.discount = _discount(off, evidence)
                return
    for subtotal in _subtotals(reading, evidence.bill):
        for off in ways_below(subtotal, evidence):
            if subtotal - off == reading.with_tax:
                parts = tuple(part for part in (subtotal, -off, reading.fees, reading.tip, reading.rounding) if part)
                relation = Relation("subtotal with tax inside and fees make the total", parts, reading.total.value)
                verdict.pin(relation, between=True)
                verdict.discount = _discount(off, evidence)
                return


def _subtotals(reading: Reading, bill: Bill) -> Iterator[int]:
    """Printed sums before the total; several subtotals (food, bar) may also belong together."""
    values = [entry.value for entry in bill.subtotals if entry.line != reading.total.line]
    yield from dict.fromkeys(values)
    for entry in bill.sums:
        if entry.line < reading.total.line and entry.value != reading.total.value:
            yield entry.value
    if len([value for value in values if value]) > 1:
        yield sum(values)


def _discount(off: int, evidence: Evidence) -> int:
    """All that was taken off, when `off` lies between the printed subtotal and the base."""
    behind, on_lines = taken_off(evidence.bill.discounts), evidence.line_discount
    totals = [abs(entry.value) for entry in evidence.bill.discount_totals]
    if off in totals or off in (behind + on_lines, behind + evidence.unit_discount):
        return off
    return off + on_lines


# ---- lines → subtotal ------------------------------------------------------------------------------


def _lines_to_subtotal(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    bill = evidence.bill
    if not bill.articles:
        return
    for lines, parts in evidence.line_ways:
        for off in ways_below(lines, evidence):
            if lines - off not in (reading.base, reading.with_tax):
                continue
            net = lines - off == reading.base
            words = "the lines make the subtotal" if net else "the lines, tax inside, make the total"
            relation = Relation(words, (*parts, -off) if off else parts, lines - off)
            verdict.pin(relation, tax=net, between=True)
            return
    if bill.regular and not lines_are_subtotal(evidence):
        sums = [lines - off for lines, _ in evidence.line_ways for off in discount_ways(evidence)]
        gaps = (made - wanted for made in sums for wanted in (reading.base, reading.with_tax))
        verdict.gap = min(gaps, key=abs)


def _lines_contradict(reading: Reading, verdict: Verdict) -> None:
    """Lines that nearly add up say that an amount is wrong; far too few, that a line was not read as what it is.

    That much is forgiven only where subtotal and tax make the total without them. Far too many say that the sums are
    those of one part of the paper.
    """
    if verdict.gap is None:
        return
    nearly = max(NEARLY, abs(reading.base) * NEARLY_PER_CENT // 100)
    is_forgiven = verdict.added_up and nearly < abs(verdict.gap) and verdict.gap < nearly * TOO_MANY
    if not is_forgiven:
        verdict.faults.append("the lines do not add up to the subtotal or the total")


def lines_are_subtotal(evidence: Evidence) -> bool:
    """The lines make a printed subtotal, though not this reading's base: that subtotal must explain itself."""
    printed = {entry.value for entry in evidence.bill.subtotals}
    return any(lines in printed for lines, _ in evidence.line_ways)


# ---- tax ------------------------------------------------------------------------------------------


def _tax_table(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    ways = (*evidence.tables, *([evidence.columns] if evidence.columns else []))
    if ways and 0 < min(abs(way.net - reading.base) for way in ways) <= MOST_ROUNDING:
        verdict.faults.append("the tax table says another net amount")
    for way in ways:
        if way.tax == reading.tax and way.net == reading.base:
            parts = (way.net, *reading.added)
            verdict.pin(Relation("net and tax make the total", parts, reading.total.value), tax=True, between=True)
            verdict.added_up |= reading.tax != 0 and way == evidence.columns
            return


def _tax_at_rate(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    """A printed tax equal to a rate of the base, to the unit; it cannot prove the base, which may move under it."""
    if reading.tax and any(reading.tax in _at(rate, reading, evidence.rates) for rate in evidence.rates.percents):
        relation = Relation("tax is its rate of the base", (reading.tax,), reading.tax)
        verdict.pin(relation, total=False, tax=reading.rounding_printed)


def _tax_of_marked_lines(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    """Each printed tax is its rate of the lines with one mark, and the lines with all marks make the total.

    'GST included 0.55' of which only the lines marked '%' are taxed; 7 % of the lines marked A, 19 % of those marked B.
    """
    taxes = [entry for entry in evidence.bill.taxes if entry.role is Role.TAX and (entry.value or entry.percent)]
    if sum(evidence.mark_sums) != reading.with_tax or not taxes or sum(e.value for e in taxes) != reading.tax:
        return
    for chosen in permutations(evidence.mark_sums, len(taxes)) if len(taxes) <= len(evidence.mark_sums) else ():
        if all(_is_inside(tax, gross, evidence.rates) for tax, gross in zip(taxes, chosen, strict=True)):
            relation = Relation("each tax is its rate of the lines marked for it", (reading.tax,), reading.tax)
            verdict.pin(relation, total=False, tax=True)
            return


def _is_inside(tax: Entry, gross: int, rates: TaxRates) -> bool:
    percents = (tax.percent,) if tax.percent else rates.percents
    return any(percent and rates.included(gross, percent) == tax.value for percent in percents)


def _at(rate: Decimal, reading: Reading, rates: TaxRates) -> tuple[int, ...]:
    return rates.added(reading.base, rate), rates.included(reading.with_tax, rate)

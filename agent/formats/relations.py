"""relations: takes a bill and one way of reading it, gives which of its sums close and which do not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from agent.formats.bill import MOST_ROUNDING, Bill
from agent.formats.printed import Entry
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates
from agent.formats.tax_table import TaxTable
from agent.receipt import Relation

NEARLY, NEARLY_PER_CENT = 10, 1
"""Minor units, and per cent of the base: a list that is off by less is a list with a wrong amount in it."""
MOST_OF_A_KIND = 12
"""Fees, tips or discount totals that are tried one by one; with more of them a paper is no single receipt."""
MAX_TENDERS = 6
"""More payments than this on one receipt are only tried all together and one by one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One assignment: the total's entry and what of it is tax, fees, tip and rounding. `base` is what is left."""

    total: Entry
    tax: int
    fees: int
    tip: int
    rounding: int
    rounding_printed: bool = True
    """False: only the difference of two totals, or a loose cent, says so."""

    @property
    def base(self) -> int:
        return self.total.value - self.tax - self.fees - self.tip - self.rounding

    @property
    def with_tax(self) -> int:
        return self.base + self.tax

    @property
    def added(self) -> tuple[int, ...]:
        """What stands between the base and the total; zeros left out."""
        return tuple(part for part in (self.tax, self.fees, self.tip, self.rounding) if part)


@dataclass(slots=True)
class Verdict:
    """What speaks for and against a reading. A base is proven when everything it is computed from is pinned."""

    proofs: list[Relation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    total_pinned: bool = False
    tax_pinned: bool = False
    between_pinned: bool = False
    """Fees, tip and rounding are part of a sum that closes."""
    paid: bool = False
    discount: int = 0
    added_up: bool = False
    """Two printed amounts or more make the total, apart from what was paid."""
    gap: int | None = None
    """What the article list is off, where it is one; None where it closes or is none."""

    def pin(self, relation: Relation, *, total: bool = True, tax: bool = False, between: bool = False) -> None:
        self.proofs.append(relation)
        self.total_pinned |= total
        self.tax_pinned |= tax
        self.between_pinned |= between

    @property
    def proven(self) -> bool:
        return self.total_pinned and self.tax_pinned and self.between_pinned and not self.faults


@dataclass(frozen=True, slots=True)
class Evidence:
    """What holds for every reading of one bill, computed once."""

    bill: Bill
    line_ways: tuple[tuple[int, tuple[int, ...]], ...]
    """What the article list may add up to, with its parts: discounts once, per piece, or not taken off."""
    line_discount: int
    unit_discount: int
    """The line discounts when each is meant per piece of the article above it."""
    tables: tuple[TaxTable, ...]
    """What the printed tax table may say: where its rates allow both, with tax on top and with tax inside."""
    columns: TaxTable | None
    """The same table as its columns stand; only a total they make says that they are net and tax."""
    rates: TaxRates
    cash_rounding: int
    prefix_sums: frozenset[int]


def judge(reading: Reading, evidence: Evidence) -> Verdict:
    verdict = Verdict(discount=evidence.line_discount + _off(evidence.bill.discounts))
    verdict.tax_pinned = reading.tax == 0 and reading.rounding_printed
    verdict.between_pinned = not (reading.fees or reading.tip or reading.rounding)
    _subtotal_to_total(reading, evidence, verdict)
    _lines_to_subtotal(reading, evidence, verdict)
    _tax_table(reading, evidence, verdict)
    _tax_at_rate(reading, evidence, verdict)
    _payments(reading, evidence, verdict)
    _discounts_explained(reading, evidence, verdict)
    _sums_explained(reading, evidence, verdict)
    _lines_contradict(reading, verdict)
    return verdict


def _off(discounts: Iterable[Entry]) -> int:
    return sum(abs(entry.value) for entry in discounts)


def discount_ways(evidence: Evidence) -> list[int]:
    """What may lie between a printed subtotal and the base, the likeliest first."""
    behind = _off(evidence.bill.discounts)
    totals = [abs(entry.value) for entry in evidence.bill.discount_totals[:MOST_OF_A_KIND]]
    ways = [behind, *totals, behind + evidence.line_discount, behind + evidence.unit_discount, 0]
    return list(dict.fromkeys([*ways, evidence.line_discount, evidence.unit_discount]))


# ---- subtotal − discounts + tax + fees + tip → total ------------------------------------------------


def _subtotal_to_total(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    for subtotal in _subtotals(reading, evidence.bill):
        for off in discount_ways(evidence):
            if subtotal - off == reading.base:
                parts = (subtotal, -off, *reading.added) if off else (subtotal, *reading.added)
                relation = Relation("subtotal, discounts, tax and fees make the total", parts, reading.total.value)
                verdict.pin(relation, tax=True, between=True)
                verdict.added_up |= len(parts) > 1 and reading.tax != 0
                verdict.discount = _discount(off, evidence)
                return
    for subtotal in _subtotals(reading, evidence.bill):
        for off in discount_ways(evidence):
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
    behind, on_lines = _off(evidence.bill.discounts), evidence.line_discount
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
        for off in discount_ways(evidence):
            if lines - off not in (reading.base, reading.with_tax):
                continue
            net = lines - off == reading.base
            words = "the lines make the subtotal" if net else "the lines, tax inside, make the total"
            relation = Relation(words, (*parts, -off) if off else parts, lines - off)
            verdict.pin(relation, tax=net, between=True)
            return
    if bill.regular and not lines_are_subtotal(evidence):
        sums = [lines - off for lines, _ in evidence.line_ways for off in discount_ways(evidence)]
        verdict.gap = min(abs(made - wanted) for made in sums for wanted in (reading.base, reading.with_tax))


def _lines_contradict(reading: Reading, verdict: Verdict) -> None:
    """Lines that nearly add up say that an amount is wrong; far off, a line was not read as what it is.

    That much is forgiven only where subtotal and tax make the total without them.
    """
    if verdict.gap is None:
        return
    nearly = max(NEARLY, abs(reading.base) * NEARLY_PER_CENT // 100)
    if verdict.gap <= nearly or not verdict.added_up:
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


def _at(rate: Decimal, reading: Reading, rates: TaxRates) -> tuple[int, ...]:
    return rates.added(reading.base, rate), rates.included(reading.with_tax, rate)


# ---- tenders − change → total ---------------------------------------------------------------------


def _payments(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    bill = evidence.bill
    given = tuple(abs(entry.value) for entry in bill.tenders if entry.value)
    if not given:
        return
    back = max((abs(entry.value) for entry in bill.change), default=0) + _off(bill.cash_back)
    for owed, tolerance in _owed(reading, evidence):
        paid = _payment(given, owed, back, tolerance)
        if paid is not None:
            parts = (*paid, -back) if back else tuple(paid)
            relation = Relation("payments less change make the total", parts, owed, tolerance)
            verdict.pin(relation, total=tolerance == 0)
            verdict.paid = True
            return
    moves = tuple(entry.value for entry in bill.tenders if entry.value)
    if min(moves) < 0 < max(moves) and abs(sum(moves)) == abs(reading.total.value):
        verdict.pin(Relation("what was given and given back makes the total", moves, sum(moves)))
        verdict.paid = True
        return
    verdict.faults.append("the payments less the change do not make the total")


def _owed(reading: Reading, evidence: Evidence) -> Iterator[tuple[int, int]]:
    """What had to be paid: the total, with a tip or a rounding printed behind it, then rounded to the smallest coin."""
    total, bill = abs(reading.total.value), evidence.bill
    later_tip = sum(entry.value for entry in bill.tips if entry.line > reading.total.line)
    later_rounding = sum(entry.value for entry in bill.roundings if entry.line > reading.total.line)
    later_fees = sum(entry.value for entry in bill.fees if entry.line > reading.total.line)
    yield total, 0
    for later in dict.fromkeys((later_tip, later_rounding, -later_rounding, later_fees, later_tip + later_fees)):
        if later:
            yield total + later, 0
    if evidence.cash_rounding > 1 and bill.has_cash and not any(entry.value for entry in bill.roundings):
        yield total, evidence.cash_rounding // 2


@lru_cache(maxsize=256)
def _payment(given: tuple[int, ...], owed: int, back: int, tolerance: int) -> list[int] | None:
    """The payments that make what is owed and was given back; the rest must repeat one of them or what is owed."""
    wanted = owed + back
    if len(given) > MAX_TENDERS:
        return _one_payment_or_all(given, wanted, owed, tolerance)
    for size in range(len(given), 0, -1):
        for chosen in combinations(range(len(given)), size):
            paid = [given[n] for n in chosen]
            rest = [given[n] for n in range(len(given)) if n not in chosen]
            if abs(sum(paid) - wanted) <= tolerance and all(value in (*paid, wanted, owed) for value in rest):
                return paid
    return None


def _one_payment_or_all(given: tuple[int, ...], wanted: int, owed: int, tolerance: int) -> list[int] | None:
    different = set(given)
    ways = [list(given), *([value] for value in different if different <= {value, wanted, owed})]
    return next((paid for paid in ways if abs(sum(paid) - wanted) <= tolerance), None)


# ---- nothing left over ----------------------------------------------------------------------------


def _discounts_explained(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    """A discount behind the lines must be part of a sum, or repeat what the lines took off, or be a line's own."""
    bill = evidence.bill
    behind = _off(bill.discounts)
    if not behind:
        return
    repeats = {evidence.line_discount, evidence.unit_discount, *(abs(entry.value) for entry in bill.discount_totals)}
    bases = (reading.base, reading.with_tax)
    taken_off = any(
        entry.value - off in bases and off >= behind
        for entry in (*bill.subtotals, *bill.sums)
        for off in discount_ways(evidence)
    )
    in_lines = bill.articles and any(lines - behind in bases for lines, _ in evidence.line_ways)
    if taken_off or in_lines:
        return
    if all(abs(entry.value) in repeats for entry in bill.discounts):
        verdict.discount = max(evidence.line_discount, behind)
        return
    verdict.faults.append("a discount is printed that belongs to no sum")


def _sums_explained(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
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

"""choice: takes a bill, tries the ways of reading it, gives the one that is proven or says why none is."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.formats.bill import Bill
from agent.formats.printed import Entry
from agent.formats.proof.candidates import readings, with_unknown_additions
from agent.formats.proof.evidence import evidence_of
from agent.formats.proof.relations import judge
from agent.formats.proof.verdict import Evidence, Reading, Verdict
from agent.formats.roles import Role
from agent.formats.tax_rates import TaxRates


@dataclass(frozen=True, slots=True)
class Outcome:
    """The reading that holds, and `reason` '' ; or the likeliest one and why it is not proven."""

    reading: Reading
    verdict: Verdict
    reason: str


def read_bill(bill: Bill, rates: TaxRates, cash_rounding: int, *, tax_unknown: str) -> Outcome | None:
    """None when nothing on the bill can be a total. `tax_unknown`: why a bill without tax lines cannot be proven."""
    outcome = _read(bill, rates, cash_rounding, tax_unknown)
    additions = with_unknown_additions(bill, rates) if outcome and outcome.reason else None
    second = _read(additions, rates, cash_rounding, tax_unknown) if additions else None
    return second if second and not second.reason else outcome


def _read(bill: Bill, rates: TaxRates, cash_rounding: int, tax_unknown: str) -> Outcome | None:
    evidence = evidence_of(bill, rates, cash_rounding)
    judged = [(reading, judge(reading, evidence)) for reading in readings(bill, evidence)]
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

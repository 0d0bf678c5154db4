"""payments: takes a way of reading a bill, gives whether what was paid makes its total; looks at nothing else."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from agent.formats.proof.evidence import taken_off
from agent.formats.proof.verdict import Evidence, Reading, Verdict
from agent.receipt import Relation

MAX_TENDERS = 6
"""More payments than this on one receipt are only tried all together and one by one."""


def check_payments(reading: Reading, evidence: Evidence, verdict: Verdict) -> None:
    bill = evidence.bill
    given = tuple(abs(entry.value) for entry in bill.tenders if entry.value)
    if not given:
        return
    back = max((abs(entry.value) for entry in bill.change), default=0) + taken_off(bill.cash_back)
    for owed, tolerance in _owed(reading, evidence):
        paid = _payment(given, owed, back, tolerance)
        if paid is not None:
            parts = (*paid, -back) if back else tuple(paid)
            relation = Relation("payments less change make the total", parts, owed, tolerance)
            verdict.pin(relation, total=tolerance == 0)
            verdict.paid, verdict.payments = True, tuple(paid)
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

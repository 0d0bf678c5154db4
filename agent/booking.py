"""booking: takes one read receipt, books it: stored once, duplicates judged, awards decided, outbox filled.

Runs inside the ledger's thread as one commit, so a receipt is either booked whole or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypedDict

from sqlite_utils import Database

from agent import awards
from agent.awards import Award, Cause, GivenAward, NoAward
from agent.business_day import day_of, deadline
from agent.customer import Identifiers, identify
from agent.duplicates import Sameness, Verdict, fingerprint, judge, kin
from agent.ledger import events, outbox, receipts, tasks
from agent.ledger.answers import DUPLICATE_CHOICES, POSSIBLE_DUPLICATE
from agent.ledger.moment import Moment
from agent.ledger.receipts import Captured, StoredReceipt
from agent.money import format_amount
from agent.providers import Call, Idempotency
from agent.receipt import EARNING, Kind, Receipt, State
from agent.settings import Programme, Store

NEW = Verdict(Sameness.NEW)


@dataclass(frozen=True, slots=True)
class Rules:
    """What booking goes by. `idempotency`: per provider and call, as its adapter declares."""

    device: str
    store: Store
    programmes: Mapping[str, Programme]
    idempotency: Mapping[str, Mapping[Call, Idempotency]]


@dataclass(frozen=True, slots=True)
class _Case:
    """One receipt being booked, with all that was found out about it."""

    id: int
    captured: Captured
    receipt: Receipt
    business_day: date
    deadline: datetime
    verdict: Verdict
    who: Identifiers
    sale: StoredReceipt | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where it is booked, by which rules, and when."""

    db: Database
    rules: Rules
    now: Moment


def book(db: Database, rules: Rules, captured: Captured, read: Receipt, *, form: str, now: Moment) -> int | None:
    """The receipt's id; None when these very bytes were booked before (a journal read twice changes nothing)."""
    desk = _Desk(db, rules, now)
    verdict = _judged(desk, captured, read)
    receipt_id = receipts.save(db, captured, read, **_placed(rules, captured, read), format_name=form)
    if receipt_id is None:
        return None
    _settle(desk, _found_out(desk, receipt_id, captured, read, verdict))
    return receipt_id


def rebook(db: Database, rules: Rules, stored: StoredReceipt, read: Receipt, *, form: str, now: Moment) -> None:
    """A better reading of a receipt that was held: it takes the old one's place and goes its way. Keys stay."""
    desk, captured = _Desk(db, rules, now), stored.captured
    verdict = _judged(desk, captured, read, but=stored.id)
    receipts.replace_reading(db, stored.id, read, **_placed(rules, captured, read), format_name=form)
    _settle(desk, _found_out(desk, stored.id, captured, read, verdict))


class _Placed(TypedDict):
    business_day: date
    deadline: datetime
    fingerprint: str


def _placed(rules: Rules, captured: Captured, receipt: Receipt) -> _Placed:
    """Which day it belongs to, when its awards are due, and what says "seen before?"."""
    day = day_of(receipt.date, captured.at, rules.store, trusted=captured.trusted)
    mark = fingerprint(rules.store.id, captured.lane, receipt, day)
    return _Placed(business_day=day, deadline=deadline(captured.at, rules.store), fingerprint=mark)


def _judged(desk: _Desk, captured: Captured, receipt: Receipt, *, but: int | None = None) -> Verdict:
    if receipt.state is not State.ACCEPTED or receipt.kind not in EARNING:
        return NEW
    store = desk.rules.store
    alike = [seen for seen in receipts.seen(desk.db, kin(store.id, receipt)) if seen.receipt_id != but]
    day = day_of(receipt.date, captured.at, store, trusted=captured.trusted)
    return judge(receipt, captured.at, alike, lane=captured.lane, business_day=day)


def _found_out(desk: _Desk, receipt_id: int, captured: Captured, receipt: Receipt, verdict: Verdict) -> _Case:
    """The sale that a return or a void names is looked up; a return without a customer is its sale's customer's."""
    store = desk.rules.store
    named = receipt.original or (receipt.number if receipt.kind is Kind.VOID else None)
    found = receipts.find_sale(desk.db, named, receipt.register) if named else []
    placed = _placed(desk.rules, captured, receipt)
    if not receipt.original:  # a void by the sale's own number is of the same day: numbers may start anew each morning
        found = [sold for sold in found if sold.business_day == placed["business_day"]]
    enough = abs(receipt.total or 0)  # for the same reason, a sale smaller than its return is another one
    sale = next((sold for sold in found if sold.id != receipt_id and (sold.receipt.total or 0) >= enough), None)
    who = identify(receipt, store.country, store.nobody)
    if not who and sale and receipt.kind is Kind.RETURN:
        who = identify(sale.receipt, store.country, store.nobody)
    return _Case(receipt_id, captured, receipt, placed["business_day"], placed["deadline"], verdict, who, sale)


def _settle(desk: _Desk, case: _Case) -> None:
    if case.verdict.sameness is Sameness.REPRINT:
        receipts.mark_duplicate(desk.db, case.id, case.verdict.of, "reprint")
        _attach_by_reprint(desk, case)
        return
    if case.receipt.state is State.HELD:
        _ask_to_look(desk, case, case.receipt.reason)
    if case.receipt.kind is Kind.VOID:
        _undo_sale(desk, case)
    question = _ask_if_duplicate(desk, case) if case.verdict.sameness is Sameness.ASK else None
    for name in desk.rules.programmes:
        _award(desk, case, name, question)


def _attach_by_reprint(desk: _Desk, case: _Case) -> None:
    """Printed again with the customer that the first print lacked: the first one earns, under its own key."""
    first = receipts.load(desk.db, case.verdict.of) if case.verdict.of and case.who else None
    if first is None or identify(first.receipt, desk.rules.store.country, desk.rules.store.nobody):
        return
    as_first = replace(case, id=first.id, captured=first.captured, receipt=first.receipt, verdict=NEW)
    for name in desk.rules.programmes:
        if outbox.given(desk.db, first.id, name) is None:
            _award(desk, as_first, name, None)


def _award(desk: _Desk, case: _Case, name: str, question: int | None) -> None:
    rules, earlier = desk.rules, _given(desk.db, case.sale, name)
    decision = awards.decide(case.receipt, name, rules.programmes[name], case.business_day, earlier, rules.store)
    customer = case.who.as_fact() or _member(desk.db, case, name)
    if isinstance(decision, Award) and not customer:
        decision = awards.NO_CUSTOMER
    if isinstance(decision, NoAward):
        _not_awarded(desk, case, name, decision)
        if decision.cause is Cause.HELD and case.receipt.state is State.ACCEPTED:
            _ask_to_look(desk, case, decision.why)
    else:
        receipts.awarded_after_all(desk.db, case.id, name)
        _enqueue(desk, case, decision, customer, question)


def _member(db: Database, case: _Case, programme: str) -> dict[str, str]:
    """A return that names nobody is its sale's customer's, whom the cloud has named; also when we know him no more."""
    if case.sale is None or case.receipt.kind is not Kind.RETURN:
        return {}
    member = outbox.member_of(db, case.sale.id, programme)
    return {"member_id": member} if member else {}


def _given(db: Database, sale: StoredReceipt | None, programme: str) -> GivenAward | None:
    """What the returned sale got; a sale we know that got nothing gave nothing, which is not the same as unknown."""
    if sale is None:
        return None
    return outbox.given(db, sale.id, programme) or GivenAward(points=0, base=sale.receipt.award_base)


def _enqueue(desk: _Desk, case: _Case, award: Award, customer: Mapping[str, str], question: int | None) -> None:
    captured, rules = case.captured, desk.rules
    programme = rules.programmes[award.programme]
    fact = awards.fact_body(
        award,
        case.receipt,
        key=awards.fact_key(rules.device, captured.lane, captured.origin, award.programme),
        customer=customer,
        store=rules.store,
        device=rules.device,
        lane=captured.lane,
        captured_at=captured.at,
        business_day=case.business_day,
    )
    outbox.enqueue(
        desk.db,
        fact,
        receipt_id=case.id,
        provider=programme.provider,
        call=award.call,
        idempotency=rules.idempotency[programme.provider].get(award.call, Idempotency.NONE),
        deadline=case.deadline,
        not_before=captured.at + timedelta(seconds=programme.hold_seconds),
        customer_key=case.who.key or f"member:{customer['member_id']}",
        original_id=case.sale.id if case.sale else None,
        held_by=question,
        why=case.verdict.why,
    )


def _not_awarded(desk: _Desk, case: _Case, programme: str, why: NoAward) -> None:
    receipts.not_awarded(desk.db, case.id, programme, why.why, desk.now.wall)


def _ask_if_duplicate(desk: _Desk, case: _Case) -> int:
    receipts.mark_duplicate(desk.db, case.id, case.verdict.of, "asked")
    return tasks.open(
        desk.db,
        tasks.Role.CASHIER,
        POSSIBLE_DUPLICATE,
        f"receipt/{case.id}",
        "Possible existing transaction",
        "'Add anyway' when it is a sale of its own, 'Remove' when it is the same one printed again.",
        desk.now.wall,
        what=f"{_in_words(case.receipt)} looks like receipt {case.verdict.of}: {case.verdict.why}.",
        choices=DUPLICATE_CHOICES,
        decide_as="Remove",
        decide_after_s=desk.rules.store.duplicate_decision_minutes * 60,
        moment=desk.now,
    )


def _ask_to_look(desk: _Desk, case: _Case, why: str) -> None:
    """One open task per lane, whatever the number: a till that cannot be read must not bury the other tasks."""
    tasks.open(
        desk.db,
        tasks.Role.MANAGER,
        "held_receipts",
        f"lane/{case.captured.lane}",
        f"Receipts of {case.captured.lane} could not be proven and were not awarded",
        "Look at them: tillpost receipts --state held, then tillpost show NUMBER. After an update: tillpost replay.",
        desk.now.wall,
        what=f"The latest: {_in_words(case.receipt)}: {why}.",
    )
    events.record(desk.db, "receipt_held", {"lane": case.captured.lane, "receipt": case.id}, desk.now.wall)


def _undo_sale(desk: _Desk, case: _Case) -> None:
    """A void costs nothing while its sale's award has not left; after that a person decides, for no slip proves it.

    One that is itself in doubt undoes nothing: it is among those to be looked at.
    """
    if case.sale is None or case.receipt.state is State.HELD:
        return
    outbox.cancel_due(desk.db, case.sale.id, f"voided by receipt {case.receipt.number or case.id}", desk.now.wall)
    if any(outbox.given(desk.db, case.sale.id, name) for name in desk.rules.programmes):
        tasks.open(
            desk.db,
            tasks.Role.MANAGER,
            "void_after_award",
            f"receipt/{case.sale.id}",
            "A sale was voided after its points were sent",
            "Take the points back in the loyalty programme's own pages, then close this.",
            desk.now.wall,
            what=f"{_in_words(case.sale.receipt)} was voided by {_in_words(case.receipt)}.",
        )


def _in_words(receipt: Receipt) -> str:
    total = "" if receipt.total is None else f" over {format_amount(receipt.total, receipt.exponent)}"
    return f"{receipt.kind.value.replace('_', ' ')} {receipt.number or 'without a number'}{total}"

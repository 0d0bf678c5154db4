"""awarding: takes a case and a programme, decides and puts the award into the outbox, or notes why there is none."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from agent import awards
from agent.awards import Award, Cause, GivenAward, NoAward
from agent.booking.asking import ask_to_look
from agent.booking.desk import Case, Desk
from agent.booking.person import Person, member
from agent.ledger import catalogue, outbox, receipts
from agent.ledger.receipts import StoredReceipt
from agent.ledger.undoing import next_key
from agent.receipt import Kind, State


@dataclass(frozen=True, slots=True)
class Decided:
    """What one programme says of a case: `decision` as if somebody were named, `person` '' when nobody is."""

    decision: Award | NoAward
    person: Person


def decided(desk: Desk, case: Case, name: str) -> Decided:
    """Looks only; enqueues nothing."""
    rules, earlier = desk.rules, given(desk.db, case.sale, name)
    decision = awards.decide(case.receipt, name, rules.programmes[name], case.business_day, earlier, rules.store)
    return Decided(decision, case.who or _member(desk.db, case, name))


def award(desk: Desk, case: Case, name: str, question: int | None = None, *, anew: bool = False) -> int | None:
    """The outbox row's id; None when there is no award, or this very fact was taken in before.

    `question`: the task that must be answered first. `anew`: an earlier fact of this receipt was undone, so this one
    gets a key of its own.
    """
    found = decided(desk, case, name)
    decision = found.decision
    if isinstance(decision, Award) and not found.person:
        decision = awards.NO_CUSTOMER
    if isinstance(decision, NoAward):
        receipts.not_awarded(desk.db, case.id, name, decision.why, desk.now.wall)
        if decision.cause is Cause.HELD and case.receipt.state is State.ACCEPTED:
            ask_to_look(desk, case, decision.why)
        return None
    receipts.awarded_after_all(desk.db, case.id, name)
    return _enqueue(desk, case, decision, found.person, question, anew=anew)


def given(db: Database, sale: StoredReceipt | None, programme: str) -> GivenAward | None:
    """What the returned sale got; a sale we know that got nothing gave nothing, which is not the same as unknown."""
    if sale is None:
        return None
    return outbox.given(db, sale.id, programme) or GivenAward(points=0, base=sale.receipt.award_base)


def key_of(desk: Desk, case: Case, programme: str) -> str:
    return awards.fact_key(desk.rules.device, case.captured.lane, case.captured.origin, programme)


def fact_of(desk: Desk, case: Case, award: Award, person: Person, key: str) -> dict[str, Any]:
    captured, rules = case.captured, desk.rules
    return awards.fact_body(
        award,
        case.receipt,
        key=key,
        customer=person.customer,
        store=rules.store,
        device=rules.device,
        lane=captured.lane,
        captured_at=captured.at,
        business_day=case.business_day,
        skus=catalogue.skus_of(desk.db, case.receipt.items, rules.catalogue.sure_from),
    )


def _member(db: Database, case: Case, programme: str) -> Person:
    """A return that names nobody is its sale's customer's, whom the cloud has named; also when we know him no more."""
    if case.sale is None or case.receipt.kind is not Kind.RETURN:
        return Person()
    return member(outbox.member_of(db, case.sale.id, programme))


def _enqueue(desk: Desk, case: Case, award: Award, person: Person, question: int | None, *, anew: bool) -> int | None:
    captured, rules = case.captured, desk.rules
    programme = rules.programmes[award.programme]
    key = key_of(desk, case, award.programme)
    skus = catalogue.skus_of(desk.db, case.receipt.items, rules.catalogue.sure_from)
    fact = fact_of(desk, case, award, person, next_key(desk.db, key) if anew else key)
    if award.programme in case.spends:
        fact["spend"] = dict(case.spends[award.programme])
    row = outbox.enqueue(
        desk.db,
        fact,
        receipt_id=case.id,
        provider=programme.provider,
        call=award.call,
        idempotency=rules.repeats(programme.provider, award.call),
        deadline=case.deadline,
        not_before=captured.at + _left_of_hold(desk, case, programme.hold_seconds),
        customer_key=person.key,
        original_id=case.sale.id if case.sale else None,
        held_by=question,
        why=case.verdict.why,
    )
    if row is not None:
        catalogue.note_without_code(desk.db, case.id, case.receipt.items, skus, case.business_day)
    return row


def _left_of_hold(desk: Desk, case: Case, hold_seconds: float) -> timedelta:
    """What is left of the hold window: somebody attached an hour later need not wait once more."""
    window = timedelta(seconds=hold_seconds)
    if not desk.now.trusted or not case.captured.trusted:
        return window
    return max(timedelta(), min(window, case.captured.at + window - desk.now.wall))

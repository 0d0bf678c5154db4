"""awarding: takes a case and a programme, decides and puts the award into the outbox, or notes why there is none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from agent import awards
from agent.awards import Award, Cause, GivenAward, NoAward
from agent.awards.channel import channel_of
from agent.booking.asking import CHECK_OUT, CONFIRM_RETURN, ask_to_check_out, ask_to_confirm, ask_to_look
from agent.booking.cards import punch
from agent.booking.claim_codes import code_of
from agent.booking.desk import Case, Desk
from agent.booking.person import Person, member
from agent.ledger import catalogue, outbox, punch_cards, receipts, tasks
from agent.ledger.receipts import StoredReceipt
from agent.ledger.undoing import next_key
from agent.providers import Call, Traits
from agent.receipt import Kind, State


@dataclass(frozen=True, slots=True)
class Decided:
    """What one programme says of a case: `decision` as if somebody were named, `person` '' when nobody is."""

    decision: Award | NoAward
    person: Person


def decided(desk: Desk, case: Case, name: str, earlier: GivenAward | None = None) -> Decided:
    """Looks only; enqueues nothing. `earlier`: what the sale of a return was given, looked up when it is None."""
    rules = desk.rules
    earlier = earlier or given(desk.db, case.sale, name)
    person = case.who or _member(desk.db, case, name)
    sale_id = case.sale.id if case.sale else None
    decision = awards.decide(
        case.receipt,
        name,
        rules.programmes[name],
        case.business_day,
        earlier,
        rules.store,
        at=case.captured.at.astimezone(rules.store.zone).replace(tzinfo=None),
        skus=catalogue.skus_of(desk.db, case.receipt.items, rules.catalogue.sure_from),
        channel=channel_of(case.receipt, case.captured.lane, rules.store),
        card=punch_cards.standing(desk.db, name, rules.mark_of(person.key), sale_id),
    )
    return Decided(decision, person)


def award(desk: Desk, case: Case, name: str, question: int | None = None, *, anew: bool = False) -> int | None:
    """The outbox row's id; None when there is no award, or this very fact was taken in before.

    `question`: the task that must be answered first. `anew`: an earlier fact of this receipt was undone, so this one
    gets a key of its own.
    """
    found = decided(desk, case, name)
    decision = found.decision
    if isinstance(decision, Award) and not found.person and not _goes_out_anonymous(desk, case, decision):
        decision = awards.NO_CUSTOMER
    if isinstance(decision, NoAward):
        receipts.not_awarded(desk.db, case.id, name, decision.why, desk.now.wall)
        if decision.cause is Cause.HELD and case.receipt.state is State.ACCEPTED:
            ask_to_look(desk, case, decision.why)
        return None
    receipts.awarded_after_all(desk.db, case.id, name)
    if decision.call is Call.TAKE_BACK and question is None and desk.rules.programmes[name].returns == "ask":
        question = ask_to_confirm(desk, case, decision)
    elif question is None and desk.rules.programmes[name].checkout == "confirm":
        question = ask_to_check_out(desk, case, decision)
    return _enqueue(desk, case, decision, found.person, question, anew=anew)


def award_all(
    desk: Desk, case: Case, question: int | None = None, *, anew: bool = False, but: Collection[str] = ()
) -> list[int]:
    """Every programme but those; the outbox rows that were made."""
    rows = [award(desk, case, name, question, anew=anew) for name in desk.rules.programmes if name not in but]
    asked = tasks.about(desk.db, f"receipt/{case.id}", (CONFIRM_RETURN, CHECK_OUT))
    if asked and not _waits(desk.db, asked):
        tasks.close(desk.db, asked, "it was answered before the ledger was rebuilt", desk.now.wall)
    return [row for row in rows if row is not None]


def _waits(db: Database, question: int) -> bool:
    return db.execute("SELECT 1 FROM outbox WHERE task_id = ?", [question]).fetchone() is not None


def _goes_out_anonymous(desk: Desk, case: Case, award: Award) -> bool:
    """A sale for nobody that this cloud takes all the same, with a code by which somebody may claim it there."""
    programme = desk.rules.programmes[award.programme]
    takes = desk.rules.traits.get(programme.provider, Traits()).takes_nobody
    return programme.send_anonymous and takes and case.receipt.kind is Kind.SALE and award.call is Call.AWARD


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
        channel=channel_of(case.receipt, captured.lane, rules.store),
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
    if not person:
        fact["claim"] = code_of(rules, case)
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
        if award.punches:
            punch(desk, case, outbox.load(desk.db, row), person)
    return row


def _left_of_hold(desk: Desk, case: Case, hold_seconds: float) -> timedelta:
    """What is left of the hold window: somebody attached an hour later need not wait once more."""
    window = timedelta(seconds=hold_seconds)
    if not desk.now.trusted or not case.captured.trusted:
        return window
    return max(timedelta(), min(window, case.captured.at + window - desk.now.wall))

"""taking_in: takes one read receipt, books it: stored once, duplicates judged, awards decided, outbox filled.

Runs inside the ledger's thread as one commit, so a receipt is either booked whole or not at all.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import TypedDict

from sqlite_utils import Database

from agent.awards import already_counted
from agent.booking.asking import (
    ask_if_duplicate,
    ask_if_replaced,
    ask_if_reprint_counts,
    ask_to_look,
    ask_to_take_back,
)
from agent.booking.awarding import award, award_all
from agent.booking.claim_codes import offer
from agent.booking.desk import NEW, Case, Desk, Rules, whose
from agent.booking.redeeming import at_register
from agent.booking.signals import look
from agent.business_day import day_of, deadline
from agent.catch_up import EXPORT
from agent.duplicates import GROWS_WITHIN, Sameness, Verdict, fingerprint, judge, kin, outgrown
from agent.ledger import attachments, catalogue, outbox, receipts, redemptions, tasks, training
from agent.ledger.attachments import NOBODY_HERE
from agent.ledger.moment import Moment
from agent.ledger.receipts import Captured, StoredReceipt
from agent.ledger.reconciling import save_report
from agent.ledger.undoing import live, never_left, undo, undo_behind
from agent.raster.picture_paper import BEING_READ
from agent.receipt import EARNING, Kind, Receipt, State


def book(db: Database, rules: Rules, captured: Captured, read: Receipt, *, form: str, now: Moment) -> int | None:
    """The receipt's id; None when these very bytes were booked before (a journal read twice changes nothing)."""
    desk, read = Desk(db, rules, now), _as_practised(db, captured, read)
    verdict = _judged(desk, captured, read)
    receipt_id = receipts.save(db, captured, read, **_placed(rules, captured, read), format_name=form)
    if receipt_id is None:
        return None
    save_report(db, receipt_id, read.report)
    _settle(desk, _found_out(desk, receipt_id, captured, read, verdict))
    return receipt_id


def rebook(db: Database, rules: Rules, stored: StoredReceipt, read: Receipt, *, form: str, now: Moment) -> None:
    """A better reading of a receipt that was held: it takes the old one's place and goes its way. Keys stay."""
    desk, captured = Desk(db, rules, now), stored.captured
    read = _as_practised(db, captured, read)
    verdict = _judged(desk, captured, read, but=stored.id)
    receipts.replace_reading(db, stored.id, read, **_placed(rules, captured, read), format_name=form)
    _settle(desk, _found_out(desk, stored.id, captured, read, verdict))


def _as_practised(db: Database, captured: Captured, read: Receipt) -> Receipt:
    """What a register in training printed never earns, whatever it looks like."""
    if read.kind not in EARNING or not training.covers(db, captured):
        return read
    return replace(read, kind=Kind.TRAINING, state=State.NOTED, reason="the register was in training")


def sale_named_by(desk: Desk, receipt_id: int, receipt: Receipt, business_day: date) -> StoredReceipt | None:
    """The sale that a return or a void names; None when it names none that we know."""
    named = receipt.original or (receipt.number if receipt.kind is Kind.VOID else None)
    found = receipts.find_sale(desk.db, named, receipt.register) if named else []
    if not receipt.original:  # a void by the sale's own number is of the same day: numbers may start anew each morning
        found = [sold for sold in found if sold.business_day == business_day]
    enough = abs(receipt.total or 0)  # for the same reason, a sale smaller than its return is another one
    return next((sold for sold in found if sold.id != receipt_id and (sold.receipt.total or 0) >= enough), None)


class _Placed(TypedDict):
    business_day: date
    deadline: datetime
    fingerprint: str


def _placed(rules: Rules, captured: Captured, receipt: Receipt) -> _Placed:
    """Which day it belongs to, when its awards are due, and what says "seen before?"."""
    day = day_of(receipt.date, captured.at, rules.store, trusted=captured.trusted)
    mark = fingerprint(rules.store.id, captured.lane, receipt, day)
    return _Placed(business_day=day, deadline=deadline(captured.at, rules.store), fingerprint=mark)


def _judged(desk: Desk, captured: Captured, receipt: Receipt, *, but: int | None = None) -> Verdict:
    if receipt.state is not State.ACCEPTED or receipt.kind not in EARNING:
        return NEW
    store = desk.rules.store
    alike = [seen for seen in receipts.seen(desk.db, kin(store.id, receipt)) if seen.receipt_id != but]
    day = day_of(receipt.date, captured.at, store, trusted=captured.trusted)
    exported = captured.cause == EXPORT
    verdict = judge(receipt, captured.at, alike, lane=captured.lane, business_day=day, exported=exported)
    if verdict.sameness is not Sameness.NEW or receipt.kind is not Kind.SALE or exported:
        return verdict
    before = receipts.lately(desk.db, captured.lane, receipt.number, captured.at - GROWS_WITHIN)
    return outgrown(receipt, captured.at, [seen for seen in before if seen.receipt_id != but], lane=captured.lane)


def _found_out(desk: Desk, receipt_id: int, captured: Captured, receipt: Receipt, verdict: Verdict) -> Case:
    """A return without a customer is its sale's customer's."""
    placed = _placed(desk.rules, captured, receipt)
    sale = sale_named_by(desk, receipt_id, receipt, placed["business_day"])
    who = whose(desk, receipt_id, receipt)
    if not who and sale and receipt.kind is Kind.RETURN:
        who = whose(desk, sale.id, sale.receipt)
    if not who and verdict.replaces and verdict.of:
        who = whose(desk, verdict.of, receipts.load(desk.db, verdict.of).receipt)
        attachments.note(desk.db, receipt_id, who.customer, who.key, "replace", "box", desk.now.wall)
    return Case(receipt_id, captured, receipt, placed["business_day"], placed["deadline"], verdict, who, sale)


def _settle(desk: Desk, case: Case) -> None:
    if case.verdict.sameness is Sameness.REPRINT:
        receipts.mark_duplicate(desk.db, case.id, case.verdict.of, "reprint")
        for name in desk.rules.programmes:
            receipts.not_awarded(desk.db, case.id, name, already_counted(case.receipt.number).why, desk.now.wall)
        _attach_by_reprint(desk, case)
        return
    if case.receipt.state is State.HELD and case.receipt.reason != BEING_READ:
        ask_to_look(desk, case, case.receipt.reason)
    if case.receipt.kind is Kind.VOID:
        _undo_sale(desk, case)
    if case.receipt.nobody and not case.who:
        attachments.note(desk.db, case.id, {}, "", NOBODY_HERE, "box", desk.now.wall)
    catalogue.note_lines(desk.db, case.receipt, case.business_day)
    catalogue.learn_codes(desk.db, case.receipt, desk.now.wall)
    exported = case.captured.cause == EXPORT
    if not exported:  # who stands at the register now did not buy then
        case = at_register(desk, case)
    question = _question(desk, case)
    made = award_all(desk, case, question)
    if question and case.verdict.sameness is Sameness.NEW and not made:
        tasks.close(desk.db, question, "it earns nothing", desk.now.wall)
    if not exported:
        offer(desk, case)
    look(desk, case)


def _question(desk: Desk, case: Case) -> int | None:
    """The task its awards wait for; when it may replace an earlier one, what undoes that one waits for it, too."""
    if case.verdict.sameness is not Sameness.ASK:
        return ask_if_reprint_counts(desk, case) if _is_unseen_copy(desk, case) else None
    if not (case.verdict.replaces and case.verdict.of):
        return ask_if_duplicate(desk, case)
    task = ask_if_replaced(desk, case)
    for row in live(desk.db, case.verdict.of):
        why = f"replaced by receipt {case.id}"
        undo_behind(desk.db, row, desk.rules.idempotency, case.deadline, held_by=task, why=why)
    return task


def _is_unseen_copy(desk: Desk, case: Case) -> bool:
    """Marked as a copy, of a customer who would earn on it, and not of a till that marks everything."""
    receipt = case.receipt
    if not (receipt.reprint and case.who and receipt.kind in EARNING and receipt.state is State.ACCEPTED):
        return False
    if desk.rules.store.unseen_reprint != "ask":
        return False
    return not receipts.marks_mean_nothing(desk.db, case.captured.lane)


def _attach_by_reprint(desk: Desk, case: Case) -> None:
    """Printed again with the customer that the first print lacked: the first one earns, under its own key."""
    first = receipts.load(desk.db, case.verdict.of) if case.verdict.of and case.who else None
    if first is None or whose(desk, first.id, first.receipt):
        return
    as_first = replace(case, id=first.id, captured=first.captured, receipt=first.receipt, verdict=NEW)
    for name in desk.rules.programmes:
        if outbox.given(desk.db, first.id, name) is None:
            award(desk, as_first, name)


def _undo_sale(desk: Desk, case: Case) -> None:
    """A void costs nothing while its sale's award has not left; after that a person decides, for no slip proves it.

    One that is itself in doubt undoes nothing: it is among those to be looked at.
    """
    if case.sale is None or case.receipt.state is State.HELD:
        return
    db, standing = desk.db, live(desk.db, case.sale.id)
    unsent = [row for row in standing if never_left(db, row)]
    why = f"voided by receipt {case.receipt.number or case.id}"
    undo(db, unsent, desk.rules.idempotency, why, desk.now.wall, case.deadline)
    sent = [row for row in standing if row not in unsent]
    if sent:
        task = ask_to_take_back(desk, case, case.sale)
        for row in sent:
            undo_behind(db, row, desk.rules.idempotency, case.deadline, held_by=task, why=why)
        redemptions.give_back_of(db, case.sale.id, case.deadline, held_by=task)

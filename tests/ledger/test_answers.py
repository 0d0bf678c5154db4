"""Decisions: a person's choice moves the rows that waited for it, is audited, and can be reversed for 30 days."""

import sqlite3
from datetime import timedelta

import pytest
from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import answers, audit, events, receipts, tasks, undoing
from agent.ledger.answers import DUPLICATE_CHOICES, POSSIBLE_DUPLICATE
from agent.ledger.questions import QUESTIONS
from tests.ledger.facts import NOW, book, enqueue, moment, save, state


def duplicate_question(db: Database, minutes: float = 60) -> int:
    save(db, 1)
    twin = save(db, 2)
    assert twin is not None
    receipts.mark_duplicate(db, twin, 1, "asked")
    task = tasks.open(
        db,
        tasks.Role.CASHIER,
        POSSIBLE_DUPLICATE,
        f"receipt/{twin}",
        "Printed twice?",
        "Choose.",
        NOW,
        choices=DUPLICATE_CHOICES,
        decide_as="Remove",
        decide_after_s=minutes * 60,
        moment=moment(),
    )
    enqueue(db, 2, receipt_id=twin, held_by=task, why="it may be a duplicate")
    return task


def test_add_anyway_sends_it(db: Database) -> None:
    task = duplicate_question(db)
    assert state(db, 1) == "held"
    assert answers.answer_task(db, task, "Add anyway", who="cashier 7", at=NOW)
    assert state(db, 1) == "due"
    assert receipts.load(db, 2).duplicate == "added"
    assert not answers.answer_task(db, task, "Remove", who="cashier 8", at=NOW)
    assert [(line["who"], line["act"]) for line in audit.page(db)] == [("cashier 7", "answered: Add anyway")]


def test_nobody_answered_so_the_box_removes_it_and_says_so(db: Database) -> None:
    duplicate_question(db)
    assert answers.settle_overdue(db, moment(3599)) == 0
    assert answers.settle_overdue(db, moment(3601)) == 1
    assert state(db, 1) == "cancelled"
    account = QUESTIONS["day"](db, "2026-11-14")
    assert account["duplicates"] == 1
    assert account["not_awarded"]["Remove (decided by box)"] == 1
    answers.reopen(db, 1, who="manager 1", at=NOW + timedelta(days=29))
    assert state(db, 1) == "due"
    assert receipts.load(db, 2).duplicate == "added"
    assert QUESTIONS["day"](db, "2026-11-14")["duplicates"] == 0


def test_after_a_restart_only_a_trusted_clock_decides(db: Database) -> None:
    duplicate_question(db)
    assert answers.settle_overdue(db, moment(7200, boot="another1", trusted=False)) == 0
    assert answers.settle_overdue(db, moment(60, boot="another1")) == 0
    assert answers.settle_overdue(db, moment(7200, boot="another1")) == 1


def test_a_choice_that_was_not_offered_is_refused(db: Database) -> None:
    task = duplicate_question(db)
    with pytest.raises(ValueError, match="Add anyway, Remove"):
        answers.answer_task(db, task, "perhaps", who="cashier 7", at=NOW)
    with pytest.raises(TillpostError, match="no task 99"):
        answers.answer_task(db, 99, "Remove", who="cashier 7", at=NOW)
    assert state(db, 1) == "held"


def test_reversing_ends_after_thirty_days_and_never_touches_what_arrived(db: Database) -> None:
    row = book(db, 1)
    undoing.cancel(db, row, "voided", NOW)
    with pytest.raises(ValueError, match="30 days"):
        answers.reopen(db, row, who="manager 1", at=NOW + timedelta(days=31))
    delivered = book(db, 2)
    db.execute("UPDATE outbox SET state = 'delivered' WHERE id = ?", [delivered])
    with pytest.raises(ValueError, match="is delivered"):
        answers.reopen(db, delivered, who="manager 1", at=NOW)


def test_the_same_question_is_open_once(db: Database) -> None:
    first = tasks.open(db, "cashier", "refused", "cloud/700", "1 refused", "look", NOW)
    assert tasks.open(db, "cashier", "refused", "cloud/700", "2 refused", "look", NOW) == first
    assert [task["title"] for task in tasks.waiting(db)] == ["2 refused"]
    assert tasks.close(db, first, "done", NOW, who="manager 1")
    assert tasks.open(db, "cashier", "refused", "cloud/700", "again", "look", NOW) != first
    assert tasks.waiting(db, "technician") == []


def test_the_audit_cannot_be_rewritten(db: Database) -> None:
    audit.note(db, "manager 1", "undone", "outbox/1", "", NOW)
    for statement in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    assert len(audit.page(db)) == 1


def test_events_are_kept_until_acknowledged_and_bounded(db: Database) -> None:
    ids = [events.record(db, "deadline_near", {"count": n}, NOW) for n in range(12)]
    assert [event.detail["count"] for event in events.unsent(db, 3)] == [0, 1, 2]
    events.sent(db, ids[:2])
    assert [event.id for event in events.unsent(db, 2)] == ids[2:4]
    assert events.trim(db, NOW, keep=4) == 6
    assert [event.kind for event in events.unsent(db)] == ["deadline_near"] * 4 + ["events_let_go"]
    assert events.trim(db, NOW, keep=100) == 0

"""The questions: every receipt in exactly one place of the account, reasons in words, phones masked."""

import json
from datetime import timedelta

import pytest
from sqlite_utils import Database

from agent.cloud_health import Standing
from agent.errors import TillpostError
from agent.ledger import answers, clouds, counters, cursor, dispatch, outcomes, receipts, tasks
from agent.ledger.account import COUNTED
from agent.ledger.outcomes import Answered, Rules
from agent.ledger.questions import QUESTIONS
from agent.providers import Answer, Done, Idempotency, NoMember, Refused, Unknown
from agent.receipt import Kind, State
from tests.ledger.facts import CLOUD, DAY, NOW, book, captured, moment, phone, position, sale, save


def send(db: Database, answers_by_id: dict[int, Answer]) -> None:
    rows = dispatch.take(db, CLOUD, moment(), 50)
    outcomes.settle(
        db, [Answered(row, answers_by_id[row.id], 60_000) for row in rows if row.id in answers_by_id], moment(), Rules()
    )


def busy_day(db: Database) -> None:
    """One of each: 1 awarded, 2 refused, 3 parked, 4 of class N unknown, 5 due, 6-10 without an award."""
    for number in (1, 2, 3):
        book(db, number)
    book(db, 4, Idempotency.NONE)
    send(db, {1: Done("r1"), 2: Refused("not eligible", "700"), 3: NoMember(), 4: Unknown("time-out")})
    book(db, 5)
    save(db, 6, sale(6, state=State.HELD, reason="the total does not add up"))
    save(db, 7, sale(7, kind=Kind.NO_SALE, state=State.NOTED, phone=None))
    nobody = save(db, 8, sale(8, phone=None, name=None))
    receipts.not_awarded(db, nobody or 0, "points", "no customer on the receipt", NOW)
    reprint = save(db, 9, sale(1, reprint=True))
    receipts.mark_duplicate(db, reprint or 0, 1, "reprint")
    small = save(db, 10, sale(10, total=1))
    receipts.not_awarded(db, small or 0, "points", "below the minimum", NOW)


def test_every_receipt_is_in_exactly_one_place(db: Database) -> None:
    busy_day(db)
    account = QUESTIONS["day"](db, DAY.isoformat())
    assert account["read"] == 10 == sum(account[place] for place in COUNTED)
    assert {place: account[place] for place in COUNTED} == {
        "awarded": 1,
        "waiting": 2,
        "refused": 1,
        "held": 2,
        "noted": 1,
        "nobody": 1,
        "duplicates": 1,
        "unpaid": 1,
    }
    assert account["matched"] == 7
    assert account["points"] == {"points": 23}
    assert account["points_waiting"] == {"points": 69}
    assert account["totals"] == {"sale": 2490 * 6 + 1}
    assert account["noted_kinds"] == {"no_sale": 1}
    assert account["not_awarded"] == {
        "a reprint or duplicate": 1,
        "below the minimum": 1,
        "no customer on the receipt": 1,
        "not eligible": 1,
    }
    assert account["held_reasons"] == {
        "no answer came: time-out": 1,
        "the total does not add up": 1,
    }
    assert QUESTIONS["day"](db, "2026-11-15")["read"] == 0
    json.dumps(account)


def test_the_queue_says_why_and_until_when(db: Database) -> None:
    busy_day(db)
    clouds.change(db, CLOUD, Standing.AWAY, "the line is down", moment(60))
    waiting = {row["id"]: row for row in QUESTIONS["queue"](db)}
    assert set(waiting) == {3, 4, 5}
    assert waiting[3]["why"] == "waits for a sign-up"
    assert waiting[3]["until"].startswith("2026-11-15T01:00")
    assert waiting[4]["why"].startswith("no answer came")
    assert waiting[5]["why"] == "cloud is away since 2026-11-14 17:01 UTC: the line is down"
    assert [row["id"] for row in QUESTIONS["queue"](db, limit="1", after="3")] == [4]


def test_nobody_sees_a_phone_but_who_asks_for_it(db: Database) -> None:
    busy_day(db)
    asked: dict[str, dict[str, str]] = {"receipts": {}, "receipt": {"id": "1"}, "queue": {}, "tasks": {}}
    for name, parameters in (asked | {"day": {"day": "2026-11-14"}}).items():
        answer = json.dumps(QUESTIONS[name](db, **parameters))
        assert not any(phone(number)[2:] in answer for number in range(1, 11)), name
        assert "Test Customer" not in answer
    assert QUESTIONS["receipts"](db, limit="1")[0]["phone"] == "***0010"
    assert QUESTIONS["receipt"](db, id="1", reveal="yes")["phone"] is not None
    assert QUESTIONS["receipt"](db, id="1", reveal="1")["phone"] == phone(1)
    assert QUESTIONS["queue"](db, reveal="1")[0]["customer"] == {"phone": phone(3)}


def test_a_receipt_shows_its_awards_attempts_and_reasons(db: Database) -> None:
    busy_day(db)
    shown = QUESTIONS["receipt"](db, id=1)
    assert [award["state"] for award in shown["awards"]] == ["delivered"]
    assert [attempt["outcome"] for attempt in shown["attempts"]] == ["Done"]
    assert shown["origin"] == str(position(1))
    assert shown["proof"][0]["words"] == "subtotal + tax = total"
    assert QUESTIONS["receipt"](db, id=10)["not_awarded"] == {"points": "below the minimum"}


def test_a_number_that_does_not_exist_is_said_with_a_hint(db: Database) -> None:
    with pytest.raises(TillpostError, match="no receipt 99") as raised:
        QUESTIONS["receipt"](db, id="99")
    assert "tillpost receipts" in raised.value.hint


def test_lists_are_pages(db: Database) -> None:
    for number in range(30):
        book(db, number)
    first = QUESTIONS["receipts"](db, limit="20")
    assert [row["id"] for row in first] == list(range(30, 10, -1))
    assert [row["id"] for row in QUESTIONS["receipts"](db, limit="20", after=str(first[-1]["id"]))] == list(
        range(10, 0, -1)
    )


def test_health_numbers_are_flat_and_numeric(db: Database) -> None:
    busy_day(db)
    numbers = QUESTIONS["health_numbers"](db, (NOW + timedelta(minutes=5)).isoformat())
    assert all(isinstance(value, int | float) for value in numbers.values())
    assert numbers["q_depth"] == 3
    assert numbers["q_oldest_s"] == 300
    assert (numbers[counters.RECEIPTS], numbers[counters.SENT], numbers[counters.REFUSED]) == (10, 1, 1)
    assert (numbers["parse_fail_total"], numbers["prov_ok"], numbers["q_unknown"]) == (1, 1, 0)


def test_a_stored_receipt_comes_back_whole(db: Database) -> None:
    save(db, 1)
    known = receipts.load(db, 1)
    assert (known.receipt, known.captured) == (sale(1), captured(1))
    assert receipts.by_origin(db, "TP-1", "front", position(1)) == known
    receipts.replace_reading(
        db, 1, sale(1, total=99), business_day=DAY, deadline=NOW, fingerprint="f", format_name="better"
    )
    assert (receipts.load(db, 1).receipt.total, receipts.load(db, 1).format_name) == (99, "better")


def test_seen_and_found(db: Database) -> None:
    for number, receipt in enumerate((sale(1), sale(1, register="2"), sale(1, kind=Kind.RETURN), sale(2))):
        save(db, number, receipt)
    kin = "store/sale/2490/1001/"
    assert [seen.receipt_id for seen in receipts.seen(db, kin)] == [2, 1]
    assert [found.id for found in receipts.find_sale(db, "1001")] == [2, 1]
    assert [found.id for found in receipts.find_sale(db, "1001", "1")] == [1]
    receipts.mark_duplicate(db, 2, 1, "removed")
    assert [found.id for found in receipts.find_sale(db, "1001")] == [1]
    assert [seen.counted for seen in receipts.seen(db, kin)] == [False, True]


def test_the_cursor_and_the_counters(db: Database) -> None:
    assert cursor.get(db) == ""
    cursor.move(db, str(position(3)))
    assert cursor.get(db) == str(position(3))
    assert [counters.next_number(db, "conn") for _ in range(3)] == [1, 2, 3]


def test_answered_questions_leave_the_list(db: Database) -> None:
    busy_day(db)
    kinds = {task["kind"]: task["id"] for task in QUESTIONS["tasks"](db)}
    assert set(kinds) == {"refused", "sent_or_not"}
    answers.answer_task(db, kinds["sent_or_not"], "arrived", who="cashier 7", at=NOW)
    assert [task["kind"] for task in tasks.waiting(db)] == ["refused"]
    assert QUESTIONS["day"](db, DAY)["awarded"] == 2

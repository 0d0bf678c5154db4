"""What a person keys in at a cloud without an interface: one list, a tick is the delivery, nobody is held up by it."""

import pytest
from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import dispatch, outbox, tasks
from agent.ledger.answers import answer_task
from agent.ledger.hand_over import handover_done, handover_list
from agent.ledger.outcomes import Answered, Rules, by_hand, settle
from agent.ledger.undoing import cancel
from agent.providers import Call, Code, Refused
from tests.ledger.facts import CLOUD, NOW, book, moment, phone, state


def listed(db: Database, *numbers: int, customer: int | None = None) -> list[int]:
    rows = [book(db, number, customer=customer) for number in numbers]
    for _ in rows:
        taken = dispatch.take(db, CLOUD, moment(), 1)
        by_hand(db, taken, moment())
    return rows


def test_one_task_however_many_wait(db: Database) -> None:
    rows = listed(db, 1, 2, 3)
    (task,) = tasks.waiting(db)
    assert (task["kind"], task["role"], list(task["choices"])) == ("hand_over", "cashier", ["done by hand", "drop"])
    shown = handover_list(db)
    assert [row["id"] for row in shown] == rows
    assert (shown[0]["points"], shown[0]["number"], shown[0]["customer"]) == (23, "1001", {"phone": "***0001"})
    (row,) = handover_list(db, after=rows[1], reveal="yes")
    assert row["customer"] == {"phone": phone(3)}
    assert handover_list(db, day="2026-11-13") == []


def test_a_tick_is_the_delivery_and_the_last_one_closes_the_task(db: Database) -> None:
    first, second = listed(db, 1, 2)
    assert handover_done(db, [first], who="cashier 7", at=NOW) == 1
    assert handover_done(db, [first], who="cashier 8", at=NOW) == 0
    assert [state(db, row) for row in (first, second)] == ["delivered", "held"]
    assert len(tasks.waiting(db)) == 1
    assert handover_done(db, [second], who="cashier 7", at=NOW) == 1
    assert tasks.waiting(db) == []
    audited = [row["act"] for row in db.query("SELECT act FROM audit")]
    assert audited == ["done by hand"] * 2


def test_a_customers_later_award_reaches_the_list_too(db: Database) -> None:
    rows = listed(db, 1, 2, customer=5)
    assert [row["id"] for row in handover_list(db)] == rows


def test_what_is_on_its_way_by_itself_is_not_ticked(db: Database) -> None:
    row = book(db, 1)
    with pytest.raises(TillpostError, match="not on the hand-over list"):
        handover_done(db, [row], who="cashier 7", at=NOW)


def test_the_whole_list_at_once_takes_only_what_is_on_it(db: Database) -> None:
    gone, left = listed(db, 1, 2)
    cancel(db, gone, "wrong customer", NOW)
    (task,) = tasks.waiting(db)
    answer_task(db, task["id"], "done by hand", who="cashier 7", at=NOW)
    assert [state(db, row) for row in (gone, left)] == ["cancelled", "delivered"]


def test_taken_off_before_anybody_keyed_it_in(db: Database) -> None:
    (row,) = listed(db, 1)
    assert outbox.waits_for_hand_over(db, row)
    cancel(db, row, "wrong customer", NOW)
    assert tasks.waiting(db) == []
    assert handover_list(db) == []


def test_a_call_that_the_cloud_lacks_for_this_fact_alone_goes_on_the_list(db: Database) -> None:
    book(db, 1)
    (row,) = dispatch.take(db, CLOUD, moment(), 1)
    lacking = Answered(row, Refused("no call for a part of a receipt", Code.NO_SUCH_CALL), 0)
    settle(db, [lacking], moment(), Rules())
    (shown,) = handover_list(db)
    assert shown["why"] == "no call for a part of a receipt: by hand"


def test_a_spend_that_the_balance_does_not_cover_goes_out_without_it_when_the_cashier_agrees(
    db: Database,
) -> None:
    row_id = book(db, 1)
    db.execute("UPDATE outbox SET body = json_set(body, '$.spend', json('{\"id\": \"w\"}'))")
    (row,) = dispatch.take(db, CLOUD, moment(), 1)
    refused = Answered(row, Refused("balance is 2.00", Code.BALANCE), 0)
    settle(db, [refused], moment(), Rules())
    assert dispatch.take(db, CLOUD, moment(1), 1) == []
    (task,) = tasks.waiting(db)
    assert task["kind"] == "spend_refused"
    answer_task(db, task["id"], "send without the spend", who="cashier 7", at=NOW)
    (again,) = dispatch.take(db, CLOUD, moment(2), 1)
    assert again.id == row_id
    assert "spend" not in again.body


def test_sent_again_after_a_refusal_is_another_request(db: Database) -> None:
    book(db, 1)
    (row,) = dispatch.take(db, CLOUD, moment(), 1)
    settle(db, [Answered(row, Refused("closed", "E1"), 0)], moment(), Rules())
    (task,) = tasks.waiting(db)
    answer_task(db, task["id"], "send again", who="manager 1", at=NOW)
    (again,) = dispatch.take(db, CLOUD, moment(1), 1)
    assert (again.key, again.body["again"], again.call) == (row.key, 1, Call.AWARD)

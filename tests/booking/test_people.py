"""People: attached late, taken off, moved, also when the cloud has it already; the sums at the cloud are right."""

from typing import Any

import pytest

from agent.booking import attach, detach, move
from agent.errors import TillpostError
from agent.ledger import account, answers, audit, outbox, tasks
from agent.ledger.till_view import till_receipts
from agent.providers import Ambiguous, NoMember, Refused, Unknown
from agent.receipt import Kind
from tests.booking.shop import ANN, BEN, VOIDING, Shop, nobody, rules
from tests.ledger.facts import DAY, sale

CASHIER = "cashier 7"


def test_a_receipt_without_customer_is_attached_and_earns_what_it_would_have(shop: Shop) -> None:
    receipt = shop.book(nobody())
    assert shop.states(receipt) == []
    attach(shop.db, shop.rules, receipt, {"phone": "(415) 555-0101"}, CASHIER, shop.now)
    (body,) = shop.deliver()
    assert (body["points"], body["customer"]) == (23, {"phone": "+14155550101"})
    assert shop.why_not(receipt) == {}
    assert account.day(shop.db, DAY)["awarded"] == 1


def test_attached_before_it_could_be_it_would_have_had_the_same_key(shop: Shop) -> None:
    first, second = shop.book(nobody()), shop.book(sale(2))
    attach(shop.db, shop.rules, first, ANN, CASHIER, shop.now)
    keys = [shop.rows(number)[0].key for number in (first, second)]
    assert [key.rpartition("/")[2] for key in keys] == ["points", "points"]


def test_what_counts_already_is_moved_and_not_attached_again(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    with pytest.raises(TillpostError, match=r"counted already for \*\*\*0001"):
        attach(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    assert len(shop.rows(receipt)) == 1


@pytest.mark.parametrize(
    ("customer", "words"),
    [
        ({"phone": "12"}, "phone number that cannot be used"),
        ({"email": "ann@"}, "e-mail address"),
        ({}, "name the customer"),
        ({"shoe": "43"}, "has no shoe"),
    ],
)
def test_a_customer_that_cannot_be_right_is_refused_in_words(shop: Shop, customer: dict[str, str], words: str) -> None:
    receipt = shop.book(nobody())
    with pytest.raises(ValueError, match=words):
        attach(shop.db, shop.rules, receipt, customer, CASHIER, shop.now)
    assert shop.rows(receipt) == []


@pytest.mark.parametrize("kind", [Kind.TRAINING, Kind.Z_REPORT, Kind.VOID])
def test_what_never_earns_cannot_be_attached(shop: Shop, kind: Kind) -> None:
    receipt = shop.book(nobody(kind=kind))
    with pytest.raises(TillpostError, match="never earns"):
        attach(shop.db, shop.rules, receipt, ANN, CASHIER, shop.now)


def test_taken_off_before_it_left_costs_the_cloud_nothing(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    detach(shop.db, shop.rules, receipt, CASHIER, shop.now)
    assert shop.deliver() == []
    assert shop.states(receipt) == [(23, "cancelled")]
    assert account.day(shop.db, DAY)["nobody"] == 1
    assert "another can be attached" in shop.why_not(receipt)["points"]


@pytest.mark.parametrize(("ways", "call"), [(None, "take_back"), (VOIDING, "void"), ({}, "void")])
def test_moved_after_delivery_the_one_loses_and_the_other_gets(shop: Shop, ways: Any, call: str) -> None:
    shop.rules = rules(ways=ways)
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    (award,) = shop.deliver()
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    undo, anew = shop.deliver()
    assert (undo["call"], undo["points"], undo["undoes"]["key"]) == (call, -23, award["key"])
    assert undo["undoes"]["remote_id"] == "r1"
    assert anew["key"] == award["key"] + "~2"
    assert shop.points() == {"+14155550102": 23}
    assert account.day(shop.db, DAY)["points"] == {"points": 23}


def test_moved_while_the_answer_is_out_waits_for_it(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    shop.deliver(Unknown("no answer"))
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    (row, undo, anew) = shop.rows(receipt)
    assert (row.state, undo.state, anew.state) == ("unknown", "due", "due")
    shop.sent.clear()
    assert [body["points"] for body in shop.deliver()] == [23, -23, 23]
    assert shop.points() == {"+14155550102": 23}
    assert shop.rows(receipt)[1].body["undoes"]["remote_id"] == "r1"


def test_an_award_that_is_refused_after_all_needs_no_undoing(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    shop.deliver(Unknown("no answer"))
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    shop.deliver(Refused("not eligible"))
    shop.sent.clear()
    assert [body["points"] for body in shop.deliver()] == [23]
    assert shop.points() == {"+14155550102": 23}


def test_parked_for_a_sign_up_it_moves_without_a_trace(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    shop.deliver(NoMember())
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    shop.sent.clear()
    assert [body["customer"]["phone"] for body in shop.deliver()] == ["+14155550102"]


def test_to_and_fro_ends_where_it_ends(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    for customer in (BEN, ANN, BEN):
        shop.deliver()
        move(shop.db, shop.rules, receipt, customer, CASHIER, shop.now)
    shop.deliver()
    detach(shop.db, shop.rules, receipt, CASHIER, shop.now)
    shop.deliver()
    attach(shop.db, shop.rules, receipt, ANN, CASHIER, shop.now)
    shop.deliver()
    assert shop.points() == {"+14155550101": 23}
    assert len({body["key"] for body in shop.sent}) == len(shop.sent), "no key is used for two facts"


def test_a_taken_off_award_cannot_be_sent_again_beside_the_new_one(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    with pytest.raises(ValueError, match="counts already by another award"):
        answers.reopen(shop.db, shop.rows(receipt)[0].id, who="manager 1", at=shop.now.wall)


def test_what_a_lost_ledger_had_attached_is_not_given_twice(shop: Shop) -> None:
    """Rebuilt from the journal, the box does not know that a cashier attached it; the sent log knows the key."""
    receipt = shop.book(nobody())
    key = f"TP-1/front/{outbox_origin(shop, receipt)}/points"
    shop.db.execute("INSERT INTO already_sent VALUES (?, 'r9', '2026-11-14T18:00:00+00:00')", [key])
    attach(shop.db, shop.rules, receipt, ANN, CASHIER, shop.now)
    assert shop.states(receipt) == [(23, "delivered")]
    assert shop.deliver() == []


def outbox_origin(shop: Shop, receipt: int) -> str:
    return str(shop.db.execute("SELECT origin FROM receipts WHERE id = ?", [receipt]).fetchone()[0])


def test_a_sale_partly_returned_takes_its_return_along(shop: Shop) -> None:
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    half = shop.book(sale(2, kind=Kind.RETURN, original="1001", award_base=-1000, total=-1082, phone=ANN["phone"]))
    shop.deliver()
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    shop.deliver()
    assert shop.points() == {"+14155550102": 13}
    with pytest.raises(TillpostError, match="is a return of receipt 1"):
        move(shop.db, shop.rules, half, ANN, CASHIER, shop.now)
    detach(shop.db, shop.rules, receipt, CASHIER, shop.now)
    shop.deliver()
    assert shop.points() == {}


def test_a_return_of_an_attached_sale_is_that_customers(shop: Shop) -> None:
    receipt = shop.book(nobody(1))
    attach(shop.db, shop.rules, receipt, ANN, CASHIER, shop.now)
    shop.book(nobody(2, kind=Kind.RETURN, original="1001", award_base=-2300, total=-2490))
    shop.deliver()
    assert shop.points() == {}
    assert [body["customer"] for body in shop.sent] == [{"phone": "+14155550101"}] * 2


def test_the_view_shows_person_points_and_reason_masked(shop: Shop) -> None:
    first, second = shop.book(sale(1)), shop.book(nobody(2))
    attach(shop.db, shop.rules, second, BEN, CASHIER, shop.now)
    third = shop.book(nobody(3))
    rows = {row["id"]: row for row in till_receipts(shop.db, day=DAY.isoformat())}
    assert rows[first]["person"] == {"phone": "***0001", "name": "T***", "how": "printed"}
    assert rows[second]["person"] == {"phone": "***0102", "how": "attach"}
    assert rows[second]["points"] == {"points": 23}
    assert rows[third]["person"] == {"how": ""}
    assert "no customer" in rows[third]["not_awarded"]["points"]
    assert till_receipts(shop.db, register="2") == []


def test_every_act_stands_in_the_audit_without_personal_data(shop: Shop) -> None:
    receipt = shop.book(nobody())
    attach(shop.db, shop.rules, receipt, ANN, CASHIER, shop.now)
    detach(shop.db, shop.rules, receipt, "manager 1", shop.now)
    assert [(line["who"], line["act"]) for line in audit.page(shop.db)] == [
        (CASHIER, "attached"),
        ("manager 1", "detached"),
    ]
    assert not [line for line in audit.page(shop.db) if "5550101" in line["detail"]]
    assert outbox.given(shop.db, receipt, "points") is None


def test_a_receipt_in_doubt_waits_for_the_answer_also_when_it_is_attached(shop: Shop) -> None:
    """The same number without a time, a second time: it may be a copy, whoever it belongs to."""
    shop.book(nobody(1, date=None))
    copy = shop.book(nobody(1, date=None))
    attach(shop.db, shop.rules, copy, ANN, CASHIER, shop.now)
    assert shop.states(copy) == [(23, "held")]
    (task,) = tasks.waiting(shop.db)
    answers.answer_task(shop.db, task["id"], "Add anyway", who=CASHIER, at=shop.now.wall)
    shop.deliver()
    assert shop.points() == {"+14155550101": 23}


def test_a_question_about_an_award_that_is_taken_out_is_closed(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    shop.deliver(Ambiguous(("one", "two")))
    assert [task["kind"] for task in tasks.waiting(shop.db)] == ["which_member"]
    shop.db.execute("UPDATE outbox SET state = 'parked' WHERE receipt_id = ?", [receipt])
    detach(shop.db, shop.rules, receipt, CASHIER, shop.now)
    assert tasks.waiting(shop.db) == []


def test_what_was_taken_back_before_the_ledger_was_lost_counts_for_nobody_afterwards(shop: Shop) -> None:
    """The journal prints the first customer again; the sent log knows that it was given, undone, and given anew."""
    receipt = shop.book(sale(1, phone=ANN["phone"]))
    shop.deliver()
    move(shop.db, shop.rules, receipt, BEN, CASHIER, shop.now)
    sent = [body["key"] for body in (*shop.sent, *shop.deliver())]
    shop.db.execute("DELETE FROM outbox")
    shop.db.execute("DELETE FROM receipts")
    for key in sent:
        shop.db.execute("INSERT INTO already_sent VALUES (?, 'r', '2026-11-14T18:00:00+00:00')", [key])
    shop.booked, shop.sent = 0, []
    again = shop.book(sale(1, phone=ANN["phone"]))
    assert shop.states(again) == [(23, "cancelled")]
    attach(shop.db, shop.rules, again, BEN, CASHIER, shop.now)
    assert shop.states(again)[1] == (23, "delivered")
    assert shop.deliver() == []

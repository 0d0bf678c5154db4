"""Replacing: the customer added something after the first print; the longer receipt counts, and the first does not."""

from dataclasses import replace

import pytest

from agent.booking import attach
from agent.courier import sweep
from agent.ledger import account, answers, tasks
from agent.receipt import Item, Receipt
from tests.booking.shop import ANN, Shop, goods
from tests.ledger.facts import DAY

COFFEE, CAKE = ("Coffee", 1, 1000), ("Cake", 1, 500)


def printed(*lines: tuple[str, int, int], number: str | None = "1001", **more: object) -> Receipt:
    paper = goods(*lines, phone=ANN["phone"])
    return replace(paper, number=number, **more)  # type: ignore[arg-type]


def answer(shop: Shop, choice: str) -> None:
    (task,) = tasks.waiting(shop.db)
    answers.answer_task(shop.db, task["id"], choice, who="cashier 7", at=shop.now.wall)


def test_a_longer_receipt_with_the_same_start_is_offered_to_replace_the_first(shop: Shop) -> None:
    first = shop.book(printed(COFFEE))
    longer = shop.book(printed(COFFEE, CAKE))
    (task,) = tasks.waiting(shop.db)
    assert list(task["choices"]) == ["Replace", "Add anyway", "Remove"]
    assert task["what"].endswith(f"looks like receipt {first}: it begins as that one did and goes on with 1 more.")
    assert [row.state for row in shop.rows(longer)] == ["held"]


@pytest.mark.parametrize("sent", [True, False])
@pytest.mark.parametrize(("choice", "points"), [("Replace", 15), ("Add anyway", 25), ("Remove", 10)])
def test_each_answer_gives_the_points_it_should(shop: Shop, choice: str, points: int, *, sent: bool) -> None:
    shop.book(printed(COFFEE))
    if sent:
        shop.deliver()
    shop.book(printed(COFFEE, CAKE))
    answer(shop, choice)
    shop.deliver()
    assert shop.points() == {"+14155550101": points}
    if choice == "Replace" and not sent:
        assert [body["points"] for body in shop.sent] == [15], "no cloud hears of what never counted"


def test_nobody_answers_and_the_longer_one_counts(shop: Shop) -> None:
    shop.book(printed(COFFEE))
    shop.deliver()
    shop.book(printed(COFFEE, CAKE))
    shop.after_s = 3601
    sweep(shop.db, shop.now)
    shop.deliver()
    assert shop.points() == {"+14155550101": 15}
    books = account.day(shop.db, DAY)
    assert (books["read"], books["duplicates"], books["awarded"]) == (2, 1, 1)


def test_whoever_the_first_was_attached_to_has_the_longer_one(shop: Shop) -> None:
    first = shop.book(replace(printed(COFFEE), phone=None))
    attach(shop.db, shop.rules, first, ANN, "cashier 7", shop.now)
    shop.book(replace(printed(COFFEE, CAKE), phone=None))
    answer(shop, "Replace")
    shop.deliver()
    assert shop.points() == {"+14155550101": 15}


@pytest.mark.parametrize(
    "other",
    [
        printed(COFFEE, CAKE, number="1002"),
        printed(CAKE, COFFEE),
        printed(COFFEE, CAKE, register="2"),
        replace(printed(("Tea", 1, 900), CAKE), items=(Item("Tea", 1, 900), Item("Cake", 1, 500))),
    ],
    ids=["another number", "another start", "another register", "other goods"],
)
def test_what_is_another_sale_is_left_alone(shop: Shop, other: Receipt) -> None:
    shop.book(printed(COFFEE))
    shop.book(other)
    assert tasks.waiting(shop.db) == []


def test_without_numbers_only_within_minutes(shop: Shop) -> None:
    shop.book(printed(COFFEE, number=None))
    shop.after_s = 300
    shop.book(printed(COFFEE, CAKE, number=None, date=None))
    assert len(tasks.waiting(shop.db)) == 1
    shop.after_s = 1200
    shop.book(printed(COFFEE, CAKE, ("Tea", 1, 900), number=None, date=None))
    assert len(tasks.waiting(shop.db)) == 1

"""Cards in the ledger: punched once, full ones announced until handled, returns take the latest off when confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.booking import attach, cards_of, correct, detach, move
from agent.courier import sweep
from agent.errors import TillpostError
from agent.ledger import answers, punch_cards, retention, tasks
from agent.receipt import Item, Kind, Receipt
from agent.settings import Goods, Programme
from tests.booking.shop import ANN, BEN, Shop, nobody, rules
from tests.ledger.facts import CLOUD, NOW

BAG = "Dog food 25lb"
CARD = Programme(provider=CLOUD, rule="frequent_buyer", eligible=Goods(words=("dog food",)), card_size=3)


@pytest.fixture
def club(shop: Shop) -> Shop:
    shop.rules = replace(rules(card=CARD), person_key=b"k" * 32)
    return shop


def bags(number: int, quantity: int = 1, **more: object) -> Receipt:
    amount = 5000 * quantity
    plain = nobody(
        number, items=(Item(BAG, quantity, amount),), award_base=amount, subtotal=amount, total=amount, tax=0
    )
    return replace(plain, **{"phone": ANN["phone"], **more})  # type: ignore[arg-type]


def brought_back(number: int, quantity: int = 1, **more: object) -> Receipt:
    amount = -5000 * quantity
    back = bags(
        number, quantity, items=(Item(BAG, quantity, amount),), award_base=amount, subtotal=amount, total=amount
    )
    return replace(back, **{"kind": Kind.RETURN, **more})  # type: ignore[arg-type]


def have(shop: Shop, customer: dict[str, str] = ANN) -> tuple[int, int]:
    """(punches on the card, free goods)"""
    return next(((card["have"], card["free"]) for card in cards_of(shop.db, shop.rules, customer)), (0, 0))


def open_tasks(shop: Shop, kind: str) -> list[dict[str, object]]:
    return [task for task in tasks.waiting(shop.db) if task["kind"] == kind]


def answer(shop: Shop, kind: str, choice: str) -> None:
    (task,) = open_tasks(shop, kind)
    answers.answer_task(shop.db, int(str(task["id"])), choice, who="cashier 7", at=shop.now.wall)


def test_two_units_are_two_punches_with_ids_of_their_own(club: Shop) -> None:
    club.book(bags(1, 2))
    (body,) = club.deliver()
    assert (body["unit"], body["points"]) == ("punches", 2)
    assert len({punch["id"] for punch in body["punches"]}) == 2
    assert have(club) == (2, 0)


def test_a_full_card_is_announced_and_stays_until_handled(club: Shop) -> None:
    club.book(bags(1, 2))
    assert open_tasks(club, "free_item") == []
    club.book(bags(2))
    (task,) = open_tasks(club, "free_item")
    assert (task["title"], task["what"]) == ("Free item earned", "The card of ***0101 in card is full.")
    club.after_s = 7 * 24 * 3600
    sweep(club.db, club.now)
    assert len(open_tasks(club, "free_item")) == 1
    answer(club, "free_item", "Handed out")
    club.book(bags(3))
    assert open_tasks(club, "free_item") == []
    assert have(club) == (1, 1)


def test_the_next_full_card_is_announced_anew(club: Shop) -> None:
    club.book(bags(1, 3))
    answer(club, "free_item", "Handed out")
    club.book(bags(2, 3))
    assert len(open_tasks(club, "free_item")) == 1


def test_a_return_takes_nothing_off_unless_confirmed(club: Shop) -> None:
    club.book(bags(1, 2))
    club.book(brought_back(2))
    assert (club.rows(2)[0].state, have(club)) == ("held", (2, 0))
    answer(club, "confirm_return", "Take off")
    assert have(club) == (1, 0)
    assert [body["points"] for body in club.deliver()] == [2, -1]


@pytest.mark.parametrize("how", ["answered", "in time"])
def test_left_on_when_said_so_or_when_nobody_says_anything(club: Shop, how: str) -> None:
    club.book(bags(1, 2))
    club.book(brought_back(2))
    if how == "answered":
        answer(club, "confirm_return", "Leave on")
    club.after_s = 24 * 3600 + 1
    sweep(club.db, club.now)
    assert have(club) == (2, 0)
    assert club.rows(2)[0].state == "cancelled"


def test_the_most_recent_matching_punch_comes_off(club: Shop) -> None:
    first, second = club.book(bags(1)), club.book(bags(2))
    club.book(brought_back(3))
    (taken,) = club.rows(3)[0].body["punches"]
    assert taken["id"].startswith(club.rows(second)[0].key)
    assert not taken["id"].startswith(club.rows(first)[0].key + ".")


def test_of_the_very_sale_when_the_return_names_it(club: Shop) -> None:
    first, _ = club.book(bags(1)), club.book(bags(2))
    club.book(brought_back(3, original="1001"))
    (taken,) = club.rows(3)[0].body["punches"]
    assert taken["id"].startswith(club.rows(first)[0].key)


def test_two_returns_never_take_the_same_punch(club: Shop) -> None:
    club.book(bags(1))
    club.book(brought_back(2))
    club.book(brought_back(3, original="1001", total=-5000))
    assert len(club.rows(2)) == 1
    assert club.rows(3) == []
    assert "nothing that came back" in club.why_not(3)["card"]


def test_a_card_that_is_no_longer_full_is_not_announced_any_more(club: Shop) -> None:
    club.book(bags(1, 3))
    club.book(brought_back(2))
    sweep(club.db, club.now)
    assert len(open_tasks(club, "free_item")) == 1, "nobody has confirmed the return"
    answer(club, "confirm_return", "Take off")
    sweep(club.db, club.now)
    assert open_tasks(club, "free_item") == []
    club.book(bags(3))
    assert len(open_tasks(club, "free_item")) == 1


def test_a_moved_receipt_takes_its_punches_along(club: Shop) -> None:
    receipt = club.book(bags(1, 2))
    club.deliver()
    move(club.db, club.rules, receipt, BEN, "cashier 7", club.now)
    club.deliver()
    assert (have(club, ANN), have(club, BEN)) == ((0, 0), (2, 0))
    detach(club.db, club.rules, receipt, "cashier 7", club.now)
    assert have(club, BEN) == (0, 0)


def test_attached_late_it_is_punched_late(club: Shop) -> None:
    receipt = club.book(bags(1, phone=None))
    attach(club.db, club.rules, receipt, ANN, "cashier 7", club.now)
    assert have(club) == (1, 0)


def test_the_view_shows_what_was_bought_when(club: Shop) -> None:
    club.book(bags(1, 2))
    (card,) = cards_of(club.db, club.rules, ANN)
    assert (card["programme"], card["need"]) == ("card", 3)
    assert [line["text"] for line in card["purchases"]] == [BAG, BAG]
    assert cards_of(club.db, club.rules, BEN) == []


def test_a_card_outlives_the_week_after_which_phones_are_hashed(club: Shop) -> None:
    club.book(bags(1, 2))
    club.deliver()
    assert retention.purge_identities(club.db, b"k" * 32, NOW + timedelta(days=9)) == 1
    assert have(club) == (2, 0)
    assert club.db.execute("SELECT count(*) FROM punches WHERE person LIKE '%5550101%'").fetchone()[0] == 0


def test_punches_are_not_corrected_by_number(club: Shop) -> None:
    receipt = club.book(bags(1, 2))
    with pytest.raises(TillpostError, match="punches goods"):
        correct(club.db, club.rules, receipt, "card", 5, "because", "manager 1", club.now)


def test_the_policy_is_the_stores(club: Shop) -> None:
    club.rules = replace(rules(card=CARD.model_copy(update={"return_policy": "automatic"})), person_key=b"k" * 32)
    club.book(bags(1, 2))
    club.book(brought_back(2))
    assert have(club) == (1, 0)
    assert punch_cards.close_emptied(club.db, NOW) == 0


def test_a_return_that_was_somebody_elses_gives_the_punch_back(club: Shop) -> None:
    club.rules = replace(rules(card=CARD.model_copy(update={"return_policy": "automatic"})), person_key=b"k" * 32)
    club.book(bags(1, 2))
    back = club.book(brought_back(2))
    club.deliver()
    assert have(club) == (1, 0)
    detach(club.db, club.rules, back, "cashier 7", club.now)
    club.deliver()
    assert have(club) == (2, 0)


def test_a_confirmed_return_is_not_asked_to_be_sent_again_after_a_rebuild(club: Shop) -> None:
    club.book(bags(1, 2))
    back = club.book(brought_back(2))
    answer(club, "confirm_return", "Take off")
    keys = [body["key"] for body in club.deliver()]
    club.db.execute("DELETE FROM outbox")
    club.db.execute("DELETE FROM receipts")
    for key in keys:
        club.db.execute("INSERT INTO already_sent VALUES (?, 'r', '2026-11-14T18:00:00+00:00')", [key])
    club.booked = 0
    club.book(bags(1, 2))
    assert club.book(brought_back(2)) == back
    assert [row.state for row in club.rows(back)] == ["delivered"]
    assert open_tasks(club, "confirm_return") == []
    assert have(club) == (1, 0)

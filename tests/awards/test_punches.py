"""Frequent-buyer cards: one punch a unit paid for, and the right ones come off."""

from datetime import date
from typing import Any

import pytest

from agent.awards import Award, Cause, NoAward, Punch, Unit, decide
from agent.providers import Call
from agent.receipt import Item, Kind, Receipt, State
from agent.settings import Condition, Goods, Programme, Store

FOOD = Goods(words=("dog food",), skus=("F-2",))
BAG = Item("Dog food 25lb", 1, 5000)


def receipt(*items: Item, kind: Kind = Kind.SALE, **more: Any) -> Receipt:
    total = sum(item.amount for item in items)
    return Receipt(kind=kind, state=State.ACCEPTED, items=items, **{"award_base": total, "total": total, **more})


def decided(paper: Receipt, card: tuple[Punch, ...] = (), skus: tuple[str | None, ...] = (), **more: Any) -> Any:
    programme = Programme(provider="cloud", rule="frequent_buyer", eligible=FOOD, **more)
    return decide(paper, "club", programme, date(2026, 11, 14), None, Store(), card=card, skus=skus)


def punched(paper: Receipt, **more: Any) -> list[tuple[str, str | None]]:
    award = decided(paper, **more)
    assert isinstance(award, Award), award
    assert (award.unit, award.points) == (Unit.PUNCHES, len(award.punches))
    return [(punch.text, punch.sku) for punch in award.punches]


def off(paper: Receipt, *card: Punch, **more: Any) -> list[str]:
    award = decided(paper, card=card, **more)
    if isinstance(award, NoAward):
        return []
    assert (award.call, award.points) == (Call.TAKE_BACK, -len(award.punches))
    return [punch.id for punch in award.punches]


def test_one_a_unit_each_with_an_id_of_its_own() -> None:
    award = decided(receipt(Item("Dog food 25lb", 3, 15000), Item("Leash", 1, 900)))
    assert [punch.id for punch in award.punches] == ["1", "2", "3"]
    assert award.why == "3 on the card: 3 x Dog food 25lb"
    assert award.base == 15000


def test_by_product_code_whatever_is_printed() -> None:
    assert punched(receipt(Item("XQ7 BAG", 1, 5000)), skus=("F-2",)) == [("XQ7 BAG", "F-2")]


def test_nothing_on_the_list_is_no_award() -> None:
    answer = decided(receipt(Item("Leash", 1, 900)))
    assert answer.cause is Cause.NOT_ELIGIBLE


def test_paper_whose_lines_do_not_add_up_still_punches_what_it_shows() -> None:
    """A punch counts goods, not money; the receipt itself is proven."""
    assert len(punched(receipt(BAG, award_base=5400))) == 1


@pytest.mark.parametrize(
    ("items", "number"),
    [
        ((Item("Dog food 25lb", 1, 0),), 0),
        ((BAG, Item("FREE ITEM", 1, -5000)), 0),
        ((Item("Dog food 25lb", 2, 10000), Item("FREE ITEM", 1, -5000)), 1),
        ((Item("Dog food 25lb", 2, 10000), Item("10% off", 1, -1000)), 2),
    ],
    ids=["at price 0", "taken off whole", "one of two", "cheaper but paid"],
)
def test_a_free_one_is_not_punched(items: tuple[Item, ...], number: int) -> None:
    answer = decided(receipt(*items))
    assert (answer.points if isinstance(answer, Award) else 0) == number


def test_what_the_store_buys_is_not_punched() -> None:
    assert decided(receipt(BAG, kind=Kind.BUY)).cause is Cause.NOT_ELIGIBLE


def test_only_when_its_condition_holds() -> None:
    assert decided(receipt(BAG), conditions=(Condition(stores=("other",)),)).cause is Cause.NOT_NOW


RETURNED = receipt(Item("Dog food 25lb", 1, -5000), kind=Kind.RETURN)


def test_the_most_recent_matching_one_comes_off() -> None:
    card = (Punch("c.1", "Dog food 5lb"), Punch("b.1", "DOG  FOOD 25LB"), Punch("a.1", "Dog food 25lb"))
    assert off(RETURNED, *card) == ["b.1"]


def test_of_the_sale_it_names_when_that_is_known() -> None:
    card = (Punch("b.1", "Dog food 25lb"), Punch("a.1", "Dog food 25lb", of_sale=True))
    assert off(RETURNED, *card) == ["a.1"]


def test_the_same_product_code_is_the_same_goods() -> None:
    card = (Punch("a.1", "Old name", "F-2"),)
    assert off(receipt(Item("New food dog food", 1, -5000), kind=Kind.RETURN), *card, skus=("F-2",)) == ["a.1"]


def test_two_come_off_for_two_and_never_one_twice() -> None:
    two = receipt(Item("Dog food 25lb", 2, -10000), kind=Kind.RETURN)
    assert off(two, Punch("b.1", "Dog food 25lb"), Punch("a.1", "Dog food 25lb")) == ["b.1", "a.1"]
    assert off(two, Punch("b.1", "Dog food 25lb")) == ["b.1"]


def test_what_was_never_punched_takes_nothing() -> None:
    assert decided(RETURNED).cause is Cause.NOTHING_GIVEN


@pytest.mark.parametrize(("label", "number"), [("FREE ITEM", 1), ("10 percent off ten", 2)])
def test_a_free_one_taken_off_below_the_lines_is_not_punched(label: str, number: int) -> None:
    two = receipt(Item("Dog food 25lb", 2, 10000), discount=5000, discounts=((label, 5000),), award_base=5000)
    assert len(punched(two)) == number

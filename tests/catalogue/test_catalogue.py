"""The catalogue's pure part: what counts as one text, who is believed, and what is never sent."""

import pytest

from agent.catalogue import Known, Product, Source, learn, line_key, lines_of, skus_for, suggestions
from agent.receipt import Item, Kind, Receipt, State


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("Dry  FOOD, 25lb", "dry food 25lb"),
        ("DRY FOOD 25LB", "dry food 25lb"),
        ("Käse  (jung)", "kase jung"),
        ("---", ""),
        ("Milk 3.5%", "milk 3 5%"),
    ],
)
def test_one_text_has_one_key(printed: str, key: str) -> None:
    assert line_key(printed) == key


def receipt(kind: Kind, *items: Item) -> Receipt:
    return Receipt(kind=kind, state=State.ACCEPTED, items=items)


def test_lines_are_prices_each_and_nothing_taken_off() -> None:
    (line,) = lines_of(receipt(Kind.SALE, Item("Chews", 2, 6598), Item("Coupon", 1, -500)))
    assert (line.key, line.each, line.quantity) == ("chews", 3299, 2)
    (back,) = lines_of(receipt(Kind.RETURN, Item("Chews", 1, -3299)))
    assert back.each == 3299
    assert lines_of(receipt(Kind.KITCHEN, Item("Soup", 1, 500))) == ()


def test_paper_becomes_sure_by_repetition_and_a_contradiction_takes_it_back() -> None:
    known = learn(None, "A-1", Source.PAPER)
    assert known.confidence < 0.8
    for _ in range(2):
        known = learn(known, "A-1", Source.PAPER)
    assert known.confidence >= 0.8
    assert learn(known, "B-9", Source.PAPER).confidence < known.confidence
    assert learn(known, "B-9", Source.PAPER).sku == "A-1"


@pytest.mark.parametrize("lesser", [Source.PAPER, Source.CHAIN, Source.IMPORT])
def test_a_person_is_overruled_by_a_person_only(lesser: Source) -> None:
    said = learn(Known("A-1", lesser, agree=9), "B-2", Source.PERSON)
    assert (said.sku, said.confidence) == ("B-2", 1.0)
    assert learn(said, "C-3", lesser).sku == "B-2"
    assert learn(said, "C-3", Source.PERSON).sku == "C-3"


def test_another_boxs_doubt_comes_along() -> None:
    assert learn(None, "A-1", Source.CHAIN, doubt=0.5).confidence == 0.5
    assert Known("A-1", Source.CHAIN, contradict=1, doubt=0.9).confidence < 0.8
    assert learn(Known("A-1", Source.CHAIN, doubt=0.5), "A-1", Source.PERSON).confidence == 1.0


def test_only_what_is_sure_enough_goes_out() -> None:
    items = (Item("Known", 1, 100), Item("Guess", 1, 100), Item("New", 1, 100))
    known = {"known": Known("A-1", Source.PERSON), "guess": Known("B-2", Source.PAPER)}
    assert skus_for(items, known, 0.8) == ("A-1", None, None)


def test_products_that_look_like_the_line_are_offered_likest_first() -> None:
    products = [Product("1", "Cat litter 10 L"), Product("2", "Dry dog food 12 kg"), Product("3", "Dog food wet 400 g")]
    offered = suggestions("DRY DOG FOOD 12KG", products)
    assert offered[0][0].sku == "2"
    assert not suggestions("Gift bag", products)
    assert suggestions("FOOD DOG DRY 12 KG", products)[0][0].sku == "2"

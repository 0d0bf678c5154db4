"""The catalogue in the ledger: exceptions, one tap for ever, what went out without a code, and what is let go."""

from datetime import timedelta

import pytest
from sqlite_utils import Database

from agent.catalogue import Product, Source
from agent.errors import TillpostError
from agent.ledger import audit, catalogue
from agent.receipt import Item, State
from tests.ledger.facts import DAY, NOW, sale, save

ITEMS = (Item("Dry FOOD 25lb", 1, 2000), Item("Mystery", 1, 300))


def printed(db: Database, number: int = 1, items: tuple[Item, ...] = ITEMS) -> int:
    receipt = sale(number, items=items)
    receipt_id = save(db, number, receipt)
    assert receipt_id
    catalogue.note_lines(db, receipt, DAY)
    catalogue.note_without_code(db, receipt_id, items, catalogue.skus_of(db, items, 0.8), DAY)
    return receipt_id


def map_line(db: Database, text: str, sku: str, source: Source = Source.PERSON) -> None:
    catalogue.say(db, text, sku, source, who="manager", at=NOW)


def test_a_line_never_seen_is_an_exception_until_somebody_maps_it(db: Database) -> None:
    printed(db, 1)
    printed(db, 2)
    assert [(row["text"], row["seen"], row["price"]) for row in catalogue.exceptions(db)] == [
        ("Dry FOOD 25lb", 2, 2000),
        ("Mystery", 2, 300),
    ]
    map_line(db, "dry food 25lb", "ACA-25")
    assert [row["text"] for row in catalogue.exceptions(db)] == ["Mystery"]
    assert catalogue.skus_of(db, ITEMS, 0.8) == ("ACA-25", None)
    assert audit.page(db)[0]["act"] == "mapped a line"


def test_held_receipts_teach_nothing(db: Database) -> None:
    catalogue.note_lines(db, sale(items=ITEMS, state=State.HELD), DAY)
    assert catalogue.exceptions(db) == []


def test_an_ignored_line_is_no_exception_and_is_not_counted_as_sent_without_code(db: Database) -> None:
    printed(db, 1)
    assert catalogue.ignore(db, "MYSTERY", who="cashier", at=NOW)
    printed(db, 2)
    assert [row["text"] for row in catalogue.exceptions(db)] == ["Dry FOOD 25lb"]
    assert len(catalogue.sent_without_code(db)) == 3


def test_products_are_suggested_beside_an_exception(db: Database) -> None:
    catalogue.take_product(db, Product("ACA-25", "Dry food 25 lb", "0649"))
    printed(db)
    first = catalogue.exceptions(db)[0]
    assert first["suggestions"][0]["sku"] == "ACA-25"


def test_the_night_finds_what_went_out_without_a_code(db: Database) -> None:
    printed(db)
    map_line(db, "Dry food 25lb", "ACA-25")
    assert catalogue.remap(db, DAY, 0.8) == 1
    assert catalogue.remap(db, DAY, 0.8) == 0
    assert catalogue.of_day(db, DAY.isoformat()) == {
        "sent_without_code": 2,
        "found_since": 1,
        "found_that_night": 1,
        "gone": 0,
    }
    assert {row["text"]: row["sku"] for row in catalogue.sent_without_code(db)} == {
        "Dry FOOD 25lb": "ACA-25",
        "Mystery": "",
    }


def test_left_alone_it_goes_away_and_is_counted_and_does_not_come_back(db: Database) -> None:
    printed(db)
    later = DAY + timedelta(days=15)
    assert catalogue.let_go(db, DAY + timedelta(days=14), 14) == 0
    assert catalogue.let_go(db, later, 14) == 2
    assert catalogue.exceptions(db) == []
    assert catalogue.of_day(db, later.isoformat())["gone"] == 2
    printed(db, 2)
    assert catalogue.exceptions(db) == []
    map_line(db, "Mystery", "M-1")
    assert catalogue.skus_of(db, ITEMS, 0.8) == (None, "M-1")


def test_an_unsure_code_is_kept_but_not_sent(db: Database) -> None:
    map_line(db, "Mystery", "M-1", Source.PAPER)
    assert catalogue.skus_of(db, ITEMS, 0.8) == (None, None)
    map_line(db, "Mystery", "M-1", Source.PAPER)
    map_line(db, "Mystery", "M-1", Source.PAPER)
    assert catalogue.skus_of(db, ITEMS, 0.8) == (None, "M-1")
    assert catalogue.catalogue_page(db, state="known")[0]["confidence"] == 0.8


def test_an_empty_text_or_code_is_refused(db: Database) -> None:
    with pytest.raises(TillpostError):
        map_line(db, "--", "M-1")
    with pytest.raises(TillpostError):
        map_line(db, "Mystery", "  ")


def test_codes_on_paper_are_learned_and_grow_sure(db: Database) -> None:
    receipt = sale(items=ITEMS, codes=("ACA-25", None))
    for _ in range(2):
        catalogue.learn_codes(db, receipt, NOW)
    assert catalogue.skus_of(db, ITEMS, 0.8) == (None, None)
    catalogue.learn_codes(db, receipt, NOW)
    assert catalogue.skus_of(db, ITEMS, 0.8) == ("ACA-25", None)
    catalogue.learn_codes(db, sale(items=ITEMS, codes=("OTHER", None)), NOW)
    assert catalogue.skus_of(db, ITEMS, 0.8) == (None, None), "a contradiction makes it unsure again"
    catalogue.learn_codes(db, sale(items=ITEMS, codes=("ACA-25", "M-1"), state=State.HELD), NOW)
    assert [row["text"] for row in catalogue.exceptions(db)] == []

"""Signals: flagged once, awarded all the same."""

from agent.ledger.flags import flags_page
from agent.receipt import Kind
from tests.booking.shop import ANN, STORE, Shop, nobody, rules
from tests.ledger.facts import sale


def kinds(shop: Shop) -> list[str]:
    return [flag["kind"] for flag in flags_page(shop.db)]


def test_a_staff_phone_is_flagged_and_still_earns(shop: Shop) -> None:
    shop.rules = rules(STORE.model_copy(update={"staff_phones": ("(415) 555-0101",)}))
    shop.book(sale(1, phone=ANN["phone"]))
    assert kinds(shop) == ["staff_phone"]
    assert len(shop.deliver()) == 1


def test_one_customer_on_many_receipts_of_a_day_is_flagged_once(shop: Shop) -> None:
    shop.rules = rules(STORE.model_copy(update={"many_receipts_a_day": 2}))
    for number in range(1, 6):
        shop.book(sale(number, phone=ANN["phone"]))
    shop.book(sale(6))
    assert kinds(shop) == ["many_receipts"]
    assert "5550101" not in str(flags_page(shop.db))


def test_an_award_without_any_item(shop: Shop) -> None:
    shop.book(sale(1, items=()))
    shop.book(nobody(2, items=()))
    shop.book(sale(3, items=(), kind=Kind.RETURN, award_base=-1, total=-1))
    assert kinds(shop) == ["no_items"]
    assert flags_page(shop.db, day="2026-11-15") == []

"""What if: what every programme would give, why or why not; nothing is stored."""

from decimal import Decimal

from agent.booking import what_if
from agent.receipt import Kind
from agent.settings import Programme, Rate
from tests.booking.shop import Shop, nobody, rules
from tests.ledger.facts import CLOUD, sale

TWICE = Programme(provider="other", rates=(Rate(sale=Decimal(2)),))


def test_every_programme_says_its_points_without_sending(shop: Shop) -> None:
    shop.rules = rules(points=Programme(provider=CLOUD), double=TWICE)
    receipt = shop.book(nobody())
    points, double = what_if(shop.db, shop.rules, receipt, shop.now)
    assert (points["points"], double["points"]) == (23, 46)
    assert points["needs_customer"]
    assert points["why"] == "23.00 USD at 1"
    assert shop.rows(receipt) == []


def test_and_why_not(shop: Shop) -> None:
    shop.rules = rules(points=Programme(provider=CLOUD, minimum=5000))
    (line,) = what_if(shop.db, shop.rules, shop.book(sale(1)), shop.now)
    assert (line["points"], line["cause"]) == (0, "below_minimum")
    assert "below the smallest that earns" in line["why"]
    (line,) = what_if(shop.db, shop.rules, shop.book(nobody(2, kind=Kind.TRAINING)), shop.now)
    assert line["cause"] == "never_earns"


def test_beside_what_counts_already(shop: Shop) -> None:
    (line,) = what_if(shop.db, shop.rules, shop.book(sale(1)), shop.now)
    assert (line["points"], line["counted"], line["needs_customer"]) == (23, 23, "")

"""Points given between two days: by programme, signed, and only what its cloud has taken."""

from decimal import Decimal

from sqlite_utils import Database

from agent.booking import correct, detach
from agent.ledger.points_given import points_period
from agent.points_cost import cost_of
from agent.receipt import Kind
from agent.settings import Programme, Rate, Settings
from tests.booking.shop import Shop, rules
from tests.ledger.facts import CLOUD, sale

DAY = "2026-11-14"
CASHBACK = Programme(provider=CLOUD, rule="cashback", rates=(Rate(sale=Decimal("0.05")),))


def settings() -> Settings:
    club = {"provider": "cloud", "point_cost": "0.01"}
    return Settings.model_validate(
        {
            "providers": {"cloud": {"kind": "plain_http", "base_url": "http://127.0.0.1:1"}},
            "programmes": {"points": club},
        }
    )


def test_given_returned_corrected_and_undone(db: Database) -> None:
    shop = Shop(db, rules(points=Programme(provider=CLOUD), cash=CASHBACK))
    first, second = shop.book(sale(1)), shop.book(sale(2))
    shop.book(sale(3, kind=Kind.RETURN, original="1001", award_base=-1000, total=-1082))
    shop.deliver()
    correct(db, shop.rules, first, "points", 20, "two too many", "manager 1", shop.now)
    detach(db, shop.rules, second, "manager 1", shop.now)
    shop.deliver()
    cash, points = points_period(db, DAY, DAY)
    assert [points[name] for name in ("given", "returned", "corrected", "undone", "net")] == [46, -10, -3, -23, 10]
    assert (cash["unit"], cash["given"], cash["returned"], cash["net"]) == ("money", 230, -50, 65)
    assert cost_of(settings(), points) == 10
    assert cost_of(settings(), cash) == 65


def test_what_has_not_arrived_waits_and_other_days_do_not_count(db: Database) -> None:
    shop = Shop(db)
    shop.book(sale(1))
    (line,) = points_period(db, "2026-11-01", DAY)
    assert (line["given"], line["waiting"], line["net"]) == (0, 23, 0)
    assert points_period(db, "2026-11-15", "2026-11-30") == []

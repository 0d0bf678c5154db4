"""Switching clouds: receipts of earlier through a new programme, dry first, nothing twice, returns with their sales."""

from datetime import date, timedelta
from typing import Any

import pytest

from agent.booking import attach, replay_page
from agent.errors import TillpostError
from agent.ledger import retention
from agent.receipt import Kind
from agent.settings import Programme
from tests.booking.shop import ANN, Shop, nobody, rules
from tests.ledger.facts import CLOUD, DAY, NOW, sale

OLD = Programme(provider=CLOUD)
NEW = Programme(provider="new cloud")


def replayed(shop: Shop, *, really: bool = False, since: date = DAY) -> list[dict[str, Any]]:
    shop.rules = rules(points=OLD, new=NEW)
    lines, after = list[dict[str, Any]](), 0
    while True:
        page = replay_page(shop.db, shop.rules, "new", since, after, "owner", shop.now, really=really)
        lines += page["lines"]
        after = page["next"]
        if not after:
            return lines


@pytest.fixture
def history(shop: Shop) -> Shop:
    shop.rules = rules(points=OLD)
    shop.book(sale(1))
    attached = shop.book(nobody(2))
    attach(shop.db, shop.rules, attached, ANN, "cashier 7", shop.now)
    shop.book(nobody(3))
    shop.book(sale(4, kind=Kind.RETURN, original="1001", award_base=-1000, total=-1082))
    shop.book(nobody(5, kind=Kind.TRAINING))
    return shop


def test_dry_it_only_tells(history: Shop) -> None:
    before = history.db.execute("SELECT count(*) FROM outbox").fetchone()[0]
    lines = replayed(history)
    assert [(line["receipt"], line["points"], line["cause"]) for line in lines] == [
        (1, 23, ""),
        (2, 23, ""),
        (3, 0, "no_customer"),
        (4, -10, ""),
    ]
    assert history.db.execute("SELECT count(*) FROM outbox").fetchone()[0] == before


def test_done_it_gives_what_was_told_and_a_second_time_nothing(history: Shop) -> None:
    told = [line["points"] for line in replayed(history)]
    assert [line["points"] for line in replayed(history, really=True)] == told
    assert {line["cause"] for line in replayed(history, really=True)} == {"already_counted", "no_customer"}
    assert sum(body["points"] for body in history.deliver(provider="new cloud")) == sum(told)
    assert {body["programme"] for body in history.sent} == {"new"}


def test_only_from_the_day_on(history: Shop) -> None:
    assert replayed(history, since=DAY + timedelta(days=1)) == []


def test_whom_nobody_knows_any_more_is_said(history: Shop) -> None:
    history.deliver()
    retention.purge_identities(history.db, b"k" * 32, NOW + timedelta(days=9))
    assert {line["why"] for line in replayed(history)} == {"the customer's identity is no longer kept"}


def test_many_pages(shop: Shop) -> None:
    for number in range(1, 121):
        shop.book(sale(number))
    shop.deliver()
    assert len(replayed(shop, really=True)) == 120
    assert len(shop.deliver(provider="new cloud")) == 120


def test_a_programme_nobody_named(shop: Shop) -> None:
    with pytest.raises(TillpostError, match="no programme 'new'"):
        replay_page(shop.db, shop.rules, "new", DAY, 0, "owner", shop.now, really=False)

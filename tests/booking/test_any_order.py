"""Whatever people do in whatever order, and however the cloud answers: its book is what the receipts say in the end."""

import random
from collections import Counter
from typing import Any

import pytest

from agent.booking import attach, correct, detach, move
from agent.errors import TillpostError
from agent.ledger import dispatch, outcomes
from agent.ledger.outcomes import Answered
from agent.ledger.till_view import till_receipts
from agent.providers import Answer, Done, Later, NoMember, Unknown
from agent.receipt import Kind
from tests.booking.shop import KEYED, VOIDING, Shop, nobody, rules, stored
from tests.ledger.facts import CLOUD, sale

PEOPLE = ("4155550101", "4155550102", "4155550103")


class Cloud:
    """Honours keys; answers late, or not at all after it has booked; the third person signs up only at the end."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.booked, self.known = chance, dict[str, dict[str, Any]](), set(PEOPLE[:2])

    def answer(self, body: dict[str, Any]) -> Answer:
        if body["customer"]["phone"].removeprefix("+1") not in self.known:
            return NoMember()
        fate = self.chance.random()
        if fate < 0.15:
            return Later("busy", 0)
        assert self.booked.setdefault(body["key"], body)["points"] == body["points"], "one key, one fact"
        return Unknown("no answer") if fate < 0.35 else Done(f"r-{body['key']}")

    def points(self) -> Counter[str]:
        totals = Counter[str]()
        for body in self.booked.values():
            totals[body["customer"]["phone"].removeprefix("+1")] += body["points"]
        return totals


def carry(shop: Shop, cloud: Cloud, calls: int) -> None:
    for _ in range(calls):
        shop.after_s += 601
        for row in dispatch.take(shop.db, CLOUD, shop.now, 1):
            answered = [Answered(row, cloud.answer(dict(row.body)), 0)]
            outcomes.settle(shop.db, answered, shop.now, outcomes.Rules(late_signup_hours=9999))


def act(shop: Shop, chance: random.Random, receipts: list[int]) -> None:
    """Something a person or a till may do; what makes no sense is refused, and changes nothing."""
    what, number = chance.randrange(7), len(receipts) + 1
    if what == 0 or not receipts:
        receipts.append(shop.book(chance.choice((sale(number, phone=chance.choice(PEOPLE)), nobody(number)))))
        return
    receipt, who = chance.choice(receipts), {"phone": chance.choice(PEOPLE)}
    before = shop.db.execute("SELECT total(points), count(*) FROM outbox").fetchone()
    try:
        if what == 1:
            attach(shop.db, shop.rules, receipt, who, "cashier 7", shop.now)
        elif what == 2:
            detach(shop.db, shop.rules, receipt, "cashier 7", shop.now)
        elif what in (3, 4):
            move(shop.db, shop.rules, receipt, who, "cashier 7", shop.now)
        elif what == 5:
            correct(shop.db, shop.rules, receipt, "points", chance.randrange(40), "random", "manager 1", shop.now)
        else:
            sales = [one for one in receipts if stored(shop.db, one).kind is Kind.SALE]
            part, of = chance.randrange(100, 2300), chance.choice(sales)
            back = nobody(500 + number, kind=Kind.RETURN, original=str(1000 + of), award_base=-part, total=-part)
            receipts.append(shop.book(back))
    except (TillpostError, ValueError):
        assert shop.db.execute("SELECT total(points), count(*) FROM outbox").fetchone() == before


@pytest.mark.parametrize("seed", range(10))
def test_the_clouds_book_is_what_the_receipts_say(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    shop.rules = rules(ways=chance.choice((KEYED, VOIDING)))
    cloud, receipts = Cloud(chance), list[int]()
    for _ in range(40):
        with shop.db.atomic():
            act(shop, chance, receipts)
        carry(shop, cloud, chance.randrange(4))
    cloud.known, cloud.chance = set(PEOPLE), random.Random("always done")
    cloud.chance.random = lambda: 1.0  # type: ignore[method-assign]
    carry(shop, cloud, 400)
    open_rows = shop.db.execute("SELECT count(*) FROM outbox WHERE state IN ('due', 'attempt', 'unknown', 'parked')")
    assert open_rows.fetchone()[0] == 0
    says = Counter[str]()
    for row in till_receipts(shop.db, limit=200):
        for award in row["awards"]:
            if award["live"]:
                body = next(fact.body for fact in shop.rows(row["id"]) if fact.id == award["id"])
                says[body["customer"]["phone"].removeprefix("+1")] += award["points"]
    assert +cloud.points() == +says
    assert min(cloud.points().values(), default=0) >= 0, "nobody owes points"

"""Corrections: changed before it left, a signed fact behind it afterwards; returns count on what was really given."""

import pytest

from agent.booking import correct, detach
from agent.errors import TillpostError
from agent.ledger import account, audit
from agent.providers import Refused
from agent.receipt import Kind
from tests.booking.shop import Shop, nobody
from tests.ledger.facts import DAY, sale

MANAGER = "manager 1"


def fix(shop: Shop, receipt: int, points: int, why: str = "two coupons were missing") -> int:
    return correct(shop.db, shop.rules, receipt, "points", points, why, MANAGER, shop.now)


def test_before_it_left_the_award_itself_changes(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    fix(shop, receipt, 20)
    (body,) = shop.deliver()
    assert (body["points"], body["correction"]) == (20, {"before": 23, "why": "two coupons were missing"})


def test_to_nothing_takes_it_out(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    fix(shop, receipt, 0)
    assert shop.deliver() == []
    assert shop.states(receipt) == [(23, "cancelled")]


def test_afterwards_signed_differences_go_behind_it(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    shop.deliver()
    fix(shop, receipt, 18)
    fix(shop, receipt, 21)
    down, up = shop.deliver()
    assert (down["kind"], down["points"], down["correction"]["of"]) == ("take_back", -5, shop.sent[0]["key"])
    assert (up["kind"], up["points"]) == ("award", 3)
    assert len({body["key"] for body in shop.sent}) == 3
    assert account.day(shop.db, DAY)["points"] == {"points": 21}


def test_a_return_takes_its_share_of_what_was_really_given(shop: Shop) -> None:
    """23 corrected to 12; a return of 11.50 of 23.00 takes the half of it, 6."""
    receipt = shop.book(sale(1))
    shop.deliver()
    fix(shop, receipt, 12)
    shop.book(sale(2, kind=Kind.RETURN, original="1001", award_base=-1150, total=-1245))
    assert [body["points"] for body in shop.deliver()] == [-11, -6]


def test_an_award_taken_off_takes_its_corrections_along(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    shop.deliver()
    fix(shop, receipt, 18)
    shop.deliver()
    detach(shop.db, shop.rules, receipt, MANAGER, shop.now)
    shop.deliver()
    assert shop.points() == {}


def test_a_correction_of_what_is_refused_after_all_is_not_sent(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    row = shop.rows(receipt)[0]
    shop.db.execute("UPDATE outbox SET state = 'unknown', attempts = 1 WHERE id = ?", [row.id])
    fix(shop, receipt, 18)
    shop.deliver(Refused("not eligible"))
    assert shop.deliver() == []
    assert shop.states(receipt) == [(23, "refused"), (-5, "cancelled")]


def test_what_makes_no_sense_is_refused_in_words(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    with pytest.raises(TillpostError, match="needs a reason"):
        fix(shop, receipt, 20, " ")
    with pytest.raises(ValueError, match="gives 23 already"):
        fix(shop, receipt, 23)
    with pytest.raises(ValueError, match="cannot take points"):
        fix(shop, receipt, -3)
    with pytest.raises(TillpostError, match="no award"):
        fix(shop, shop.book(nobody(2)), 5)
    assert audit.page(shop.db) == []


def test_a_phone_in_the_reason_is_masked_before_it_is_kept(shop: Shop) -> None:
    receipt = shop.book(sale(1))
    fix(shop, receipt, 20, "asked by 415-555-0101 on the phone")
    assert "***0101" in audit.page(shop.db)[0]["detail"]
    assert "555-0101" not in audit.page(shop.db)[0]["detail"]

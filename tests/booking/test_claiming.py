"""Claims: a code per receipt that names nobody; whoever brings it gets the receipt, once, and in time."""

from dataclasses import replace
from uuid import UUID

import pytest

from agent.booking import attach, claim, claim_text
from agent.errors import TillpostError
from agent.providers import Call, Idempotency, Traits
from agent.receipt import Kind
from agent.settings import Programme
from tests.booking.shop import ANN, BEN, KEYED, STORE, Shop, nobody, rules
from tests.ledger.facts import CLOUD, sale

URL = "https://claim.example/?c="
OPEN_STORE = STORE.model_copy(update={"claim_url": URL})
CASHIER = "cashier 7"


@pytest.fixture
def claims(shop: Shop) -> Shop:
    shop.rules = replace(rules(OPEN_STORE), person_key=b"k" * 32)
    return shop


def code(shop: Shop, receipt: int) -> str:
    return claim_text(shop.db, shop.rules, receipt).removeprefix(URL)


def test_the_text_is_the_address_and_a_code_and_nothing_else(claims: Shop) -> None:
    receipt = claims.book(nobody())
    text = claim_text(claims.db, claims.rules, receipt)
    assert text.startswith(URL)
    assert str(UUID(text.removeprefix(URL))) == text.removeprefix(URL)


def test_only_sales_that_name_nobody_have_one_and_only_where_the_store_offers_it(claims: Shop) -> None:
    named, back = claims.book(sale(1)), claims.book(nobody(2, kind=Kind.RETURN, award_base=-2300, total=-2490))
    assert [claim_text(claims.db, claims.rules, receipt) for receipt in (named, back)] == ["", ""]
    claims.rules = rules()
    assert claim_text(claims.db, claims.rules, claims.book(nobody(3))) == ""


@pytest.mark.parametrize("whole", [True, False])
def test_whoever_brings_it_gets_the_receipt_once(claims: Shop, *, whole: bool) -> None:
    receipt = claims.book(nobody())
    text = claim_text(claims.db, claims.rules, receipt)
    brought = text if whole else text.removeprefix(URL).upper()
    claim(claims.db, claims.rules, brought, ANN, CASHIER, claims.now)
    claims.deliver()
    assert claims.points() == {"+14155550101": 23}
    with pytest.raises(TillpostError, match="used before"):
        claim(claims.db, claims.rules, brought, BEN, CASHIER, claims.now)
    assert claim_text(claims.db, claims.rules, receipt) == ""


def test_a_code_nobody_made_is_no_receipt(claims: Shop) -> None:
    with pytest.raises(TillpostError, match="no receipt of this box"):
        claim(claims.db, claims.rules, str(UUID(int=7)), ANN, CASHIER, claims.now)


def test_after_its_time_it_is_too_late(claims: Shop) -> None:
    brought = code(claims, claims.book(nobody()))
    claims.after_s = 168 * 3600
    with pytest.raises(TillpostError, match="could be used until"):
        claim(claims.db, claims.rules, brought, ANN, CASHIER, claims.now)


def test_what_was_attached_meanwhile_is_not_claimed(claims: Shop) -> None:
    receipt = claims.book(nobody())
    brought = code(claims, receipt)
    attach(claims.db, claims.rules, receipt, BEN, CASHIER, claims.now)
    with pytest.raises(TillpostError, match="counted already"):
        claim(claims.db, claims.rules, brought, ANN, CASHIER, claims.now)


def test_a_rebuilt_ledger_knows_the_codes_it_printed(claims: Shop) -> None:
    first = code(claims, claims.book(nobody()))
    for table in ("claims", "receipts"):
        claims.db.execute(f"DELETE FROM {table}")
    claims.booked = 0
    assert code(claims, claims.book(nobody())) == first


class TestAnonymous:
    """Clouds that take receipts of nobody, and resolve the code themselves."""

    @pytest.fixture
    def anonymous(self, claims: Shop) -> Shop:
        programme = Programme(provider=CLOUD, send_anonymous=True)
        ours = replace(rules(OPEN_STORE, points=programme, own=Programme(provider="other")), person_key=b"k" * 32)
        claims.rules = replace(ours, traits={CLOUD: Traits(takes_nobody=True)})
        return claims

    def test_the_code_travels_with_the_receipt(self, anonymous: Shop) -> None:
        receipt = anonymous.book(nobody())
        (body,) = anonymous.deliver()
        assert (body["customer"], body["claim"]) == ({}, code(anonymous, receipt))

    def test_claimed_here_only_the_other_clouds_are_told(self, anonymous: Shop) -> None:
        receipt = anonymous.book(nobody())
        anonymous.deliver()
        claim(anonymous.db, anonymous.rules, code(anonymous, receipt), ANN, CASHIER, anonymous.now)
        assert anonymous.deliver() == []
        assert [body["programme"] for body in anonymous.deliver(provider="other")] == ["own"]

    def test_named_before_it_left_it_goes_out_with_the_name(self, anonymous: Shop) -> None:
        receipt = anonymous.book(nobody())
        attach(anonymous.db, anonymous.rules, receipt, ANN, CASHIER, anonymous.now)
        assert [body["customer"] for body in anonymous.deliver()] == [{"phone": "+14155550101"}]

    def test_a_cloud_that_takes_nobody_only_by_trait(self, anonymous: Shop) -> None:
        anonymous.rules = replace(anonymous.rules, traits={})
        anonymous.book(nobody())
        assert anonymous.deliver() == []
        assert KEYED[Call.AWARD] is Idempotency.KEY

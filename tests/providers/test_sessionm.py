"""SessionM: one request counts once, a return is the changed sale, nothing negative leaves, a code for nobody."""

from typing import Any

import pytest

from agent.providers import Ambiguous, Basket, Code, Done, Later, Member, NoMember, Refused, Reservation, Reward
from agent.providers.facts import redeem_body, release_body, spend_of
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.sessionm import SessionmCloud
from tests.providers.conformance.facts import PHONE, fact
from tests.providers.vendor import Counter, bought, counter, line, original

THREE = (line("Kibble", 4000, sku="K1"), line("Leash", 1500, sku="L1"), line("Bowl", 500, sku="B1"))


def last_transaction(here: Counter) -> dict[str, Any]:
    payload: dict[str, Any] = here.bodies("send_transaction")[-1]["request_payload"]
    return payload


async def test_the_same_request_twice_is_one_award() -> None:
    async with counter("sessionm") as here:
        here.cloud.misbehaviour.order(Fault.PENDING)
        (first,) = await here.provider.award([bought(1, *THREE)])
        assert isinstance(first, Later)
        (second,) = await here.provider.award([bought(1, *THREE)])
        assert isinstance(second, Done)
        numbers = {body["request_id"] for body in here.bodies("send_transaction")}
        assert len(here.bodies("send_transaction")) == 2
        assert len(numbers) == 1
        assert here.cloud.book.points(phone=PHONE) == 60


async def test_sent_again_after_a_refusal_asks_anew() -> None:
    """A cloud that processes one request once would only repeat its refusal."""
    async with counter("sessionm") as here:
        sold = bought(1, *THREE)
        await here.provider.award([sold])
        await here.provider.award([{**sold, "again": 1}])
        assert len({body["request_id"] for body in here.bodies("send_transaction")}) == 2
        assert here.cloud.book.points(phone=PHONE) == 60  # overwritten, not added


async def test_several_customers_are_asked_about_and_nothing_is_sent() -> None:
    async with counter("sessionm") as here:
        here.cloud.book.sign_up(phone=PHONE)
        (answer,) = await here.provider.award([bought(1, *THREE)])
        assert isinstance(answer, Ambiguous)
        assert here.bodies("send_transaction") == []
        assert here.bodies("lookup")[0]["request_payload"] == {"phone": "14155550188"}


async def test_a_return_is_the_changed_sale_with_a_newer_time_and_no_minus() -> None:
    async with counter("sessionm") as here:
        sold = bought(1, *THREE)
        (given,) = await here.provider.award([sold])
        assert isinstance(given, Done)
        before = last_transaction(here)
        back = bought(2, line("Leash", -1500, sku="L1")) | original(sold, given.remote_id)
        (answer,) = await here.provider.take_back([back])
        assert isinstance(answer, Done)
        after = last_transaction(here)
        assert after["transaction_id"] == before["transaction_id"]
        assert after["modified_time"] > before["modified_time"]
        assert [item["item_id"] for item in after["items"]] == ["K1", "B1"]
        assert sum(payment["amount"] for payment in after["payments"]) == pytest.approx(48.60)
        assert min([item["subtotal"] for item in after["items"]] + [one["amount"] for one in after["payments"]]) > 0
        assert here.cloud.book.points(phone=PHONE) == 45


async def test_two_returns_of_one_sale_add_up() -> None:
    async with counter("sessionm") as here:
        sold = bought(1, *THREE)
        await here.provider.award([sold])
        first = bought(2, line("Leash", -1500, sku="L1"))
        second = bought(3, line("Kibble", -4000, sku="K1")) | original(sold) | {"earlier": [first]}
        await here.provider.take_back([first | original(sold)])
        await here.provider.take_back([second])
        assert [item["item_id"] for item in last_transaction(here)["items"]] == ["B1"]
        assert here.cloud.book.points(phone=PHONE) == 5


@pytest.mark.parametrize("back", [bought(2, line("Parrot", -1500)), {**bought(2, line("x", -100)), "receipt": {}}])
async def test_a_return_that_cannot_be_told_apart_is_for_a_person(back: dict[str, Any]) -> None:
    async with counter("sessionm") as here:
        (answer,) = await here.provider.take_back([back | original(bought(1, *THREE))])
        assert isinstance(answer, Refused)
        assert answer.code == Code.NO_SUCH_CALL
        (unknown_sale,) = await here.provider.take_back([bought(2, line("Leash", -1500, sku="L1"))])
        assert isinstance(unknown_sale, Refused)
        assert here.bodies("send_transaction") == []


async def test_nobody_known_gets_a_code_that_can_be_claimed() -> None:
    async with counter("sessionm") as here:
        cloud = here.cloud
        assert isinstance(cloud, SessionmCloud)
        sold = bought(1, *THREE, customer={}, claim="0a1b")
        (answer,) = await here.provider.award([sold])
        assert isinstance(answer, Done)
        assert answer.detail == {"claim": "0a1b"}
        assert last_transaction(here)["receipt_code"] == "0a1b"
        assert cloud.unclaimed == {"0a1b": answer.remote_id}
        assert here.provider.traits.takes_nobody
        assert here.provider.traits.claim_url == "https://rewards.example/"
        paid = {"tenders": [["CASH", 3000], ["VISA", 3480]]}
        await here.provider.award([bought(2, *THREE, customer={}, claim="0c2d", receipt=paid)])
        assert [one["receipt_code"] for one in last_transaction(here)["payments"]] == ["0c2d", "0c2d"]
        assert "receipt_code" not in last_transaction(here)


async def test_without_the_setting_nobody_is_parked() -> None:
    async with counter("sessionm", receipt_code_claim=False) as here:
        (answer,) = await here.provider.award([bought(1, *THREE, customer={})])
        assert isinstance(answer, NoMember)


async def test_reductions_become_discounts_and_change_is_not_paid() -> None:
    async with counter("sessionm") as here:
        items = (*THREE, line("COUPON", -500))
        paid = {"subtotal": 5500, "tax": 440, "total": 5940, "tenders": [["CASH", 6000]], "discount": None}
        (answer,) = await here.provider.award([bought(1, *items, receipt=paid)])
        assert isinstance(answer, Done)
        made = last_transaction(here)
        assert made["discounts"] == [{"discount_id": "COUPON", "amount": 5.0}]
        assert [(one["type"], one["amount"]) for one in made["payments"]] == [("CASH", 59.4)]
        assert made["subtotal"] == 55.0
        assert made["tax_total"] == 4.4
        assert {item["tax_included"] for item in made["items"]} == {0.0}


async def test_tax_on_the_items_or_on_the_whole_never_both() -> None:
    async with counter("sessionm", tax_mode="item") as here:
        await here.provider.award([bought(1, *THREE)])
        made = last_transaction(here)
        assert made["tax_total"] == 0
        assert sum(item["tax_included"] for item in made["items"]) == pytest.approx(4.80)


async def test_channel_and_unmapped_items() -> None:
    async with counter("sessionm", channels={"1": "DRIVE_THRU"}) as here:
        await here.provider.award([bought(1, line("Mystery", 900)), bought(2, line("Mystery", 900), channel="BAR")])
        first, second = (body["request_payload"] for body in here.bodies("send_transaction"))
        assert (first["channel"], first["items"][0]["item_id"]) == ("DRIVE_THRU", "UNMAPPED")
        assert second["channel"] == "BAR"


async def test_the_receipts_own_time_where_the_zone_is_known() -> None:
    async with counter("sessionm", timezone="America/Chicago") as here:
        await here.provider.award([bought(1, *THREE)])
        assert last_transaction(here)["open_time"] == "2026-11-14 09:00:00.000"


async def member(here: Counter) -> Member:
    await here.provider.award([fact(1, 200)])
    found = await here.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    assert (found.name, found.phone_last4, found.points) == ("Dana S.", "0188", 200)
    return found


async def test_a_lock_is_used_up_by_the_sale_that_carries_its_discount() -> None:
    async with counter("sessionm", redeem_mode="lock") as here:
        found = await member(here)
        assert here.provider.traits.spends_in_award
        assert here.provider.limits.reservation_s == 900
        reserved = await here.provider.reserve(found.id, found.rewards[1], Basket("TP-1-7", 5000))
        assert isinstance(reserved, Reservation)
        assert (reserved.value, reserved.expires_in_s) == (500, 900)
        paid = {"subtotal": 5500, "discount": 500, "tax": 440, "total": 5940, "tenders": [["VISA", 5940]]}
        sold = bought(2, *THREE, receipt=paid, spend=spend_of(reserved))
        (answer,) = await here.provider.award([sold])
        assert isinstance(answer, Done)
        made = last_transaction(here)
        assert made["transaction_id"] == here.bodies("lock")[-1]["request_payload"]["transaction"]["transaction_id"]
        assert made["discounts"] == [reserved.detail["discount"]]


async def test_redeemed_at_once_and_given_back_when_no_receipt_proves_it() -> None:
    async with counter("sessionm") as here:
        found = await member(here)
        reserved = await here.provider.reserve(found.id, found.rewards[1], Basket("TP-1-7", 5000, employee="7"))
        assert isinstance(reserved, Reservation)
        assert here.bodies("redeem")[0]["request_payload"]["offer_lookup_type"] == "UserOfferId"
        (done,) = await here.provider.redeem([redeem_body(reserved, fact(2), key="r1")])
        assert isinstance(done, Done)  # it was redeemed when it was reserved
        frame = {name: fact(2)[name] for name in ("v", "programme", "customer", "captured_at")}
        (back,) = await here.provider.release([release_body(reserved, key="r1~release", frame=frame)])
        assert isinstance(back, Done)
        sent = here.bodies("reinstate")[0]["request_payload"]
        assert sent == {"user_offer_id": reserved.id, "employee_id": "7"}
        assert here.cloud.book.points(phone=PHONE) == 200


async def test_a_scanned_wallet_code() -> None:
    async with counter("sessionm") as here:
        found = await member(here)
        scanned = Reward(f"ttl:{found.rewards[1].code}", "scanned")
        reserved = await here.provider.reserve(found.id, scanned, Basket("TP-1-7", 5000))
        assert isinstance(reserved, Reservation)
        assert here.bodies("redeem")[0]["request_payload"]["offer_lookup_type"] == "TTLCode"
        assert reserved.id == found.rewards[1].code
        refused = await here.provider.reserve(found.id, Reward("nothing:NONE", "none"), Basket("TP-1-8", 5000))
        assert isinstance(refused, Refused)
        assert refused.code == Code.NOT_ELIGIBLE


async def test_200_is_not_trusted() -> None:
    async with counter("sessionm") as here:
        here.cloud.misbehaviour.order(Fault.BAD_STATUS, call=Door.FACTS)
        (answer,) = await here.provider.award([bought(1, *THREE)])
        assert isinstance(answer, Later)
        assert here.cloud.book.points(phone=PHONE) == 0

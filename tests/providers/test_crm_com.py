"""CRM.COM: no row is taken for being first, a spend is refused before a purchase is lost, unknown lines keep text."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Basket,
    Call,
    Code,
    Done,
    Estimate,
    Idempotency,
    Member,
    NoMember,
    NotFound,
    Refused,
    Reservation,
)
from agent.providers.facts import spend_of
from agent.providers.transaction import reference
from agent.sandboxes.crm_com import CrmComCloud
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.settings.clouds import CrmComSettings
from tests.providers.conformance.facts import OTHER_PHONE, PHONE, STRANGER, void_body
from tests.providers.vendor import Counter, bought, counter, line, original

TWO = (line("Kibble", 4000, sku="K1"), line("Leash", 1500))


def purchase(here: Counter) -> Any:
    return here.bodies("/purchases")[-1]


async def test_a_search_that_gives_the_whole_table_gives_nobody() -> None:
    async with counter("crm_com") as here:
        here.cloud.book.sign_up(phone=OTHER_PHONE, first_name="Robin")
        here.cloud.misbehaviour.order(Fault.IGNORE_FILTER, call=Door.MEMBERS, left=None)
        (answer,) = await here.provider.award([bought(1, *TWO, customer={"phone": STRANGER})])
        assert isinstance(answer, NoMember)
        found = await here.provider.find_member({"phone": PHONE})
        assert isinstance(found, Member)
        assert (found.id, found.name, found.phone_last4) == ("m1", "Dana S.", "0188")
        assert isinstance(await here.provider.find_member({"email": "nobody@example.com"}), NoMember)


async def test_one_row_that_is_somebody_else_is_nobody() -> None:
    async with counter("crm_com") as here:
        here.cloud.misbehaviour.order(Fault.IGNORE_FILTER, call=Door.MEMBERS)
        assert isinstance(await here.provider.find_member({"phone": STRANGER}), NoMember)


async def test_several_contacts_are_asked_about_without_their_phones() -> None:
    async with counter("crm_com") as here:
        here.cloud.book.sign_up(phone=PHONE, first_name="Kim", last_name="Test")
        (answer,) = await here.provider.award([bought(1, *TWO)])
        assert answer == Ambiguous(("Dana S. …0188", "Kim T. …0188"))
        assert here.bodies("/purchases") == []


async def test_a_spend_above_the_balance_sends_no_purchase_until_somebody_agrees() -> None:
    async with counter("crm_com") as here:
        here.cloud.book.members["m1"].wallet = 300
        spend = {"id": "s", "reward": "wallet", "value": 500, "detail": {}}
        (answer,) = await here.provider.award([bought(1, *TWO, spend=spend)])
        assert isinstance(answer, Refused)
        assert answer.code == Code.BALANCE
        assert here.cloud.book.points(phone=PHONE) == 0
        (agreed,) = await here.provider.award([bought(1, *TWO)])
        assert isinstance(agreed, Done)
        assert here.cloud.book.points(phone=PHONE) == 55


async def test_a_spend_goes_out_inside_the_purchase() -> None:
    async with counter("crm_com") as here:
        here.cloud.book.members["m1"].wallet = 2000
        found = await here.provider.find_member({"phone": PHONE})
        assert isinstance(found, Member)
        assert found.balance == 2000
        (wallet,) = found.rewards
        reserved = await here.provider.reserve(found.id, wallet, Basket("TP-1-1", total=1200))
        assert isinstance(reserved, Reservation)
        assert reserved.value == 1200
        assert here.provider.traits.spends_in_award
        (answer,) = await here.provider.award([bought(1, *TWO, spend=spend_of(reserved))])
        assert isinstance(answer, Done)
        assert purchase(here)["spend_request"] == {"amount": 12.0, "restrict_fully_covered": False}
        assert here.cloud.book.members["m1"].wallet == 800
        too_much = await here.provider.reserve(found.id, wallet, Basket("TP-1-2", total=5000))
        assert isinstance(too_much, Refused)
        assert too_much.code == Code.BALANCE


async def test_unknown_articles_go_under_the_default_product_with_their_text() -> None:
    async with counter("crm_com-b") as here:
        paid = {"subtotal": 5000, "discount": 500, "tax": 400, "total": 5400, "tenders": [["VISA", 5400]]}
        (answer,) = await here.provider.award([bought(1, *TWO, receipt=paid)])
        assert isinstance(answer, Done)
        body = purchase(here)
        assert [(one["code"], one["description"]) for one in body["products"]] == [
            ("K1", "Kibble"),
            ("DEFAULT_PRODUCT", "Leash"),
        ]
        assert sum(one["net_amount"] for one in body["products"]) == pytest.approx(50.0)
        assert sum(one["total_amount"] for one in body["products"]) == pytest.approx(54.0)
        assert body["outlet_tap"] == "tap-1"
        assert body["reference_number"] == reference(bought(1, *TWO))


async def test_a_receipt_without_readable_lines_is_one_line() -> None:
    async with counter("crm_com-b") as here:
        paid = {"subtotal": 5000, "tax": 400, "total": 5400, "items": []}
        await here.provider.award([bought(1, *TWO, receipt=paid)])
        (only,) = purchase(here)["products"]
        assert (only["code"], only["total_amount"]) == ("DEFAULT_PRODUCT", 54.0)


async def test_both_bodies_of_generation_c() -> None:
    async with counter("crm_com", classification="STORE") as here:
        await here.provider.award([bought(1, *TWO)])
        nested = purchase(here)
        assert nested["contact"] == {"id": "m1"}
        assert nested["transaction_amounts"] == {"total": 59.4, "net": 55.0}
        assert nested["classification"] == {"name": "STORE"}
        assert "products" not in nested
    async with counter("crm_com", body_style="flat", reduction_method="FRONT_END", itemised=True) as here:
        await here.provider.award([bought(1, *TWO)])
        flat = purchase(here)
        assert (flat["contact_id"], flat["organisation_id"], flat["reduction_method"]) == ("m1", "org-1", "FRONT_END")
        assert (flat["total_amount"], flat["net_amount"], flat["tax_amount"]) == (59.4, 55.0, 4.4)
        assert len(flat["products"]) == 2


async def test_the_card_itself_as_identification_medium() -> None:
    async with counter("crm_com-b", identify_by="cim") as here:
        (answer,) = await here.provider.award([bought(1, *TWO, customer={"card": "L-77"})])
        assert isinstance(answer, Done)
        assert purchase(here)["cim"] == "L-77"
        assert here.bodies("/contacts") == []
        (stranger,) = await here.provider.award([bought(2, *TWO, customer={"card": "L-00"})])
        assert isinstance(stranger, NoMember)


async def test_everything_back_cancels_and_a_part_is_for_a_person() -> None:
    async with counter("crm_com") as here:
        sold = bought(1, *TWO)
        (given,) = await here.provider.award([sold])
        assert isinstance(given, Done)
        part = bought(2, line("Leash", -1500)) | original(sold, given.remote_id)
        (answer,) = await here.provider.take_back([part])
        assert isinstance(answer, Refused)
        assert answer.code == Code.NO_SUCH_CALL
        everything = bought(3, line("Kibble", -4000), line("Leash", -1500)) | original(sold, given.remote_id)
        assert isinstance(await here.provider.read_back(everything), NotFound)
        (answer,) = await here.provider.take_back([everything])
        assert isinstance(answer, Done)
        assert here.cloud.book.points(phone=PHONE) == 0
        assert isinstance(await here.provider.read_back(everything), AlreadyDone)


async def test_a_part_by_ad_hoc_return_where_the_vendor_has_told_its_body() -> None:
    async with counter("crm_com-b", partial_return="ad_hoc") as here:
        sold = bought(1, *TWO)
        (given,) = await here.provider.award([sold])
        assert isinstance(given, Done)
        part = bought(2, line("Leash", -1500)) | original(sold, given.remote_id)
        (answer,) = await here.provider.take_back([part])
        assert isinstance(answer, Done)
        (sent,) = here.bodies("ad_hoc_return")
        assert sent["products"][0]["total_amount"] > 0
        assert here.cloud.book.points(phone=PHONE) == 40


async def test_an_undone_award_is_cancelled_once() -> None:
    async with counter("crm_com") as here:
        (given,) = await here.provider.award([bought(1, *TWO)])
        assert isinstance(given, Done)
        undone = void_body(bought(1, *TWO), given.remote_id)
        here.cloud.misbehaviour.order(Fault.DROP_AFTER)
        await here.provider.void([undone])
        assert isinstance(await here.provider.read_back(undone), AlreadyDone)
        assert here.cloud.book.points(phone=PHONE) == 0


async def test_a_list_too_long_to_read_is_not_a_miss() -> None:
    async with counter("crm_com", longest_list=50) as here:
        for number in range(1, 61):
            await here.provider.award([bought(number, *TWO)])
        answer = await here.provider.read_back(bought(99, *TWO))
        assert isinstance(answer, Refused)
        assert "more than 50" in answer.why


async def test_a_list_from_new_to_old_is_read_as_far_as_needed() -> None:
    async with counter("crm_com-b", longest_list=50) as here:
        long_ago = datetime.now(UTC) - timedelta(hours=3)
        for number in range(1, 61):
            at = (long_ago + timedelta(minutes=number)).isoformat()
            await here.provider.award([bought(number, *TWO, captured_at=at)])
        assert isinstance(await here.provider.read_back(bought(99, *TWO)), NotFound)
        assert len([path for path in here.paths() if path == "/purchases"]) == 61


async def test_a_list_by_random_ids_is_read_to_its_end() -> None:
    """It holds newer purchases behind older ones: coming to an old one proves nothing."""
    async with counter("crm_com-b", longest_list=500) as here:
        cloud = here.cloud
        assert isinstance(cloud, CrmComCloud)
        began = datetime.now(UTC) - timedelta(hours=30)
        for number in range(1, 101):
            at = (began + timedelta(minutes=17 * number)).isoformat()
            await here.provider.award([bought(number, *TWO, captured_at=at)])
        shuffled = sorted(cloud.purchases.items(), key=lambda pair: int(pair[0][1:]) * 37 % 101)
        cloud.purchases = dict(shuffled)
        for number in (1, 50, 100):
            at = (began + timedelta(minutes=17 * number)).isoformat()
            assert isinstance(await here.provider.read_back(bought(number, *TWO, captured_at=at)), AlreadyDone)


async def test_the_answer_of_another_purchase_is_none() -> None:
    async with counter("crm_com") as here:
        cloud = here.cloud
        assert isinstance(cloud, CrmComCloud)
        sold = bought(1, *TWO)
        assert isinstance((await here.provider.award([sold]))[0], Done)
        assert cloud.purchases["p1"]["reference_number"] == reference(sold)


async def test_generation_a_renews_its_token_in_the_middle_of_the_work() -> None:
    async with counter("crm_com-a") as here:
        assert isinstance((await here.provider.award([bought(1, *TWO)]))[0], Done)
        here.cloud.misbehaviour.order(Fault.EXPIRED_TOKEN)
        assert isinstance((await here.provider.award([bought(2, *TWO)]))[0], Done)
        assert len(here.bodies("/token")) == 2
        assert here.cloud.book.points(phone=PHONE) == 110
        assert here.provider.idempotency[Call.AWARD] is Idempotency.NONE
        estimate = await here.provider.estimate(bought(3, *TWO))
        assert isinstance(estimate, Estimate)
        assert estimate.money == 55


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"generation": "B"}, "generation B needs 'tap'"),
        ({"generation": "C"}, "generation C needs 'organisation_id'"),
        ({"generation": "A", "paths": {"balanse": "x"}}, "paths.balanse: there is no such path"),
        ({"generation": "A", "timeout_s": 5}, "greater than or equal to 20"),
    ],
)
def test_settings_that_cannot_work(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        CrmComSettings.model_validate({"base_url": "https://crm.example", **fields})

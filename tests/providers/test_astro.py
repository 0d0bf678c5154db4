"""Astro: a token that runs out in the middle, 200 with a bad status, punches by their own ids, dollars both ways."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Basket,
    Code,
    Done,
    Estimate,
    Member,
    NewMember,
    NoMember,
    NotFound,
    Refused,
    Reservation,
    Unknown,
)
from agent.providers.facts import redeem_body
from agent.sandboxes.astro import REQUIRED, AstroCloud
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from tests.providers.conformance.facts import PHONE, STRANGER, fact, void_body
from tests.providers.vendor import Counter, bought, counter, line

FOOD = line("Acana 25lb", 14000, 2, sku="0064992")


def sent(here: Counter, endpoint: str) -> list[dict[str, Any]]:
    """The one form field that holds everything."""
    return [json.loads(parse_qs(body)["jsonData"][0]) for body in here.bodies(f"/{endpoint}/")]


def punched(number: int, pieces: int = 2, sku: str | None = "0064992") -> dict[str, Any]:
    """An award of punches, as the frequent-buyer rule makes them."""
    one = bought(number, line("Acana 25lb", 7000 * pieces, pieces, sku=sku))
    ids = [{"id": f"{one['key']}.{place}", "text": "Acana 25lb", "sku": sku} for place in range(1, pieces + 1)]
    return one | {"unit": "punches", "points": pieces, "punches": ids}


def off(number: int, of: dict[str, Any], *places: int) -> dict[str, Any]:
    """A return that takes these punches off: the box says which."""
    back = bought(number, line("Acana 25lb", -7000 * len(places), -len(places), sku="0064992"))
    ids = [of["punches"][place - 1] for place in places]
    return back | {"kind": "take_back", "unit": "punches", "points": -len(places), "punches": ids}


def card(here: Counter) -> list[str]:
    cloud = here.cloud
    assert isinstance(cloud, AstroCloud)
    return [row["imported_transaction_id"] for row in cloud.bought.get("m1", [])]


async def test_two_pieces_are_two_punches_with_ids_of_their_own() -> None:
    async with counter("astro") as here:
        (answer,) = await here.provider.award([punched(1)])
        assert isinstance(answer, Done)
        (batch,) = sent(here, "addTransactionBatch")
        rows = batch["transactions"]
        assert len({row["transactionID"] for row in rows}) == 2
        assert [(row["item_code"], row["item_qty"], row["item_amount"]) for row in rows] == [("0064992", 1, 70.0)] * 2
        assert rows[0]["item_transaction_date"] == "2026-11-14"
        assert batch["customerID"] == "tillpost-m1"
        await here.provider.award([punched(2, 1)])
        assert len(sent(here, "addTransaction")) == 1
        assert len(card(here)) == 3


async def test_a_return_of_one_voids_that_one_and_made_again_nothing_more() -> None:
    async with counter("astro") as here:
        await here.provider.award([punched(1)])
        first, second = card(here)
        for _ in range(3):
            (answer,) = await here.provider.take_back([off(2, punched(1), 2)])
            assert isinstance(answer, Done)
            assert card(here) == [first]
        assert [one["transactionID"] for one in sent(here, "voidTransaction")] == [second]
        assert isinstance(await here.provider.read_back(off(2, punched(1), 2)), AlreadyDone)
        assert isinstance(await here.provider.read_back(off(3, punched(1), 1)), NotFound)


async def test_an_undone_award_leaves_the_card_and_an_undone_return_comes_back() -> None:
    async with counter("astro") as here:
        (given,) = await here.provider.award([punched(1)])
        assert isinstance(given, Done)
        back = off(2, punched(1), 1)
        await here.provider.take_back([back])
        (again,) = await here.provider.void([{**void_body(back, ""), "points": 1}])
        assert isinstance(again, Done)
        assert len(card(here)) == 2
        (gone,) = await here.provider.void([void_body(punched(1), given.remote_id)])
        assert isinstance(gone, Done)
        assert card(here) == []


@pytest.mark.parametrize(("fault", "there"), [(Fault.DROP_AFTER, AlreadyDone), (Fault.DROP_BEFORE, NotFound)])
async def test_our_ids_on_the_card_tell_whether_it_arrived(fault: Fault, there: type) -> None:
    async with counter("astro") as here:
        here.cloud.misbehaviour.order(fault)
        (answer,) = await here.provider.award([punched(1)])
        assert isinstance(answer, Unknown)
        assert isinstance(await here.provider.read_back(punched(1)), there)


async def test_a_part_on_the_card_is_for_a_person() -> None:
    async with counter("astro") as here:
        await here.provider.award([punched(1)])
        await here.provider.take_back([off(2, punched(1), 1)])
        assert isinstance(await here.provider.read_back(punched(1)), Unknown)


async def test_only_what_counts_is_sent_and_what_counts_is_remembered() -> None:
    async with counter("astro") as here:
        mixed = punched(1)
        mixed["punches"][1]["sku"] = "NO-TOY"
        await here.provider.award([mixed])
        assert len(card(here)) == 1
        await here.provider.award([punched(2)])
        assert len(sent(here, "eligiblePurchaseItems")) == 1
        (answer,) = await here.provider.award([punched(3, sku="NO-TOY")])
        assert isinstance(answer, Refused)
        assert answer.code == Code.NOT_ELIGIBLE
        (unmapped,) = await here.provider.award([punched(4, sku=None)])
        assert isinstance(unmapped, Refused)
        assert unmapped.code == "no_item_code"
        estimate = await here.provider.estimate(mixed)
        assert isinstance(estimate, Estimate)
        assert estimate.why == "1 of 2 pieces count for a programme"


async def test_dollars_are_what_the_programme_counts_on_and_go_both_ways() -> None:
    """55.00 less 5.00: 50 by default, 55 when the programme counts before the discount. The base says it."""
    async with counter("astro") as here:
        await here.provider.award([bought(1, FOOD) | {"base": 5000, "points": 50}])
        await here.provider.award([bought(2, FOOD) | {"base": 5500, "points": 55}])
        (answer,) = await here.provider.take_back([bought(3, FOOD) | {"base": -1000, "points": -10}])
        assert isinstance(answer, Done)
        assert [one["dollarAmount"] for one in sent(here, "addPointsByDollar")] == [50.0, 55.0, -10.0]
        assert answer.detail == {"member": "m1", "total_points": 95}
        corrected = bought(4, FOOD) | {"base": 0, "points": -5, "rate": "1", "correction": {"of": "k", "why": "promo"}}
        await here.provider.take_back([corrected])
        assert here.cloud.book.points(phone=PHONE) == 90
    async with counter("astro", points_back_on_return=False) as here:
        (left,) = await here.provider.take_back([bought(3, FOOD) | {"base": -1000, "points": -10}])
        assert isinstance(left, Refused)
        assert left.code == Code.NO_SUCH_CALL


async def test_a_token_that_runs_out_in_the_middle_is_renewed_once() -> None:
    async with counter("astro") as here:
        await here.provider.award([bought(1, FOOD)])
        here.cloud.misbehaviour.order(Fault.EXPIRED_TOKEN)
        (answer,) = await here.provider.award([bought(2, FOOD)])
        assert isinstance(answer, Done)
        assert here.paths().count("/token/") == 2
        here.cloud.misbehaviour.order(Fault.UNAUTHORISED, left=None)
        (stopped,) = await here.provider.award([bought(3, FOOD)])
        assert isinstance(stopped, Refused)
        assert stopped.stops_provider
        assert here.paths().count("/token/") == 3


async def test_a_wrong_login_stops_with_astros_own_words() -> None:
    async with counter("astro", password="wrong") as here:
        answer = await here.provider.check()
        assert isinstance(answer, Refused)
        assert answer.stops_provider
        assert "user or password is wrong" in answer.why


async def test_200_with_another_status_is_no_success() -> None:
    async with counter("astro") as here:
        here.cloud.misbehaviour.order(Fault.BAD_STATUS)
        (answer,) = await here.provider.award([bought(1, FOOD)])
        assert answer == Refused("astro_status 999: something went wrong", "999")
        assert here.cloud.book.points(phone=PHONE) == 0


async def test_linked_before_transactions_and_once() -> None:
    async with counter("astro") as here:
        for number in (1, 2):
            await here.provider.award([bought(number, FOOD)])
        assert sent(here, "linkCustomer") == [{"customerID": "tillpost-m1", "astro_customer_id": "m1"}]
        assert sent(here, "searchCustomer") == [{"phone": "4155550188"}]


async def test_linked_by_us_before_is_found_again_and_by_somebody_else_is_said() -> None:
    async with counter("astro") as here:
        cloud = here.cloud
        assert isinstance(cloud, AstroCloud)
        cloud.linked["tillpost-m1"] = "m1"  # by this box before its restart
        assert isinstance((await here.provider.award([bought(1, FOOD)]))[0], Done)
    async with counter("astro") as here:
        cloud = here.cloud
        assert isinstance(cloud, AstroCloud)
        cloud.linked["pos-4711"] = "m1"
        (answer,) = await here.provider.award([bought(1, FOOD)])
        assert isinstance(answer, Refused)
        assert answer.code == "linked_elsewhere"


async def test_whoever_was_signed_up_here_is_awarded_after_a_restart() -> None:
    """Their id was not known when ours was made: it is found again by the phone."""
    async with counter("astro") as here:
        made = await here.provider.create_member(NewMember(phone=STRANGER, first_name="Kim", last_name="Test"))
        assert isinstance(made, Member)
        here.cloud.misbehaviour.orders.clear()
        (answer,) = await here.provider.award([bought(1, FOOD, customer={"phone": STRANGER})])
        assert isinstance(answer, Done)
        nameless = await here.provider.create_member(NewMember(phone="+14155550177"))
        assert isinstance(nameless, Refused)


async def test_several_with_this_phone() -> None:
    async with counter("astro") as here:
        here.cloud.book.sign_up(phone=PHONE, first_name="Kim", last_name="Test")
        (answer,) = await here.provider.award([bought(1, FOOD)])
        assert answer == Ambiguous(("Dana S. …m1", "Kim T. …m2"))
        assert isinstance(await here.provider.find_member({"phone": STRANGER}), NoMember)


async def test_a_full_card_gives_a_free_good_that_is_redeemed_once() -> None:
    async with counter("astro") as here:
        await here.provider.award([punched(1, REQUIRED)])
        found = await here.provider.find_member({"phone": PHONE})
        assert isinstance(found, Member)
        (shown,) = found.cards
        assert (shown.title, shown.have, shown.need, shown.free) == ("Buy 10 get 1", REQUIRED, REQUIRED, 1)
        (free,) = found.rewards
        assert free.item == "0064992"
        reserved = await here.provider.reserve("m1", free, Basket("TP-1-1", 7000))
        assert isinstance(reserved, Reservation)
        proven = redeem_body(reserved, fact(2), key="r1")
        here.cloud.misbehaviour.order(Fault.DROP_AFTER)
        assert isinstance((await here.provider.redeem([proven]))[0], Unknown)
        assert isinstance(await here.provider.read_back(proven), AlreadyDone)
        gone = await here.provider.reserve("m1", free, Basket("TP-1-2", 7000))
        assert isinstance(gone, Refused)


async def test_the_location_goes_along_under_the_name_astro_gave() -> None:
    async with counter("astro", location_id="L9", location_field="store_no") as here:
        await here.provider.award([bought(1, FOOD)])
        assert sent(here, "addPointsByDollar")[0]["store_no"] == "L9"


async def test_points_of_the_same_amount_are_told_apart_by_time() -> None:
    async with counter("astro") as here:
        here.cloud.misbehaviour.order(Fault.ERROR_BEFORE, call=Door.READ_BACK)
        assert not isinstance(await here.provider.read_back({**bought(1, FOOD), "look": {}}), AlreadyDone | NotFound)

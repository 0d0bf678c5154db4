"""TapMango: a local index of phones, and their history read before a payment is ever sent a second time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Basket,
    Call,
    CheckedIn,
    Code,
    Done,
    Later,
    Member,
    NoMember,
    NotFound,
    Refused,
    Reservation,
    Unknown,
)
from agent.providers.facts import redeem_body
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.tapmango import TapmangoCloud
from tests.providers.conformance.facts import OTHER_PHONE, PHONE, STRANGER, fact
from tests.providers.vendor import Counter, bought, counter, line

COFFEE = line("Coffee", 450)


def looked(one: dict[str, Any], *siblings: dict[str, Any], tried: datetime | None = None) -> dict[str, Any]:
    tried = tried or datetime.now(UTC)
    arrived = [{**sibling, "attempts": [tried.isoformat()]} for sibling in siblings]
    return {**one, "look": {"attempts": [tried.isoformat()], "siblings": arrived}}


async def test_the_subtotal_and_the_largest_tender() -> None:
    async with counter("tapmango", method_map={"VISA": "Credit"}) as here:
        paid = {"tenders": [["CASH", 86], ["VISA", 400]]}
        (answer,) = await here.provider.award([bought(1, COFFEE, receipt=paid)])
        assert isinstance(answer, Done)
        assert here.bodies("/Payment") == [{"amount": 4.5, "method": "Credit"}]
        assert answer.detail["member"] == "m1"
    async with counter("tapmango", amount_base="total") as here:
        await here.provider.award([bought(1, COFFEE)])
        assert here.bodies("/Payment")[0]["amount"] == 4.86


async def test_an_answer_that_was_lost_is_looked_for() -> None:
    async with counter("tapmango") as here:
        here.cloud.misbehaviour.order(Fault.DROP_AFTER)
        (answer,) = await here.provider.award([bought(1, COFFEE)])
        assert isinstance(answer, Unknown)
        assert isinstance(await here.provider.read_back(looked(bought(1, COFFEE))), AlreadyDone)
        here.cloud.misbehaviour.order(Fault.DROP_BEFORE)
        await here.provider.award([bought(2, line("Tea", 300))])
        assert isinstance(await here.provider.read_back(looked(bought(2, line("Tea", 300)))), NotFound)


async def test_the_same_amount_twice_a_minute_is_told_apart_by_what_we_know() -> None:
    async with counter("tapmango") as here:
        first, second = bought(1, COFFEE), bought(2, COFFEE)
        await here.provider.award([first])
        assert isinstance(await here.provider.read_back(looked(second, first)), NotFound)
        await here.provider.award([second])
        assert isinstance(await here.provider.read_back(looked(second, first)), AlreadyDone)


async def test_two_that_nobody_can_explain_are_for_a_person() -> None:
    """A cashier keyed the same amount in by hand, or somebody else did: it may be ours or not."""
    async with counter("tapmango") as here:
        for number in (1, 2):
            await here.provider.award([bought(number, COFFEE)])
        assert isinstance(await here.provider.read_back(looked(bought(3, COFFEE))), Unknown)


async def test_an_entry_of_another_hour_is_not_ours() -> None:
    async with counter("tapmango") as here:
        await here.provider.award([bought(1, COFFEE)])
        earlier = datetime.now(UTC) - timedelta(hours=1)
        assert isinstance(await here.provider.read_back(looked(bought(1, COFFEE), tried=earlier)), NotFound)


async def test_a_history_that_cannot_be_read_shows_nothing() -> None:
    async with counter("tapmango", paths={"history_time": "when"}) as here:
        await here.provider.award([bought(1, COFFEE)])
        answer = await here.provider.read_back(looked(bought(1, COFFEE)))
        assert isinstance(answer, Unknown)
        assert "paths" in answer.why
        here.cloud.misbehaviour.order(Fault.ERROR_BEFORE, call=Door.READ_BACK)
        assert isinstance(await here.provider.read_back(looked(bought(1, COFFEE))), Later)


async def test_the_list_of_members_is_read_once_and_again_after_a_miss() -> None:
    async with counter("tapmango", phone_index_miss_s=0, page_size=2) as here:
        for number in range(5):
            here.cloud.book.sign_up(phone=f"+141555501{number:02d}")
        assert isinstance((await here.provider.award([bought(1, COFFEE)]))[0], Done)
        pages = len([path for path in here.cloud.book.calls if path == "GET /customers"])
        assert pages == 4  # three of two, and the empty one
        assert isinstance((await here.provider.award([bought(2, COFFEE)]))[0], Done)
        assert len([path for path in here.cloud.book.calls if path == "GET /customers"]) == pages
        (nobody,) = await here.provider.award([bought(3, COFFEE, customer={"phone": STRANGER})])
        assert isinstance(nobody, NoMember)
        here.cloud.book.sign_up(phone=STRANGER)
        (found,) = await here.provider.award([bought(3, COFFEE, customer={"phone": STRANGER})])
        assert isinstance(found, Done)


async def test_phone_and_email_of_two_people_are_asked_about() -> None:
    async with counter("tapmango") as here:
        here.cloud.book.sign_up(phone=OTHER_PHONE, email="robin@example.com", first_name="Robin")
        customer = {"phone": PHONE, "email": "robin@example.com"}
        (answer,) = await here.provider.award([bought(1, COFFEE, customer=customer)])
        assert answer == Ambiguous(("Dana S. …0188", "Robin …0119"))


async def test_a_list_that_cannot_be_read_is_later_not_nobody() -> None:
    async with counter("tapmango") as here:
        here.cloud.misbehaviour.order(Fault.ERROR_BEFORE, call=Door.MEMBERS)
        (answer,) = await here.provider.award([bought(1, COFFEE)])
        assert isinstance(answer, Later)


async def test_who_is_at_the_tablet_has_a_name() -> None:
    async with counter("tapmango") as here:
        here.cloud.book.checked_in.append("m1")
        assert await here.provider.list_checked_in() == [CheckedIn("m1", "Dana S.", "0188", "tablet 1")]
    async with counter("tapmango", active_customers=False) as here:
        assert Call.LIST_CHECKED_IN not in here.provider.idempotency


async def with_points(here: Counter) -> Member:
    await here.provider.award([fact(1, 200)])
    found = await here.provider.find_member({"phone": PHONE})
    assert isinstance(found, Member)
    return found


async def test_points_go_down_when_the_receipt_has_proved_it() -> None:
    async with counter("tapmango") as here:
        found = await with_points(here)
        assert [(one.code, one.value, one.percent, one.cost) for one in found.rewards] == [
            ("TEN", None, 10, 100),
            ("FIVE", 500, None, 50),
        ]
        reserved = await here.provider.reserve(found.id, found.rewards[0], Basket("TP-1-1", 5000))
        assert isinstance(reserved, Reservation)
        assert here.cloud.book.points(phone=PHONE) == 200
        proven = redeem_body(reserved, fact(2), key="TP-1/1/reward-1/club")
        here.cloud.misbehaviour.order(Fault.ERROR_AFTER)
        (answer,) = await here.provider.redeem([proven])
        assert isinstance(answer, Unknown)
        assert here.cloud.book.points(phone=PHONE) == 100
        assert isinstance(await here.provider.read_back(looked(proven)), AlreadyDone)


async def test_a_reward_that_cannot_be_had_is_said_before_it_is_promised() -> None:
    async with counter("tapmango") as here:
        found = await with_points(here)
        here.cloud.book.members["m1"].points = 60
        refused = await here.provider.reserve(found.id, found.rewards[0], Basket("TP-1-1", 5000))
        assert isinstance(refused, Refused)
        assert refused.code == Code.BALANCE


@pytest.mark.parametrize(("location", "stops"), [("loc-1", False), ("loc-9", True)])
async def test_the_location_is_checked(location: str, stops: bool) -> None:
    async with counter("tapmango", location_id=location) as here:
        answer = await here.provider.check()
        assert isinstance(answer, Refused if stops else Done)


async def test_a_member_who_is_gone_there_is_looked_up_anew() -> None:
    async with counter("tapmango", phone_index_miss_s=0) as here:
        cloud = here.cloud
        assert isinstance(cloud, TapmangoCloud)
        await here.provider.award([bought(1, COFFEE)])
        gone = cloud.book.members.pop("m1")
        assert isinstance((await here.provider.award([bought(2, COFFEE)]))[0], NoMember)
        cloud.book.members["m9"] = gone
        gone.id = "m9"
        assert isinstance((await here.provider.award([bought(2, COFFEE)]))[0], Done)

"""Front desk: people are asked for once a visit, nobody waits for a cloud that hangs, what was found is forgotten."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from agent.front_desk import REMEMBERED_S, FrontDesk
from agent.providers import Ambiguous, Answer, Basket, Call, CheckedIn, Idempotency, Member, NoMember, Reward, Unknown
from agent.providers.lacking import Lacking
from tests.hand_clock import HandClock


class Club(Lacking):
    """A cloud in memory; `asked` counts the look-ups. What it lacks it says it lacks."""

    def __init__(self, name: str = "club") -> None:
        super().__init__(name)
        self.idempotency = {Call.FIND_MEMBER: Idempotency.KEY, Call.LIST_CHECKED_IN: Idempotency.KEY}
        self.members = {"+14155550101": Member("m1", "Dana K.", "0101", rewards=(Reward("TEN", "10%"),))}
        self.codes: dict[str, Member] = {}
        self.here: list[CheckedIn] = []
        self.asked = 0
        self.hangs = False

    async def find_member(self, identifiers: Mapping[str, str], basket: Basket | None = None) -> Member | Answer:
        del basket
        self.asked += 1
        if self.hangs:
            await asyncio.Event().wait()
        if "SHARED" in identifiers.values():
            return Ambiguous(("member …0101", "member …0102"))
        known = self.codes if "code" in identifiers else self.members
        return next((known[text] for text in identifiers.values() if text in known), NoMember())

    async def list_checked_in(self) -> list[CheckedIn]:
        return self.here


def desk(*clubs: Club) -> tuple[FrontDesk, HandClock]:
    clock = HandClock()
    return FrontDesk({club.name: club for club in clubs}, clock, timedelta(minutes=10), within_s=0.1), clock


async def test_one_person_is_looked_up_once_a_visit() -> None:
    club = Club()
    front, clock = desk(club)
    customer = {"phone": "+14155550101"}
    for _ in range(3):
        (found,) = await front.find(customer)
        assert found.member == club.members["+14155550101"]
    assert club.asked == 1
    await front.find(customer, afresh=True)
    await front.find(customer, basket=Basket("s1", 1000))
    assert club.asked == 3
    await clock.advance(REMEMBERED_S + 1)
    await front.find(customer)
    assert club.asked == 4


async def test_nobody_and_several_are_asked_about_again() -> None:
    club = Club()
    front, _ = desk(club)
    for customer in ({"phone": "+14155550999"}, {"card": "SHARED"}):
        club.asked = 0
        await front.find(customer)
        (found,) = await front.find(customer)
        assert found.member is None
        assert club.asked >= 2


async def test_a_card_may_be_a_wallet_code() -> None:
    club = Club()
    club.codes["WALLET1"] = Member("m7")
    front, _ = desk(club)
    (found,) = await front.find({"card": "WALLET1"})
    assert found.member == Member("m7")
    assert found.by == {"member_id": "m7"}


async def test_a_cloud_that_hangs_keeps_nobody_waiting() -> None:
    club, other = Club(), Club("other")
    club.hangs = True
    front, _ = desk(club, other)
    async with asyncio.timeout(5):
        found = await front.find({"phone": "+14155550101"})
    assert isinstance(found[0].answer, Unknown)
    assert found[1].member


async def test_what_was_looked_up_is_for_its_browser_and_its_receipt_and_not_for_long() -> None:
    front, clock = desk(Club())
    customer = {"phone": "+14155550101"}
    front.keep("tablet 1", customer, 12, await front.find(customer))
    kept = front.looked_up("tablet 1", 12)
    assert kept is not None
    assert kept.reward("club", "TEN") == (kept.found[0].member, Reward("TEN", "10%"))
    assert kept.reward("club", "NONE") is None
    assert front.looked_up("tablet 1", 13) is None
    assert front.looked_up("tablet 2", 12) is None
    await clock.advance(REMEMBERED_S + 1)
    assert front.looked_up("tablet 1", 12) is None


async def test_who_is_here_is_asked_only_while_somebody_looks_and_expires() -> None:
    club = Club()
    front, clock = desk(club)
    news = []
    front.on_news = lambda: news.append(1)
    running = asyncio.create_task(front.run())
    club.here = [CheckedIn("m1", "Dana K.", "0101", at=clock.wall())]
    await clock.advance(120)
    assert front.here() == []
    await clock.advance(10)
    assert [here.person.member_id for here in front.here()] == ["m1"]
    assert front.name_of("m1") == "Dana K. ***0101"
    assert len(news) == 1
    await clock.advance(601)
    assert front.here() == []
    running.cancel()

"""front_desk: asks the clouds about people for somebody who waits at the till, remembers for minutes; books nothing.

A look-up is heavy for a cloud, so one person is asked for once a visit. Who is checked in at the loyalty tablets is
asked in the background and only while a page is open: a page never waits for a cloud.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from agent.clock import Clock
from agent.providers import (
    Answer,
    Basket,
    Call,
    CheckedIn,
    Member,
    NewMember,
    NoMember,
    Provider,
    Reservation,
    Reward,
    Unknown,
)

T = TypeVar("T")

REMEMBERED_S = 300.0
MOST_REMEMBERED = 200
LOOK_EVERY_S = 3.0
WATCHED_FOR_S = 30.0
"""A page looks at least this often while somebody has it open."""
ANSWER_WITHIN_S = 6.0
"""A person waits: later than this is as good as never."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one cloud said of a person. `by`: the identifier that found them, when it was another than was asked for."""

    provider: str
    answer: Member | Answer
    by: Mapping[str, str]

    @property
    def member(self) -> Member | None:
        return self.answer if isinstance(self.answer, Member) else None


@dataclass(frozen=True, slots=True)
class LookUp:
    """What a person asked for at one browser: `customer` as booking takes it; `receipt` 0: for the register."""

    customer: Mapping[str, str]
    receipt: int
    found: tuple[Found, ...]
    until: float
    total: int = 0
    """What the sale comes to, minor units, when the cashier keyed it."""

    @property
    def nobody(self) -> bool:
        """Every cloud that could be asked says that there is no such member."""
        return bool(self.found) and all(isinstance(one.answer, NoMember) for one in self.found)

    def reward(self, provider: str, code: str) -> tuple[Member, Reward] | None:
        """The member who has this reward there."""
        for one in self.found:
            if one.member and one.provider == provider:
                return next(((one.member, reward) for reward in one.member.rewards if reward.code == code), None)
        return None


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody at a loyalty tablet."""

    provider: str
    person: CheckedIn


class FrontDesk:
    """`on_news` is called when the people who are checked in are others than before."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        clock: Clock,
        lasts: timedelta = timedelta(minutes=10),
        within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self._providers, self._clock, self._lasts, self._within_s = providers, clock, lasts, within_s
        self._known: OrderedDict[tuple[str, tuple[tuple[str, str], ...]], tuple[float, Found]] = OrderedDict()
        self._look_ups: OrderedDict[str, LookUp] = OrderedDict()
        self._here: dict[str, Sequence[CheckedIn]] = {}
        self._watched_at = -WATCHED_FOR_S
        self._watched = asyncio.Event()
        self.on_news: Callable[[], None] = lambda: None

    async def find(
        self, customer: Mapping[str, str], *, basket: Basket | None = None, afresh: bool = False
    ) -> tuple[Found, ...]:
        """Every cloud that can look people up is asked at once. A customer by `card` is tried as a wallet code, too.

        With a basket: only rewards that fit it, where the cloud can tell; asked anew each time.
        """
        asked = [name for name, provider in self._providers.items() if Call.FIND_MEMBER in provider.idempotency]
        return tuple(await asyncio.gather(*(self._find(name, customer, basket, afresh=afresh) for name in asked)))

    async def create(self, name: str, who: NewMember) -> Member | Answer:
        """Signs somebody up, without any consent."""
        return await self._answer(self._providers[name].create_member(who))

    async def reserve(self, name: str, member_id: str, reward: Reward, basket: Basket) -> Reservation | Answer:
        """Takes the reward out of the wallet; no answer in time is Unknown."""
        return await self._answer(self._providers[name].reserve(member_id, reward, basket))

    def keep(
        self, place: str, customer: Mapping[str, str], receipt: int, found: tuple[Found, ...], total: int = 0
    ) -> None:
        """What the browser `place` is shown until something else is looked up there."""
        until = self._clock.monotonic() + REMEMBERED_S
        self._look_ups[place] = LookUp(dict(customer), receipt, found, until, total)
        self._look_ups.move_to_end(place)
        while len(self._look_ups) > MOST_REMEMBERED:
            self._look_ups.popitem(last=False)

    def looked_up(self, place: str, receipt: int | None = None) -> LookUp | None:
        """For this receipt (0: for the register), while it is fresh."""
        kept = self._look_ups.get(place)
        if kept is None or kept.until < self._clock.monotonic() or receipt not in (None, kept.receipt):
            return None
        return kept

    def forget(self, place: str) -> None:
        self._look_ups.pop(place, None)

    def here(self) -> list[Here]:
        """Who has just checked in, latest first; calling it keeps the clouds asked."""
        self._watched_at = self._clock.monotonic()
        self._watched.set()
        now = self._clock.wall()
        people = [Here(name, person) for name, found in self._here.items() for person in found]
        return [one for one in people if one.person.at is None or now - one.person.at <= self._lasts]

    def name_of(self, member_id: str) -> str:
        """'Dana K. ***0101' of a member who checked in or was looked up lately; '' of anybody else."""
        here: list[CheckedIn | Member] = [one for found in self._here.values() for one in found]
        here += [found.member for _, found in self._known.values() if found.member]
        for one in here:
            if member_id == (one.id if isinstance(one, Member) else one.member_id):
                return shown_name(one.name, one.phone_last4)
        return ""

    async def run(self) -> None:
        """Until cancelled: asks who is checked in while somebody looks."""
        able = [name for name, provider in self._providers.items() if Call.LIST_CHECKED_IN in provider.idempotency]
        if not able:
            await asyncio.Event().wait()
        while True:
            await self._watched.wait()
            self._watched.clear()
            while self._clock.monotonic() - self._watched_at < WATCHED_FOR_S:
                await asyncio.gather(*(self._look_who_is_here(name) for name in able))
                await self._clock.sleep(LOOK_EVERY_S)

    async def _look_who_is_here(self, name: str) -> None:
        """A cloud that does not answer now is asked again; whom it named last expires by itself."""
        answer = await self._answer(self._providers[name].list_checked_in())
        if isinstance(answer, Sequence) and list(answer) != list(self._here.get(name, ())):
            self._here[name] = answer
            self.on_news()

    async def _find(self, name: str, customer: Mapping[str, str], basket: Basket | None, *, afresh: bool) -> Found:
        key, now = (name, tuple(sorted(customer.items()))), self._clock.monotonic()
        known = self._known.get(key)
        if known and known[0] > now and not (afresh or basket):
            return known[1]
        found = await self._ask(name, customer, basket)
        if found.member:
            self._known[key] = (now + REMEMBERED_S, found)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return found

    async def _ask(self, name: str, customer: Mapping[str, str], basket: Basket | None) -> Found:
        found = Found(name, await self._answer(self._providers[name].find_member(customer, basket)), customer)
        if isinstance(found.answer, NoMember) and "card" in customer:
            code = {"code": customer["card"]}
            answer = await self._answer(self._providers[name].find_member(code, basket))
            if isinstance(answer, Member):
                return replace(found, answer=answer, by={"member_id": answer.id})
        return found

    async def _answer(self, asking: Awaitable[T]) -> T | Unknown:
        try:
            async with asyncio.timeout(self._within_s):
                return await asking
        except TimeoutError:
            return Unknown(f"no answer within {self._within_s:g} s")


def shown_name(name: str, last4: str) -> str:
    """As people are told apart at a till: the masked name and the last four; '' when the cloud tells neither."""
    return f"{name} {'***' + last4 if last4 else ''}".strip()

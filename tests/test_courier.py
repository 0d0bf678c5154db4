"""The courier against the sandbox cloud over real HTTP, and against scripted clouds with a ledger of their own.

Time is moved by hand, but only when every part of the courier waits for it: whatever else it waits for (the disk, the
cloud) takes real time, and as much as it needs.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlite_utils import Database

from agent.clock import Quality
from agent.cloud_health import Standing
from agent.courier import IN_FLIGHT, Courier
from agent.errors import ProviderMisconfigured
from agent.ledger import Ledger, answers, clouds, counters, dispatch, events, outbox, tasks, undoing
from agent.ledger.questions import QUESTIONS
from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Done,
    Idempotency,
    Later,
    Limits,
    NoMember,
    NotFound,
    Traits,
    Unknown,
)
from agent.providers.lacking import Lacking
from agent.providers.plain_http import PlainHttp
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from agent.settings import PlainHttpSettings, Store
from tests.hand_clock import START, HandClock
from tests.ledger.facts import CLOUD, book, enqueue, fact, moment, phone, save, state
from tests.small_disk import fill, small_disk

__all__ = ["small_disk"]

TURNS_TO_BE_SURE = 10
"""Of the loop: an event that was set takes a few until its waiter runs."""
PATIENCE_S = 20.0


class CountingClock(HandClock):
    """A hand clock that knows how many wait for it, so that a test can wait until all do."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = 0

    async def sleep(self, seconds: float) -> None:
        self.waiting += 1
        try:
            await super().sleep(seconds)
        finally:
            self.waiting -= 1

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        self.waiting += 1
        try:
            return await super().wait(event, seconds)
        finally:
            self.waiting -= 1

    def next_alarm_in(self) -> float:
        return self._sleepers[0][0] - self._monotonic if self._sleepers else 60.0


@dataclass
class Shop:
    """A running courier and what a test needs to steer it."""

    ledger: Ledger
    clock: CountingClock
    wake: asyncio.Event
    courier: Courier
    routes: int

    async def quiet(self) -> None:
        """Until every route and the deadline keeper wait for time alone."""
        async with asyncio.timeout(PATIENCE_S):
            calm = 0
            while calm < TURNS_TO_BE_SURE:
                await asyncio.sleep(0 if calm else 0.0005)
                calm = calm + 1 if self._all_wait_for_time() else 0

    def _all_wait_for_time(self) -> bool:
        out = any(task.get_name().startswith("call to") for task in asyncio.all_tasks())
        return self.clock.waiting == self.routes + 1 and not self.wake.is_set() and not out

    async def pass_time(self, seconds: float) -> None:
        """Hour by hand: each alarm in turn, and after each everything that follows from it."""
        await self.quiet()
        left = seconds
        while left > 0:
            step = min(left, max(self.clock.next_alarm_in(), 0.0) + 1e-6)
            await self.clock.advance(step)
            left -= step
            await self.quiet()

    async def until(self, done: Callable[[], bool], seconds: float) -> float:
        """Passes time until `done`; gives how much; fails after `seconds`."""
        await self.quiet()
        passed = 0.0
        while not done():
            step = max(self.clock.next_alarm_in(), 0.0) + 1e-6
            assert passed + step <= seconds, f"not done after {passed:.0f} s"
            await self.clock.advance(step)
            passed += step
            await self.quiet()
        return passed

    async def state(self, row: int) -> str:
        return await self.ledger.do(state, row)

    async def questions(self) -> list[str]:
        return [task["kind"] for task in await self.ledger.do(tasks.waiting)]


@asynccontextmanager
async def shop(
    folder: Path,
    providers: Mapping[str, Any],
    *,
    clock: CountingClock | None = None,
    store: Store | None = None,
    before: Callable[[Ledger], Any] | None = None,
) -> AsyncIterator[Shop]:
    clock = clock or CountingClock()
    ledger = Ledger.open(folder / "ledger.db", clock, 0.25)
    if before:
        await before(ledger)
    wake = asyncio.Event()
    courier = Courier(ledger, providers, clock, store or Store(), wake, Random(5))
    running = asyncio.create_task(courier.run(), name="courier")
    try:
        yield Shop(ledger, clock, wake, courier, len(providers))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await ledger.close()
        for provider in providers.values():
            await provider.close()


def line_to(cloud: PlainHttpCloud, clock: CountingClock, idempotency: str = "K", **settings: Any) -> PlainHttp:
    return PlainHttp(
        CLOUD,
        PlainHttpSettings(kind="plain_http", base_url=cloud.url, token=TOKEN, idempotency=idempotency, **settings),
        clock,
    )


@dataclass
class ScriptedCloud(Lacking):
    """A cloud with a ledger of its own that answers as `script` says: per fact the next answers, then Done.

    `applied` counts what really happened there: Done applies, and so does Unknown when `applies_unknown`.
    """

    idempotency: Mapping[Call, Idempotency]
    script: dict[str, list[Answer]] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits(batch=1))
    applies_unknown: bool = True
    up: bool = True
    check_answer: Answer = field(default_factory=lambda: Done("ok"))
    applied: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[float, str, tuple[str, ...]]] = field(default_factory=list)
    clock: CountingClock | None = None
    name: str = CLOUD
    traits: Traits = field(default_factory=Traits)

    async def check(self) -> Answer:
        self._call("check", ())
        return self.check_answer if self.up else Later("the line is down")

    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        self._call("award", tuple(one["key"] for one in facts))
        return [self._answer(one["key"]) for one in facts]

    async def take_back(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        return await self.award(facts)

    async def read_back(self, fact: Mapping[str, Any]) -> Answer:
        self._call("read_back", (fact["key"],))
        if not self.up:
            return Later("the line is down")
        scripted = self.script.get("look:" + fact["key"])
        if scripted:
            return scripted.pop(0)
        return AlreadyDone("r-" + fact["key"]) if self.applied.get(fact["key"]) else NotFound()

    def _call(self, verb: str, keys: tuple[str, ...]) -> None:
        self.calls.append((self.clock.monotonic() if self.clock else 0.0, verb, keys))

    def _answer(self, key: str) -> Answer:
        if not self.up:
            return Later("the line is down")
        scripted = self.script.get(key)
        answer = scripted.pop(0) if scripted else Done("r-" + key)
        if isinstance(answer, Done) or (isinstance(answer, Unknown) and self.applies_unknown):
            already = self.applied.get(key, 0)
            if already and self.idempotency[Call.AWARD] is Idempotency.KEY:
                return AlreadyDone("r-" + key)
            self.applied[key] = already + 1
        return answer

    def verbs(self) -> list[str]:
        return [verb for _, verb, _ in self.calls]


def scripted(idempotency: Idempotency, *, reads_back: bool = False, **more: Any) -> ScriptedCloud:
    able = {Call.CHECK: Idempotency.KEY, Call.AWARD: idempotency, Call.TAKE_BACK: idempotency}
    return ScriptedCloud(able | ({Call.READ_BACK: Idempotency.KEY} if reads_back else {}), **more)


def key(number: int = 1) -> str:
    return str(fact(number)["key"])


async def test_an_award_arrives_and_is_noted_in_both_places(tmp_path: Path) -> None:
    clock = CountingClock()
    async with PlainHttpCloud() as cloud, shop(tmp_path, {CLOUD: line_to(cloud, clock)}, clock=clock) as here:
        cloud.book.sign_up(phone=phone(1))
        row = await here.ledger.do(book, 1)
        here.wake.set()
        await here.quiet()
        assert await here.state(row) == "delivered"
        assert cloud.book.points(phone=phone(1)) == 23
        assert key(1) in (tmp_path / "sent.log").read_text()
        assert await here.ledger.do(outbox.member_of, 1, "points") == "m1"


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER, Fault.ERROR_AFTER, Fault.GARBAGE, Fault.WRONG_KEY])
@pytest.mark.parametrize("kind", [Idempotency.KEY, Idempotency.READ_BACK])
async def test_applied_but_not_heard_of_is_exact(tmp_path: Path, fault: Fault, kind: Idempotency) -> None:
    """K resends the same key; R looks first and never sends twice."""
    clock, facts = CountingClock(), 12
    async with PlainHttpCloud(keeps=kind) as cloud:
        for number in range(facts):
            cloud.book.sign_up(phone=phone(number))
        cloud.misbehaviour.order(fault, left=5)
        line = line_to(cloud, clock, kind.value, batch=3)
        async with shop(tmp_path, {CLOUD: line}, clock=clock) as here:
            rows = [await here.ledger.do(book, number, kind) for number in range(facts)]
            here.wake.set()
            await here.pass_time(600)
            assert {await here.state(row) for row in rows} == {"delivered"}
            assert [cloud.book.points(phone=phone(number)) for number in range(facts)] == [23] * facts
            assert all(entry.times == 1 for entry in cloud.book.entries.values())
            if kind is Idempotency.READ_BACK:
                assert max(cloud.book.asked.values()) == 1  # each was sent once only
            assert await here.questions() == []


async def test_class_n_is_never_sent_twice_by_itself(tmp_path: Path) -> None:
    clock = CountingClock()
    async with PlainHttpCloud(keeps=Idempotency.NONE) as cloud:
        cloud.book.sign_up(phone=phone(1))
        cloud.book.sign_up(phone=phone(2))
        cloud.misbehaviour.order(Fault.DROP_AFTER)
        cloud.misbehaviour.order(Fault.DROP_BEFORE)
        async with shop(tmp_path, {CLOUD: line_to(cloud, clock, "N", batch=1)}, clock=clock) as here:
            first = await here.ledger.do(book, 1, Idempotency.NONE)
            here.wake.set()
            await here.pass_time(60)
            second = await here.ledger.do(book, 2, Idempotency.NONE)
            here.wake.set()
            await here.pass_time(3600)
            assert (await here.state(first), await here.state(second)) == ("held", "held")
            asked = await here.ledger.do(tasks.waiting)
            assert [task["kind"] for task in asked] == ["sent_or_not", "sent_or_not"]
            assert max(cloud.book.asked.values()) == 1
            at = here.clock.wall()
            await here.ledger.do(answers.answer_task, asked[0]["id"], "arrived", who="cashier 7", at=at)
            await here.ledger.do(answers.answer_task, asked[1]["id"], "not arrived", who="cashier 7", at=at)
            here.wake.set()
            await here.pass_time(60)
            assert (await here.state(first), await here.state(second)) == ("delivered", "delivered")
            assert cloud.book.points(phone=phone(1)) == cloud.book.points(phone=phone(2)) == 23


async def test_weak_class_looks_and_asks_when_the_cloud_cannot_tell(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.WEAK, reads_back=True)
    cloud.script = {
        key(1): [Unknown("time-out")],
        key(2): [Unknown("time-out")],
        "look:" + key(2): [Unknown("two of the same amount")],
    }
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        rows = [await here.ledger.do(book, number, Idempotency.WEAK) for number in (1, 2)]
        here.wake.set()
        await here.pass_time(300)
        assert [await here.state(row) for row in rows] == ["delivered", "held"]
        assert set(cloud.applied.values()) == {1}


async def test_a_look_waits_until_a_slow_cloud_has_settled(tmp_path: Path) -> None:
    """A call that timed out may be applied later: a look at once would say 'not there', and it would count twice."""
    clock = CountingClock()
    cloud = scripted(Idempotency.READ_BACK, reads_back=True, clock=clock)
    cloud.script[key(1)] = [Unknown("time-out")]
    async with shop(tmp_path, {CLOUD: cloud}, clock=clock) as here:
        await here.ledger.do(book, 1, Idempotency.READ_BACK)
        here.wake.set()
        await here.pass_time(120)
        times = {verb: at for at, verb, _ in cloud.calls}
        assert times["read_back"] - times["award"] >= 30


OUTAGE_S = 8 * 3600 - 20 * 60


async def test_eight_hours_without_a_line_and_two_thousand_awards(tmp_path: Path) -> None:
    """Back 20 minutes before closing: all arrive before it, at five calls a second, four facts to a call."""
    clock = CountingClock()
    cloud = scripted(Idempotency.KEY, limits=Limits(calls_per_second=5, batch=4), up=False, clock=clock)

    def two_thousand(db: Database) -> None:
        for number in range(2000):
            book(db, number)

    async with shop(tmp_path, {CLOUD: cloud}, clock=clock) as here:
        await here.ledger.do(two_thousand)
        here.wake.set()
        await here.pass_time(OUTAGE_S)
        assert len(cloud.calls) < 200  # the outage did not hammer
        named = [task for task in await here.ledger.do(tasks.waiting) if task["kind"] == "deadline_near"]
        assert len(named) == 1
        assert named[0]["title"].startswith("2000 awards")
        assert "cloud is away: the line is down" in named[0]["what"]
        cloud.up = True
        cloud.calls.clear()
        took = await here.until(lambda: len(cloud.applied) == 2000, 20 * 60)
        await here.pass_time(120)
        assert took < 10 * 60
        assert (await here.ledger.do(QUESTIONS["day"], "2026-11-14"))["awarded"] == 2000
        assert await here.ledger.do(counters.value, counters.MISSED) == 0
        assert await here.questions() == []  # nothing waits any more: the task closed itself
        starts = [at for at, _, _ in cloud.calls]
        assert min(later - start for start, later in zip(starts, starts[5:], strict=False)) >= 1 - 1e-6
        assert set(cloud.applied.values()) == {1}


async def test_what_misses_its_deadline_is_named_counted_and_still_delivered(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY, up=False)
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1, deadline=START + timedelta(hours=1))
        here.wake.set()
        await here.pass_time(3600 + 120)
        kinds = [event.kind for event in await here.ledger.do(events.unsent)]
        assert kinds.count("deadline_near") == kinds.count("deadline_missed") == 1
        assert await here.ledger.do(counters.value, counters.MISSED) == 1
        assert await here.state(row) == "due"
        cloud.up = True
        await here.pass_time(16 * 60)
        assert await here.state(row) == "delivered"
        account = await here.ledger.do(QUESTIONS["day"], "2026-11-14")
        assert [late["id"] for late in account["late"]] == [row]


async def test_a_wrong_clock_raises_no_alarm_and_drops_nothing(tmp_path: Path) -> None:
    """Two weeks ahead and back under a clock that calls itself good, and one that does not."""
    cloud = scripted(Idempotency.KEY, up=False)
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1)
        here.wake.set()
        await here.pass_time(120)
        here.clock.jump(timedelta(days=14))
        await here.pass_time(300)
        here.clock.jump(timedelta(days=-14))
        await here.pass_time(300)
        here.clock.trusted = Quality.GUESS
        here.clock.jump(timedelta(days=14))
        await here.pass_time(1200)
        here.clock.jump(timedelta(days=-14))
        here.clock.trusted = Quality.NTP
        await here.pass_time(300)
        assert await here.questions() == []
        assert await here.ledger.do(counters.value, counters.MISSED) == 0
        calls = len(cloud.calls)
        assert 1 < calls < 60
        cloud.up = True
        await here.pass_time(16 * 60)
        assert await here.state(row) == "delivered"


async def test_late_sign_up_then_delivered_else_given_up_with_the_reason(tmp_path: Path) -> None:
    clock = CountingClock()
    async with PlainHttpCloud() as cloud, shop(tmp_path, {CLOUD: line_to(cloud, clock, batch=1)}, clock=clock) as here:
        late = await here.ledger.do(book, 1, deadline=START + timedelta(hours=2))
        never = await here.ledger.do(book, 2, deadline=START + timedelta(hours=2))
        here.wake.set()
        await here.pass_time(3600)
        assert (await here.state(late), await here.state(never)) == ("parked", "parked")
        cloud.book.sign_up(phone=phone(1))
        await here.pass_time(660)
        assert (await here.state(late), await here.state(never)) == ("delivered", "parked")
        await here.pass_time(3600)
        assert await here.state(never) == "refused"
        account = await here.ledger.do(QUESTIONS["day"], "2026-11-14")
        (why,) = account["not_awarded"]
        assert why.startswith("nobody signed up by 2026-11-14 19:00")
        assert await here.ledger.do(counters.value, counters.MISSED) == 0
        cloud.book.sign_up(phone=phone(2))
        await here.ledger.do(answers.reopen, never, who="manager 1", at=clock.wall())
        here.wake.set()
        await here.pass_time(60)
        assert await here.state(never) == "delivered"


async def test_longer_late_sign_up_is_the_stores_own(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY)
    cloud.script[key(1)] = [NoMember()] * 1000
    async with shop(tmp_path, {CLOUD: cloud}, store=Store(late_signup_hours=1.5)) as here:
        row = await here.ledger.do(book, 1, deadline=START + timedelta(hours=1))
        here.wake.set()
        await here.pass_time(1.4 * 3600)
        assert await here.state(row) == "parked"
        await here.pass_time(400)
        assert await here.state(row) == "refused"


async def test_a_later_fact_does_not_overtake_an_earlier_one_of_the_same_customer(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY, limits=Limits(batch=10))
    cloud.script[key(1)] = [NoMember(), NoMember()]
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        first = await here.ledger.do(book, 1)
        second = await here.ledger.do(book, 2, customer=1)
        other = await here.ledger.do(book, 3)
        here.wake.set()
        await here.pass_time(60)
        assert [await here.state(row) for row in (first, second, other)] == ["parked", "due", "delivered"]
        waiting = {row["id"]: row["why"] for row in await here.ledger.do(QUESTIONS["queue"])}
        assert waiting == {
            first: "waits for a sign-up",
            second: f"an earlier award of this customer ({first}) is parked",
        }
        await here.pass_time(1300)
        assert [await here.state(row) for row in (first, second)] == ["delivered", "delivered"]
        order = [one for _, verb, keys in cloud.calls if verb == "award" for one in keys if one in (key(1), key(2))]
        assert order == [key(1), key(1), key(1), key(2)]


async def test_one_fact_that_always_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    clock = CountingClock()
    cloud = scripted(Idempotency.KEY, applies_unknown=False, clock=clock)
    cloud.script[key(0)] = [Unknown("HTTP 500")] * 10_000
    async with shop(tmp_path, {CLOUD: cloud}, clock=clock) as here:
        rows = [await here.ledger.do(book, number) for number in range(40)]
        here.wake.set()
        await here.pass_time(120)
        assert [await here.state(row) for row in rows] == ["unknown"] + ["delivered"] * 39
        await here.pass_time(2 * 3600)
        tries = sum(keys == (key(0),) for _, verb, keys in cloud.calls if verb == "award")
        assert 10 < tries < 120


async def test_refused_awards_become_one_task_and_can_be_sent_again(tmp_path: Path) -> None:
    clock = CountingClock()
    async with PlainHttpCloud() as cloud, shop(tmp_path, {CLOUD: line_to(cloud, clock, batch=5)}, clock=clock) as here:
        for number in range(5):
            cloud.book.sign_up(phone=phone(number))
        cloud.misbehaviour.order(Fault.REFUSE)
        rows = [await here.ledger.do(book, number) for number in range(5)]
        here.wake.set()
        await here.quiet()
        states = [await here.state(row) for row in rows]
        refused = [row for row, now in zip(rows, states, strict=True) if now == "refused"]
        assert refused
        (task,) = await here.ledger.do(tasks.waiting)
        assert task["kind"] == "refused"
        assert "this sandbox was told to refuse" in task["title"]
        await here.ledger.do(answers.answer_task, task["id"], "send again", who="manager 1", at=clock.wall())
        here.wake.set()
        await here.pass_time(60)
        assert {await here.state(row) for row in rows} == {"delivered"}


async def test_locked_out_keeps_the_queue_and_goes_on_by_itself(tmp_path: Path) -> None:
    clock = CountingClock()
    async with PlainHttpCloud() as cloud:
        cloud.book.sign_up(phone=phone(1))
        async with shop(tmp_path, {CLOUD: line_to(cloud, clock)}, clock=clock) as here:
            cloud.token = "changed"
            row = await here.ledger.do(book, 1)
            here.wake.set()
            await here.pass_time(3600)
            assert await here.state(row) == "due"
            assert await here.questions() == ["provider_stopped"]
            assert "credentials" in (await here.ledger.do(QUESTIONS["queue"]))[0]["why"]
            assert sum(cloud.book.asked.values()) == 1  # no fact was tried again behind the locked door
            cloud.token = TOKEN
            await here.pass_time(330)
            assert await here.state(row) == "delivered"
            assert await here.questions() == []


async def test_a_stopped_cloud_is_asked_first_after_a_restart(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY)

    async def stop(ledger: Ledger) -> None:
        await ledger.do(clouds.change, CLOUD, Standing.STOPPED, "HTTP 401", moment())
        await ledger.do(book, 1)

    async with shop(tmp_path, {CLOUD: cloud}, before=stop) as here:
        await here.pass_time(5)
        assert cloud.verbs()[:2] == ["check", "award"]
        assert await here.state(1) == "delivered"


async def test_a_cloud_that_left_the_settings_is_named_and_its_queue_kept(tmp_path: Path) -> None:
    async def remember(ledger: Ledger) -> None:
        await ledger.do(book, 1)

    async with shop(tmp_path, {"another": scripted(Idempotency.KEY)}, before=remember) as here:
        await here.pass_time(600)
        assert await here.questions() == ["provider_stopped"]
        (row,) = await here.ledger.do(QUESTIONS["queue"])
        assert "the settings do not name it any more" in row["why"]
    async with shop(tmp_path, {CLOUD: scripted(Idempotency.KEY)}) as here:
        await here.pass_time(5)
        assert await here.state(1) == "delivered"
        assert await here.questions() == []


async def test_retry_after_is_honoured(tmp_path: Path) -> None:
    clock = CountingClock()
    cloud = scripted(Idempotency.KEY, clock=clock)
    cloud.script[key(1)] = [Later("too many calls", 90.0)]
    async with shop(tmp_path, {CLOUD: cloud}, clock=clock) as here:
        await here.ledger.do(book, 1)
        here.wake.set()
        await here.pass_time(200)
        times = [at for at, verb, _ in cloud.calls if verb == "award"]
        assert len(times) == 2
        assert 90 <= times[1] - times[0] < 100


async def test_several_members_fit_so_a_person_chooses(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY)
    cloud.script[key(1)] = [Ambiguous(("A. (+14155550001)", "B. (…0002)"))]
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1)
        here.wake.set()
        await here.quiet()
        (task,) = await here.ledger.do(tasks.waiting)
        assert task["kind"] == "which_member"
        assert "***0001" in task["what"]
        assert "4155550001" not in task["what"]
        customer = {"card": "L-77"}
        at = here.clock.wall()
        await here.ledger.do(answers.reopen, row, who="cashier 7", at=at, customer=customer, customer_key="card:L-77")
        here.wake.set()
        await here.pass_time(5)
        assert await here.state(row) == "delivered"


async def test_a_verb_the_cloud_lacks_is_done_by_hand(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY)
    cloud.idempotency = {Call.CHECK: Idempotency.KEY, Call.AWARD: Idempotency.KEY}
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1, points=-5)
        here.wake.set()
        await here.quiet()
        (task,) = await here.ledger.do(tasks.waiting)
        assert task["kind"] == "hand_over"
        await here.ledger.do(answers.answer_task, task["id"], "done by hand", who="manager 1", at=here.clock.wall())
        assert await here.state(row) == "delivered"
        assert "award" not in cloud.verbs()


async def test_a_hold_window_is_counted_on_monotonic_time(tmp_path: Path) -> None:
    cloud = scripted(Idempotency.KEY)
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1, hold_s=300)
        voided = await here.ledger.do(book, 2, hold_s=300)
        here.wake.set()
        await here.quiet()
        here.clock.jump(timedelta(days=3))
        await here.pass_time(200)
        assert await here.state(row) == "due"
        await here.ledger.do(undoing.cancel, voided, "voided", here.clock.wall())
        await here.pass_time(120)
        assert (await here.state(row), await here.state(voided)) == ("delivered", "cancelled")


@dataclass
class Hanging(ScriptedCloud):
    """Takes the call and never answers."""

    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        await super().award(facts)
        await asyncio.Event().wait()
        return []


async def test_stopping_in_the_middle_of_a_call_leaves_it_unknown_and_blames_nobody(tmp_path: Path) -> None:
    able = {Call.AWARD: Idempotency.KEY}
    for _ in range(4):
        cloud = Hanging(able)
        ledger = Ledger.open(tmp_path / "ledger.db", CountingClock(), 0.25)
        await ledger.do(enqueue, 1)
        courier = Courier(ledger, {CLOUD: cloud}, CountingClock(), Store(), asyncio.Event(), Random(1))
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(PATIENCE_S):
            while not cloud.calls:  # noqa: ASYNC110 - a scripted cloud only writes down
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        row = await ledger.do(outbox.load, 1)
        assert (row.state, row.deaths) == ("unknown", 0)
        await ledger.close()


async def test_three_deaths_with_the_same_fact_hold_it_and_the_others_flow(tmp_path: Path) -> None:
    async def die(ledger: Ledger) -> None:
        await ledger.do(book, 1)
        await ledger.do(book, 2)
        for died in range(3):
            taken = await ledger.do(dispatch.take, CLOUD, moment(died, boot=f"boot{died}"), 1)
            assert [row.key for row in taken] == [key(1)]
            if died < 2:
                await ledger.do(dispatch.recover, moment(died, boot=f"boot{died}"))

    cloud = scripted(Idempotency.KEY)
    async with shop(tmp_path, {CLOUD: cloud}, before=die) as here:
        await here.pass_time(5)
        assert (await here.state(1), await here.state(2)) == ("held", "delivered")
        assert await here.questions() == ["poison"]
        assert (await here.ledger.do(QUESTIONS["health_numbers"], here.clock.wall()))["q_quarantine"] == 1


@dataclass
class Broken(ScriptedCloud):
    error: Exception = field(default_factory=lambda: RuntimeError("a bug in the adapter"))

    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        if self.up:
            return await super().award(facts)
        raise self.error


@pytest.mark.parametrize(
    ("error", "expected"), [(RuntimeError("a bug"), "unknown"), (ProviderMisconfigured("no address"), "due")]
)
async def test_an_adapter_that_fails_takes_nobody_along(tmp_path: Path, error: Exception, expected: str) -> None:
    able = {Call.AWARD: Idempotency.KEY}
    broken, well = Broken(able, up=False, error=error), scripted(Idempotency.KEY)
    async with shop(tmp_path, {CLOUD: broken, "other": well}) as here:
        row = await here.ledger.do(book, 1)
        await here.ledger.do(save, 2)
        body = fact(2)
        other = await here.ledger.do(
            outbox.enqueue,
            body,
            receipt_id=2,
            provider="other",
            call=Call.AWARD,
            idempotency=Idempotency.KEY,
            deadline=START + timedelta(hours=8),
            not_before=START,
            customer_key="",
        )
        here.wake.set()
        await here.quiet()
        assert await here.state(other or 0) == "delivered"
        assert await here.state(row) == expected
        broken.up = True
        await here.pass_time(400)
        assert await here.state(row) == "delivered"


async def test_slow_answers_do_not_set_the_pace(tmp_path: Path) -> None:
    @dataclass
    class Slow(ScriptedCloud):
        out: int = 0
        most: int = 0

        async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
            self.out += 1
            self.most = max(self.most, self.out)
            await asyncio.sleep(0.05)
            self.out -= 1
            return await super().award(facts)

    cloud = Slow({Call.AWARD: Idempotency.KEY}, limits=Limits(calls_per_second=1000))
    ledger = Ledger.open(tmp_path / "ledger.db", CountingClock(), 0.25)
    await ledger.close()
    async with shop(tmp_path, {CLOUD: cloud}) as here:
        rows = [await here.ledger.do(book, number) for number in range(12)]
        here.wake.set()
        async with asyncio.timeout(PATIENCE_S):
            while len(cloud.applied) < len(rows):
                await here.clock.advance(0.01)
                await asyncio.sleep(0.005)
        assert 1 < cloud.most <= IN_FLIGHT


@dataclass
class Stopped(ScriptedCloud):
    """Stops the courier between applying and the answer's being noted."""

    stop: Callable[[], object] = lambda: None

    async def award(self, facts: Sequence[Mapping[str, Any]]) -> Sequence[Answer]:
        given = await super().award(facts)
        self.stop()
        return given


async def test_an_answer_that_came_is_noted_even_when_we_are_being_stopped(tmp_path: Path) -> None:
    cloud = Stopped({Call.AWARD: Idempotency.NONE})
    ledger = Ledger.open(tmp_path / "ledger.db", CountingClock(), 0.25)
    await ledger.do(enqueue, 1, Idempotency.NONE)
    courier = Courier(ledger, {CLOUD: cloud}, CountingClock(), Store(), asyncio.Event(), Random(1))
    running = asyncio.create_task(courier.run())
    loop = asyncio.get_running_loop()
    cloud.stop = lambda: loop.call_soon(running.cancel)
    await asyncio.gather(running, return_exceptions=True)
    assert await ledger.do(state, 1) == "delivered"
    await ledger.close()


async def test_a_full_disk_is_waited_out(small_disk: Path) -> None:
    """So full that even the ballast's room is gone: the answer is kept in hand until it can be written."""
    cloud = scripted(Idempotency.NONE)
    async with shop(small_disk, {CLOUD: cloud}) as here:
        row = await here.ledger.do(book, 1, Idempotency.NONE, hold_s=30)
        await here.pass_time(20)
        await here.ledger.tidy()
        filler = fill(small_disk)
        (small_disk / "ballast").unlink()
        fill(small_disk)
        await here.pass_time(300)
        assert cloud.verbs() == []  # no attempt could be written, so no byte left
        filler.unlink()
        await here.pass_time(60)
        assert await here.state(row) == "delivered"
        assert cloud.applied == {key(1): 1}


KILLS = 2
BOX = """
import asyncio, sys
from pathlib import Path
from random import Random
from agent.clock import SystemClock
from agent.courier import Courier
from agent.ledger import Ledger
from agent.providers import Idempotency
from agent.providers.plain_http import PlainHttp
from agent.settings import PlainHttpSettings, Store
from tests.ledger.facts import CLOUD, book

async def main(folder, url, kind, facts):
    clock, wake = SystemClock(), asyncio.Event()
    ledger = Ledger.open(Path(folder) / "ledger.db", clock, 0.25)
    settings = PlainHttpSettings(
        kind="plain_http", base_url=url, token="sandbox-token", idempotency=kind, batch=3, calls_per_second=200)
    courier = Courier(ledger, {CLOUD: PlainHttp(CLOUD, settings, clock)}, clock, Store(), wake, Random())
    running = asyncio.create_task(courier.run())
    known = await ledger.do(lambda db: db["receipts"].count)
    for number in range(known, int(facts)):
        await ledger.do(book, number, Idempotency(kind))
        wake.set()
    print("all taken in", flush=True)
    while await ledger.do(lambda db: db.execute(
            "SELECT count(*) FROM outbox WHERE state IN ('due', 'attempt', 'unknown')").fetchone()[0]):
        await asyncio.sleep(0.05)
    print("done", flush=True)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await ledger.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("kind", [Idempotency.KEY, Idempotency.NONE])
async def test_killed_at_any_moment_the_clouds_book_is_exact(tmp_path: Path, kind: Idempotency) -> None:
    """K: every fact once. N: none twice, and what is not known to have arrived is a question."""
    facts, chance = 40, Random(11)
    async with PlainHttpCloud(keeps=kind) as cloud:
        for number in range(facts):
            cloud.book.sign_up(phone=phone(number))
        done = False
        for life in range(30):
            box = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                BOX,
                *(str(tmp_path), cloud.url, kind.value, str(facts)),
                stdout=asyncio.subprocess.PIPE,
                cwd=Path(__file__).parents[1],
            )
            assert box.stdout is not None
            if life < KILLS:
                seen = sum(cloud.book.asked.values()) + chance.randrange(1, 16)
                while box.returncode is None and sum(cloud.book.asked.values()) < seen:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
                if box.returncode is None:
                    box.kill()
            printed = (await box.communicate())[0].decode()
            done = done or "done" in printed
            if done:
                break
        assert done
    entries, ledger = cloud.book.entries, Ledger.open(tmp_path / "ledger.db", CountingClock(), 0.25)
    account = await ledger.do(QUESTIONS["day"], "2026-11-14")
    await ledger.close()
    assert {entry.times for entry in entries.values()} == {1}
    assert account["awarded"] + account["held"] == facts
    assert account["awarded"] <= len(entries) <= facts
    if kind is Idempotency.KEY:
        assert len(entries) == facts
        assert account["held"] == 0

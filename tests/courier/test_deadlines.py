"""By the end of the business day, or named before it is missed; and how long an award waits for a sign-up."""

from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from agent.clock import Quality
from agent.ledger import answers, counters, events, tasks, undoing
from agent.ledger.questions import QUESTIONS
from agent.providers import (
    Idempotency,
    Limits,
    NoMember,
)
from agent.sandboxes.plain_http import PlainHttpCloud
from agent.settings import Store
from tests.courier.scripted import key, scripted
from tests.courier.shop import CountingClock, line_to, shop
from tests.hand_clock import START
from tests.ledger.facts import CLOUD, book, phone

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

"""The courier's first promise: what the cloud booked is what was delivered, whatever was lost on the way."""

from pathlib import Path

import pytest

from agent.ledger import answers, outbox, tasks
from agent.ledger.questions import QUESTIONS
from agent.providers import (
    Idempotency,
    Limits,
    NoMember,
    Unknown,
)
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.plain_http import PlainHttpCloud
from tests.courier.scripted import key, scripted
from tests.courier.shop import CountingClock, line_to, shop
from tests.ledger.facts import CLOUD, book, phone


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

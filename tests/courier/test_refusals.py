"""What a cloud will not do: told once, asked of the right person, sent again when they say so."""

from pathlib import Path

from agent.cloud_health import Standing
from agent.ledger import Ledger, answers, clouds, tasks
from agent.ledger.questions import QUESTIONS
from agent.providers import (
    Ambiguous,
    Call,
    Idempotency,
    Later,
    Unknown,
)
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from tests.courier.scripted import key, scripted
from tests.courier.shop import CountingClock, line_to, shop
from tests.ledger.facts import CLOUD, book, moment, phone


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

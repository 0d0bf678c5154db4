"""Stopped, killed, out of disk or with a bug in an adapter: nothing is forgotten and nobody else is taken along."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from agent.courier import IN_FLIGHT, Courier
from agent.errors import ProviderMisconfigured
from agent.ledger import Ledger, dispatch, outbox
from agent.ledger.questions import QUESTIONS
from agent.providers import (
    Answer,
    Call,
    Idempotency,
    Limits,
)
from agent.sandboxes.plain_http import PlainHttpCloud
from agent.settings import Store
from tests.courier.scripted import ScriptedCloud, key, scripted
from tests.courier.shop import PATIENCE_S, CountingClock, shop
from tests.hand_clock import START
from tests.ledger.facts import CLOUD, book, enqueue, fact, moment, phone, save, state
from tests.small_disk import fill, small_disk

__all__ = ["small_disk"]


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
                cwd=Path(__file__).parents[2],
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

"""Daemon: what its own housekeeping does on bad days; the whole box on bad days is in the stories."""

import asyncio
import contextlib
from pathlib import Path

from agent.daemon import Agent
from agent.errors import StorageFull
from agent.ledger import Ledger, tasks
from agent.settings import Settings
from tests.hand_clock import HandClock
from tests.intake_bench import lift_limit, limit_size
from tests.ledger.facts import NOW

HOUR_S = 3600


async def fill(ledger: Ledger) -> None:
    """Every page that a task could go to."""
    await ledger.do(limit_size)
    with contextlib.suppress(StorageFull):
        for number in range(10_000):
            await ledger.do(tasks.open, tasks.Role.CASHIER, "other", str(number), "", "", NOW)


async def test_a_journal_over_its_cap_on_a_full_disk_stops_nothing_and_is_told_when_there_is_room(
    tmp_path: Path,
) -> None:
    settings = Settings.model_validate(
        {"device": {"state": tmp_path, "run": tmp_path / "run", "journal_cap_mb": 64, "ballast_mb": 1}}
    )
    clock = HandClock()
    (tmp_path / "journal").mkdir()
    with (tmp_path / "journal" / "0000abcd-000001.segment").open("wb") as segment:
        segment.truncate(65 << 20)
    ledger = Ledger.open(tmp_path / "ledger.db", clock, 0.1)
    agent = Agent(settings, clock, ledger, {})
    await fill(ledger)
    sweeping = asyncio.create_task(agent.keep_journal_small())
    await until_asleep(clock, sweeping)
    await ledger.do(lift_limit)
    await clock.advance(HOUR_S)
    await until_asleep(clock, sweeping)
    assert "journal_large" in [task["kind"] for task in await ledger.do(tasks.waiting, limit=20_000)]
    sweeping.cancel()
    await ledger.close()


async def until_asleep(clock: HandClock, task: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(10):
        while not clock.asleep:
            await asyncio.sleep(0.001)
            assert not task.done(), task.exception()

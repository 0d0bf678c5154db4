"""shop: a running courier on a hand-moved clock, and what a test needs to steer it.

Time is moved by hand, but only when every part of the courier waits for it: whatever else it waits for (the disk, the
cloud) takes real time, and as much as it needs.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from agent.courier import Courier
from agent.ledger import Ledger, tasks
from agent.providers.plain_http import PlainHttp
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from agent.settings import PlainHttpSettings, Store
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOUD, state

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

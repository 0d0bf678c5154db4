"""hand_clock: a clock the test moves by hand; sleepers wake in order, and nothing waits for real time."""

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

from agent.clock import Quality

START = datetime(2026, 11, 14, 17, 0, tzinfo=UTC)


class HandClock:
    """`advance` moves monotonic and wall time together; `jump` steps only the wall, as a bad NTP server would."""

    def __init__(self, now: datetime = START, boot: str = "b0070001") -> None:
        self.boot = boot
        self._wall, self._monotonic = now, 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._order = itertools.count()
        self.trusted = Quality.NTP

    @property
    def asleep(self) -> bool:
        """Somebody waits for this clock."""
        return any(not alarm.is_set() for _, _, alarm in self._sleepers)

    def wall(self) -> datetime:
        return self._wall

    def monotonic(self) -> float:
        return self._monotonic

    def quality(self) -> Quality:
        return self.trusted

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._alarm(seconds).wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        alarm = asyncio.create_task(self._alarm(seconds).wait(), name="hand clock alarm")
        ready = asyncio.create_task(event.wait(), name="hand clock event")
        try:
            await asyncio.wait({alarm, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            ready.cancel()
        return event.is_set()

    async def advance(self, seconds: float, *, settle: int = 20) -> None:
        """Moves time on, waking each sleeper at its moment; `settle` turns of the loop are given to each."""
        target = self._monotonic + seconds
        while self._sleepers and self._sleepers[0][0] <= target:
            at, _, alarm = heapq.heappop(self._sleepers)
            self._move(max(at, self._monotonic))
            alarm.set()
            for _ in range(settle):
                await asyncio.sleep(0)
        self._move(target)
        for _ in range(settle):
            await asyncio.sleep(0)

    def jump(self, step: timedelta) -> None:
        self._wall += step

    def _alarm(self, seconds: float) -> asyncio.Event:
        alarm = asyncio.Event()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), alarm))
        return alarm

    def _move(self, monotonic: float) -> None:
        self._wall += timedelta(seconds=monotonic - self._monotonic)
        self._monotonic = monotonic

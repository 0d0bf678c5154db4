"""watchdog: takes probes of progress, gives systemd READY, STATUS and a sign of life only while all of them move.

A process that runs and does nothing is worse than one that has died: systemd restarts only the latter. So the sign of
life comes from the work: each probe answers True when its part has moved on, and one that stays silent or says False
for `PATIENCE_S` ends the signs of life. Without systemd everything here does nothing but log.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping

from systemd.daemon import notify

from agent.clock import Clock

LOG = logging.getLogger(__name__)

PATIENCE_S = 20.0
"""A card may stall 7 s (edge measurements); three times that is no stall any more."""
LAG_S = 5.0
"""An event loop this late serves nobody."""
ROUNDS = 6
"""Signs of life per WatchdogSec: some may come late without a restart."""
ROUND_S = 5.0
"""Without a watchdog: how often the probes are asked, for the log's sake."""
LOOP = "event loop"

Probe = Callable[[], bool | Awaitable[bool]]


class Watchdog:
    """Asks every probe side by side, so that one that hangs cannot hide the others."""

    def __init__(self, clock: Clock, probes: Mapping[str, Probe]) -> None:
        self._clock, self._probes = clock, probes
        self._moved: dict[str, float] = {}
        self._begun = clock.monotonic()
        self._still: frozenset[str] = frozenset()
        self._ready = False
        self._interval = round_seconds(os.environ)

    async def run(self) -> None:
        """Until cancelled. READY goes out when every probe has said yes once."""
        self._begun = self._clock.monotonic()
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, probe in self._probes.items():
                    tasks.create_task(self._ask(name, probe), name=f"watchdog probe {name}")
                tasks.create_task(self._pet(), name="watchdog")
        finally:
            notify("STOPPING=1")

    async def _ask(self, name: str, probe: Probe) -> None:
        while True:
            if await self._says_yes(name, probe):
                self._moved[name] = self._clock.monotonic()
                self._tell_ready()
            await self._clock.sleep(self._interval)

    async def _says_yes(self, name: str, probe: Probe) -> bool:
        try:
            answer = probe()
            return answer if isinstance(answer, bool) else await answer
        except Exception:  # a probe that fails is a part that does not move; the process is not lost by it yet
            LOG.exception("the probe of %s failed", name)
            return False

    async def _pet(self) -> None:
        while True:
            asleep_at = self._clock.monotonic()
            await self._clock.sleep(self._interval)
            now = self._clock.monotonic()
            if now - asleep_at - self._interval < LAG_S:
                self._moved[LOOP] = now
            self._tell(self._standing_still(now))

    def _standing_still(self, now: float) -> frozenset[str]:
        names = (*self._probes, LOOP)
        return frozenset(name for name in names if now - self._moved.get(name, self._begun) >= PATIENCE_S)

    def _tell(self, still: frozenset[str]) -> None:
        if still != self._still:
            self._still = still
            words = f"no progress: {', '.join(sorted(still))}" if still else "all parts move"
            LOG.log(logging.ERROR if still else logging.INFO, "watchdog: %s", words)
            notify(f"STATUS={words}")
        if not still:
            notify("WATCHDOG=1")

    def _tell_ready(self) -> None:
        if not self._ready and all(name in self._moved for name in self._probes):
            self._ready = True
            notify("READY=1\nSTATUS=all parts move")


def round_seconds(environ: Mapping[str, str]) -> float:
    """Seconds between signs of life: a sixth of systemd's patience when it watches this very process."""
    watched = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    microseconds = int(environ.get("WATCHDOG_USEC", "0")) if watched else 0
    return microseconds / 1e6 / ROUNDS if microseconds else ROUND_S

"""live: tells open pages that something has changed, so that they fetch themselves anew; carries no data itself.

Server-sent events: the browser reconnects by itself, and a page that reconnects fetches everything, so nothing that
was told meanwhile can be missed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

from agent.clock import Clock
from agent.ledger import Ledger

TOGETHER_S = 0.05
"""What changes within this is told once."""
SIGN_OF_LIFE_S = 15.0
"""A comment this often, so that a dead connection is noticed at both ends."""
RECONNECT_MS = 1000


class Live:
    """`changed` may be called from any thread."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._clock, self._loop = clock, asyncio.get_running_loop()
        self._version, self._turn = 0, asyncio.Event()
        self._stirred = asyncio.Event()
        ledger.on_change(self.changed)

    def changed(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stirred.set)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._stirred.wait()
            await self._clock.sleep(TOGETHER_S)
            self._stirred.clear()
            self._version += 1
            turn, self._turn = self._turn, asyncio.Event()
            turn.set()

    async def stream(
        self, over: asyncio.Event, still_allowed: Callable[[], bool], tick_s: float = 0
    ) -> AsyncIterator[str]:
        """The event stream of one page; ends when `over` is set or its session is no longer good.

        `tick_s`: for pages that show what no commit tells of, as a tap's bytes: they are told this often.
        """
        yield f"retry: {RECONNECT_MS}\nevent: changed\ndata: {self._version}\n\n"
        while not over.is_set() and still_allowed():
            turn = self._turn
            told = await self._clock.wait(turn, tick_s or SIGN_OF_LIFE_S)
            yield f"event: changed\ndata: {self._version}\n\n" if told or tick_s else ": still here\n\n"

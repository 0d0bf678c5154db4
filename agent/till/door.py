"""door: takes a typed PIN and where it comes from, gives whose it is or how long to wait; shows no page."""

import asyncio
import logging
import math

from agent.clock import Clock
from agent.ledger import Ledger, audit, tasks
from agent.settings import Staff
from agent.till.lockout import Lockout
from agent.till.pins import whose
from agent.till.sessions import Sessions

LOG = logging.getLogger(__name__)
AT_ONCE = 2
"""PINs checked at once: each takes 16 MiB and a core for a moment."""


class WrongPin(Exception):
    """Nobody's PIN, or not its turn: `wait_s` whole seconds until the next attempt may be made, 0 for at once."""

    def __init__(self, wait_s: int) -> None:
        super().__init__("that is nobody's PIN" if not wait_s else f"wait {wait_s} s")
        self.wait_s = wait_s


class Door:
    """One for all pages; `sessions` are what it gives out."""

    def __init__(self, staff: dict[str, Staff], sessions: Sessions, ledger: Ledger, clock: Clock) -> None:
        self._staff, self.sessions = staff, sessions
        self._ledger, self._clock = ledger, clock
        self._lockout, self._checks = Lockout(), asyncio.Semaphore(AT_ONCE)

    async def check(self, pin: str, source: str) -> str:
        """The person's name in the settings. Raises WrongPin, and tells the manager when somebody guesses."""
        wait = self._lockout.begin(source, self._clock.monotonic())
        if wait:
            raise WrongPin(math.ceil(wait))
        async with self._checks:
            name = await asyncio.to_thread(whose, pin, self._staff)
        if name:
            self._lockout.right(source)
            return name
        await self._ledger.do(audit.note, "nobody", "wrong PIN", "page", f"from {source}", self._clock.wall())
        if self._lockout.wait_s(source, self._clock.monotonic()):
            await self._tell(source)
        raise WrongPin(0)

    async def _tell(self, source: str) -> None:
        LOG.warning("PINs are being guessed from %s", source)
        await self._ledger.do(
            tasks.open,
            tasks.Role.MANAGER,
            "pin_guessing",
            "page",
            "Wrong PINs were typed many times",
            "Ask who it was. If nobody knows, change the store's Wi-Fi password and the PINs (tillpost pin).",
            self._clock.wall(),
            what=f"The last came from {source}.",
            choices={"seen": ""},
        )

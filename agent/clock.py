"""clock: wall time with its quality, monotonic time and sleeping, handed to every part; tests hand in their own."""

import asyncio
import ctypes
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

ADJTIMEX_UNSYNCHRONISED = 5  # TIME_ERROR, adjtimex(2): the kernel's own word that nobody disciplines the clock


class Quality(StrEnum):
    """How far wall time can be trusted: disciplined by NTP, or a guess (a Pi starts where it last stopped)."""

    NTP = "ntp"
    GUESS = "guess"


class Clock(Protocol):
    boot: str
    """Eight hex digits naming this boot of the machine; monotonic times compare only within one."""

    def wall(self) -> datetime:
        """Now, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never steps."""

    def quality(self) -> Quality: ...

    async def sleep(self, seconds: float) -> None: ...

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Until the event is set (True) or `seconds` have passed (False)."""


class SystemClock:
    """The machine's own clocks."""

    def __init__(self) -> None:
        self.boot = Path("/proc/sys/kernel/random/boot_id").read_text().replace("-", "")[:8]
        self._libc = ctypes.CDLL(None, use_errno=True)

    def wall(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def quality(self) -> Quality:
        state = self._libc.adjtimex(ctypes.create_string_buffer(512))  # all zero: only asks
        return Quality.GUESS if state in (-1, ADJTIMEX_UNSYNCHRONISED) else Quality.NTP

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        return await _finished(event.wait(), seconds)


async def _finished(waiting: Awaitable[object], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        return False
    return True

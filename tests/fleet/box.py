"""box: an uplink with a real ledger, as the daemon builds it; also run as a process of its own, to be killed."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from agent.clock import SystemClock
from agent.fleet.inventory import birth_of
from agent.fleet.messages import Alert
from agent.fleet.pace import Pace
from agent.fleet.uplink import Uplink
from agent.ledger import Ledger, events
from agent.settings import Device, Fleet, Settings
from tests.fleet.mosquitto import PATIENCE_S

TENANT, DEVICE = "t17", "TP-TEST-1"
TREE = f"tillpost/1/{TENANT}/{DEVICE}"
QUICK = Pace(
    first_connect_s=0,
    step_s=0.05,
    ceiling_s=0.2,
    refused_from_s=0.05,
    refused_to_s=0.1,
    status_s=0.1,
    outbox_s=0.05,
    timeout_s=5,
    will_delay_s=0,
    health_spread_s=0.05,
)


@dataclass
class Box:
    """What an uplink is made of; the test changes `numbers` and `alerts` under way."""

    ledger: Ledger
    fleet: Fleet
    device: str = DEVICE
    pace: Pace = QUICK
    numbers: dict[str, float] = field(default_factory=lambda: {"q_depth": 3.0, "clock_off_ms": 0.25})
    alerts: list[Alert] = field(default_factory=list)

    def uplink(self) -> Uplink:
        settings = Settings(device=Device(id=self.device), fleet=self.fleet)
        clock = SystemClock()
        return Uplink(
            self.fleet,
            self.device,
            self.ledger,
            clock,
            self._numbers(),
            Random(1),
            birth=birth_of(settings),
            alerts=self._alerts,
            pace=self.pace,
        )

    async def event(self, kind: str, **detail: object) -> int:
        return await self.ledger.do(events.record, kind, detail, SystemClock().wall())

    def _numbers(self) -> Callable[[], Awaitable[Mapping[str, float]]]:
        async def numbers() -> Mapping[str, float]:
            return self.numbers

        return numbers

    async def _alerts(self) -> Sequence[Alert]:
        return tuple(self.alerts)


def _ledger(folder: Path) -> Ledger:
    folder.mkdir(parents=True, exist_ok=True)
    return Ledger.open(folder / "ledger.db", SystemClock(), ballast_mb=0.1)


@contextlib.asynccontextmanager
async def box(folder: Path, broker: str, **changes: object) -> AsyncIterator[Box]:
    """A box whose ledger lies in `folder`; nothing runs yet."""
    ledger = _ledger(folder)
    fleet = Fleet(broker=broker, tenant=TENANT, tls=False, health_s=0.2)
    try:
        yield Box(ledger, fleet, **changes)  # type: ignore[arg-type]
    finally:
        await ledger.close()


@contextlib.asynccontextmanager
async def running(box: Box) -> AsyncIterator[Uplink]:
    """The uplink at work; stopped politely behind."""
    uplink = box.uplink()
    task = asyncio.create_task(uplink.run(), name="uplink")
    try:
        yield uplink
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Overheard(logging.Handler):
    """Waits until the uplink's log says something."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words, self._said = words, asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if self._words in record.getMessage():
            self._said.set()

    async def __aenter__(self) -> "Overheard":
        logging.getLogger("agent.fleet.uplink").addHandler(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        logging.getLogger("agent.fleet.uplink").removeHandler(self)

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._said.wait()


async def _alone(folder: str, broker: str) -> None:
    async with box(Path(folder), broker) as made:
        await made.uplink().run()


if __name__ == "__main__":
    asyncio.run(_alone(*sys.argv[1:]))

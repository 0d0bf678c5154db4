"""box: the tap as its own process under our supervisor, for the tests that kill it."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.supervisor import Keeping, Supervised
from agent.taps.lane import Lane
from tests.taps.rig import PATIENCE_SECONDS


@dataclass(frozen=True, slots=True)
class Box:
    folder: Path
    keeping: Keeping
    ports: dict[str, int]

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    @property
    def pid(self) -> int:
        return self.keeping.pid

    def lives_since(self, pid: int) -> bool:
        """Another process has taken the place of this one."""
        return self.pid != pid

    def status(self) -> dict[str, object]:
        return dict(json.loads((self.folder / "tap.json").read_text()))

    async def till(self, lane: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.open_connection("127.0.0.1", self.ports[lane])


def orders(folder: Path, lanes: Sequence[Lane]) -> str:
    paths = {
        name: str(folder / file) for name, file in (("journal", "journal"), ("wake", "wake"), ("status", "tap.json"))
    }
    return json.dumps({"lanes": [asdict(lane) for lane in lanes], **paths})


def free_port() -> int:
    """Of the system's choice; free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def box(folder: Path, lanes: Sequence[Lane], *, watchdog_s: float = 0) -> AsyncIterator[Box]:
    """Runs until the block ends; then the tap is asked to stop and has to."""
    ports = {lane.name: free_port() for lane in lanes if lane.listen}
    child = Supervised(
        "tap",
        (sys.executable, "-m", "agent.tap"),
        env={"TILLPOST_TAP": orders(folder, lanes)},
        listen={name: f"127.0.0.1:{port}" for name, port in ports.items()},
        watchdog_s=watchdog_s,
    )
    stopping = asyncio.Event()
    keeping = Keeping(child, stopping)
    task = asyncio.create_task(keeping.run())
    try:
        yield Box(folder, keeping, ports)
    finally:
        stopping.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await task

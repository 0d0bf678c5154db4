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
    run: Path
    journal: Path
    keeping: Keeping
    ports: dict[str, int]

    @property
    def pid(self) -> int:
        return self.keeping.pid

    def lives_since(self, pid: int) -> bool:
        """Another process has taken the place of this one."""
        return self.pid != pid

    def status(self) -> dict[str, dict[str, object]]:
        """The status file; empty while there is none."""
        file = self.run / "tap.json"
        return dict(json.loads(file.read_text())) if file.exists() else {"journal": {"full": False}, "lanes": {}}

    async def till(self, lane: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.open_connection("127.0.0.1", self.ports[lane])


def orders(run: Path, journal: Path, lanes: Sequence[Lane]) -> str:
    paths = {"journal": str(journal), "wake": str(run / "wake"), "status": str(run / "tap.json")}
    return json.dumps({"lanes": [asdict(lane) for lane in lanes], **paths})


def free_port() -> int:
    """Of the system's choice; free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def box(
    run: Path, lanes: Sequence[Lane], *, watchdog_s: float = 0, disk: Path | None = None
) -> AsyncIterator[Box]:
    """Runs until the block ends; then the tap is asked to stop and has to."""
    journal = (disk or run) / "journal"
    ports = {lane.name: free_port() for lane in lanes if lane.listen}
    child = Supervised(
        "tap",
        (sys.executable, "-m", "agent.tap"),
        env={"TILLPOST_TAP": orders(run, journal, lanes)},
        listen={name: f"127.0.0.1:{port}" for name, port in ports.items()},
        watchdog_s=watchdog_s,
    )
    stopping = asyncio.Event()
    keeping = Keeping(child, stopping)
    task = asyncio.create_task(keeping.run())
    try:
        yield Box(run, journal, keeping, ports)
    finally:
        stopping.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await task

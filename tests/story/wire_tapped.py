"""wire_tapped: a shop whose serial till a wire tap listens to: the firmware's own code, as a process on a pty."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.story.box import ROOT, Box, until
from tests.story.cloud import TOKEN, CloudProcess
from tests.story.scene import MEMBERS
from tests.story.slips import Slip
from tests.story.till import BAUD_BYTES_PER_SECOND

SETTINGS = """
[store]
timezone = "UTC"
[lanes.till-1]
tap = "wire_tap"
path = "{link}"
baud = 115200
[providers.cloud]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
timeout_s = 2
calls_per_second = 50
[programmes.points]
provider = "cloud"
"""


class WireTap:
    """The simulator as a process of its own: it lives on while the box does not. `print` is the till's end."""

    def __init__(self, folder: Path) -> None:
        self.path, self._till = folder / "wire-tap", folder / "till"
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        words = ("-m", "firmware_bridge.simulator", "--link", str(self.path), "--till", str(self._till))
        self._process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT)
        await until("the wire tap is plugged in", self._till.exists)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()

    async def print(self, slip: Slip) -> None:
        line = os.open(self._till, os.O_WRONLY | os.O_NOCTTY)
        try:
            for start in range(0, len(slip.data), 64):
                piece = slip.data[start : start + 64]
                os.write(line, piece)
                await asyncio.sleep(len(piece) / BAUD_BYTES_PER_SECOND)
        finally:
            os.close(line)


@dataclass(frozen=True, slots=True)
class Scene:
    box: Box
    cloud: CloudProcess
    till: WireTap

    async def receipts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.box.ask("receipts", limit=500)
        return rows

    async def all_arrived(self, slips: list[Slip]) -> bool:
        return len(await self.receipts()) >= len(slips) and not await self.box.ask("queue")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Scene]:
    async with CloudProcess() as cloud, WireTap(folder) as till:
        for phone in MEMBERS:
            await cloud.sign_up(f"+1{phone}")
        settings = SETTINGS.format(link=till.path, cloud=cloud.url, token=TOKEN)
        async with Box(folder, settings) as box:
            yield Scene(box, cloud, till)

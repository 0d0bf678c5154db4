"""scene: the smallest whole shop: one network till, one printer, one sandbox cloud, one running box."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fleet.mosquitto import free_port
from tests.story.box import Box
from tests.story.cloud import TOKEN, CloudProcess
from tests.story.printer import SimulatedPrinter
from tests.story.till import NetworkTill

MEMBERS = ("4155550101", "4155550102", "4155550103", "4155550104")
SETTINGS = """
[store]
timezone = "UTC"
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
printer = "{printer}"
quiet_s = 2
[providers.cloud]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
timeout_s = 2
calls_per_second = 50
[programmes.points]
provider = "cloud"
"""


@dataclass(frozen=True, slots=True)
class Scene:
    box: Box
    cloud: CloudProcess
    printer: SimulatedPrinter
    till: NetworkTill

    async def receipts(self) -> list[dict[str, Any]]:
        """All of them, newest first."""
        rows, after = list[dict[str, Any]](), 0
        while page := await self.box.ask("receipts", limit=500, after=after):
            rows += page
            after = page[-1]["id"]
        return rows


@asynccontextmanager
async def opened(folder: Path, more: str = "") -> AsyncIterator[Scene]:
    """`more`: settings besides, with {cloud} and {token}."""
    async with SimulatedPrinter() as printer, CloudProcess() as cloud:
        for phone in MEMBERS:
            await cloud.sign_up(f"+1{phone}")
        listen = f"127.0.0.1:{free_port()}"
        settings = (SETTINGS + more).format(listen=listen, printer=printer.address, cloud=cloud.url, token=TOKEN)
        async with Box(folder, settings) as box:
            yield Scene(box, cloud, printer, NetworkTill(listen))

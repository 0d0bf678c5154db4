"""shop: a whole box with pages, a till, a printer and a sandbox cloud, and people with PINs; for tests in a browser."""

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.till.pins import hashed
from tests.fleet.mosquitto import free_port
from tests.story.box import Box, until
from tests.story.cloud import TOKEN, CloudProcess
from tests.story.printer import SimulatedPrinter
from tests.story.slips import Shop, Slip
from tests.story.till import NetworkTill

PINS = {"cashier": "2580", "manager": "1357", "technician": "9753", "owner": "8642"}
SALT = "made-for-tests"
SETTINGS = """
[store]
name = "Example Pets"
timezone = "UTC"
duplicate_decision_minutes = 60
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
printer = "{printer}"
quiet_s = 2
[lanes.till-2]
tap = "raw_tcp"
listen = "{second}"
printer = "{printer}"
quiet_s = 2
[providers.cloud]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
timeout_s = 2
calls_per_second = 50
speaks = ["checked_in", "sign_up", "estimate", "rewards", "void"]
[programmes.points]
provider = "cloud"
rewards = [{{ code = "TEN", name = "10% off", percent = 10, key = "10% OFF" }}]
{points}
[page]
listen = "127.0.0.1:{port}"
"""


def staff() -> str:
    """One person per role, called by it, as TOML."""
    return "".join(
        f"[page.staff.{role}]\nrole = {json.dumps(role)}\npin = {json.dumps(hashed(pin, SALT))}\n"
        for role, pin in PINS.items()
    )


@dataclass(frozen=True, slots=True)
class PageShop:
    box: Box
    cloud: CloudProcess
    printer: SimulatedPrinter
    till: NetworkTill
    second: NetworkTill
    shop: Shop
    url: str
    _phones: Iterator[int] = field(default_factory=lambda: itertools.count(200))

    async def member(self, **fields: Any) -> str:
        """Somebody new who has signed up; gives the phone as a till prints it."""
        phone = self.stranger()
        await self.cloud.sign_up(f"+1{phone}", **fields)
        return phone

    def stranger(self) -> str:
        """A phone that nobody has signed up with."""
        return f"415555{next(self._phones):04d}"

    async def points(self, phone: str) -> int:
        """At the cloud."""
        return (await self.cloud.points()).get(f"+1{phone}", 0)

    async def has(self, phone: str, points: int) -> None:
        """Waits until the cloud's ledger says so."""

        async def said() -> bool:
            return await self.points(phone) == points

        await until(f"{phone} has {points} points at the cloud", said)

    async def sale(self, phone: str = "", lines: int = 0, *, second: bool = False, percent_off: int = 0) -> Slip:
        """Printed at the first till, or the second one."""
        slip = self.shop.sale(phone, lines, percent_off=percent_off)
        await (self.second if second else self.till).print(slip)
        return slip

    async def receipt(self, slip: Slip) -> dict[str, Any] | None:
        """As the box has it; the latest of that number."""
        rows = await self.box.ask("receipts", limit=500)
        return next((row for row in rows if row["number"] == slip.number), None)


@asynccontextmanager
async def opened(folder: Path, extra: str = "", points: str = "", page: str = "") -> AsyncIterator[PageShop]:
    """`extra`: further sections; `points`, `page`: further lines of [programmes.points] and [page]."""
    async with SimulatedPrinter() as printer, CloudProcess() as cloud:
        listen, second, port = (f"127.0.0.1:{free_port()}" for _ in range(3))
        settings = SETTINGS.format(
            listen=listen,
            second=second,
            printer=printer.address,
            cloud=cloud.url,
            token=TOKEN,
            port=port.rpartition(":")[2],
            points=points,
        )
        opens = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        async with Box(folder, settings + page + extra + staff()) as box:
            yield PageShop(
                box,
                cloud,
                printer,
                NetworkTill(listen),
                NetworkTill(second),
                Shop("EXAMPLE PETS", "1", 5, 1000, opens),
                f"http://{port}",
            )

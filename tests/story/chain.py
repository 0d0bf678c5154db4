"""chain: a running box with two clouds and every kind of programme, shared by many stories; asserts nothing."""

import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.fleet.mosquitto import free_port
from tests.story.box import Box, until
from tests.story.cloud import TOKEN, CloudProcess
from tests.story.papers import Line, paper
from tests.story.printer import SimulatedPrinter
from tests.story.till import NetworkTill

SETTINGS = """
[store]
id = "north"
timezone = "UTC"
nobody = ["No Name", "555-0199"]
staff_phones = ["415-555-0190"]
many_receipts_a_day = 3
claim_url = "https://claim.example/?c="
closing_slip = "till-1"
channels = {{ drive = ["DRIVE THRU"] }}
[page]
listen = ""
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
printer = "{printer}"
quiet_s = 2
[providers.one]
kind = "plain_http"
base_url = "{one}"
token = "{token}"
calls_per_second = 100
speaks = ["rewards", "void"]
[providers.two]
kind = "plain_http"
base_url = "{two}"
token = "{token}"
calls_per_second = 100
[programmes.points]
provider = "one"
rates = [{{ since = 2020-01-01, sale = 1, buy = "0.5" }}, {{ since = {today}, sale = 2, buy = "0.5" }}]
rewards = [{{ code = "FIVE", name = "$5 off", value = 500, key = "REWARD 5", shows = ["REWARD 5"] }}]
point_cost = "0.01"
[programmes.parity]
provider = "two"
base = "pre_tax_before_discount"
[programmes.taxed]
provider = "two"
base = "with_tax_after_discount"
[programmes.tiers]
provider = "two"
rates = [{{ sale = 1, tiers = [{{ words = ["dog food"], sale = 3 }}] }}]
[programmes.food]
provider = "two"
base = "category"
categories = ["dog food"]
[programmes.card]
provider = "two"
rule = "frequent_buyer"
eligible = {{ words = ["dog food"] }}
card_size = 3
[programmes.cash]
provider = "two"
rule = "cashback"
rates = [{{ sale = "0.05" }}]
conditions = [{{ starts = "10:00", ends = "11:00", words = ["chew toy"], stores = ["north"] }}]
[programmes.drive]
provider = "two"
conditions = [{{ channels = ["drive"] }}]
[programmes.slow]
provider = "two"
hold_seconds = 4
"""
NOW = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
TODAY = (NOW - timedelta(hours=4)).date()
"""The business day: it begins at four."""


@dataclass
class Chain:
    box: Box
    one: CloudProcess
    two: CloudProcess
    printer: SimulatedPrinter
    till: NetworkTill
    numbers: Any = field(default_factory=lambda: itertools.count(1001))
    phones: Any = field(default_factory=lambda: itertools.count(4155550120))

    async def customer(self) -> str:
        """A new one, who has signed up at both clouds."""
        phone = str(next(self.phones))
        for cloud in (self.one, self.two):
            await cloud.sign_up(f"+1{phone}")
        return phone

    async def print(self, data: bytes) -> None:
        await self.till.send(data)

    async def sell(self, lines: Sequence[Line], phone: str = "", *, at: datetime = NOW, **more: Any) -> str:
        """A sale from the till; its number, once the box has read it."""
        number = more.pop("number", None) or str(next(self.numbers))
        await self.print(paper(number, lines, phone, at=at, **more))
        await self.read(number, more.get("kind", "SALE").lower())
        return number

    async def read(self, number: str, kind: str = "sale") -> dict[str, Any]:
        """The latest receipt of this number and kind, as the till page shows it."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            rows = await self.box.ask("till_receipts", limit=50)
            found[:] = [row for row in rows if row["number"] == number and row["kind"] == kind]
            return bool(found)

        await until(f"the box has read {kind} {number}", there)
        return found[0]

    async def act(self, name: str, **body: Any) -> Any:
        """One of the agent's acts, over its own socket; what it refuses comes out as AssertionError with its words."""
        transport = httpx.AsyncHTTPTransport(uds=str(self.box.folder / "run" / "agent.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://agent", timeout=20) as client:
            answer = await client.post(f"/do/{name}", json=body)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    async def answer(self, kind: str, choice: str) -> None:
        """Answers the newest open question of this kind."""
        tasks = [task for task in await self.box.ask("tasks") if task["kind"] == kind]
        await self.act("answer", task=tasks[-1]["id"], choice=choice)

    async def given(self, phone: str, programme: str) -> int:
        """What the clouds' own books say this customer has in this programme."""
        total = 0
        for cloud in (self.one, self.two):
            book = await cloud.ledger()
            owner = {member["id"] for member in book["members"] if member["phone"] == f"+1{phone}"}
            total += sum(
                entry["points"] * entry["times"]
                for entry in book["entries"]
                if entry["member"] in owner and entry["programme"] == programme
            )
        return total

    async def gives(self, phone: str, **programmes: int) -> None:
        """Waits until the clouds' books say exactly this."""

        async def so() -> bool:
            return all([await self.given(phone, name) == points for name, points in programmes.items()])

        try:
            await until("", so, patience_s=20)
        except AssertionError:
            said = {name: await self.given(phone, name) for name in programmes}
            raise AssertionError(f"the clouds have {said}, not {programmes}") from None

    async def settled(self) -> None:
        """Nothing of what may go out by itself is on its way any more."""

        async def idle() -> bool:
            return all(row["state"] in ("held", "parked") for row in await self.box.ask("queue"))

        await until("the queue has come to rest", idle)


@asynccontextmanager
async def opened(folder: Path, written: str = SETTINGS) -> AsyncIterator[Chain]:
    """`written`: settings with gaps for the addresses of lane, printer and both clouds."""
    async with SimulatedPrinter() as printer, CloudProcess() as one, CloudProcess() as two:
        listen = f"127.0.0.1:{free_port()}"
        settings = written.format(
            listen=listen, printer=printer.address, one=one.url, two=two.url, token=TOKEN, today=TODAY
        )
        async with Box(folder, settings) as box:
            yield Chain(box, one, two, printer, NetworkTill(listen))

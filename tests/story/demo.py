"""demo: the main job before your eyes: tills print through a running box, awards arrive at a sandbox cloud.

Everything is real but the shop: `tillpost run` with its two processes, TCP and a serial line, SQLite, MQTT, HTTP. The
internet goes away for a while, the agent is killed once, the cloud swallows answers; the sums must come out all the
same.
"""

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiomqtt
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from agent.till.pins import hashed
from tests.fleet.mosquitto import Broker, free_port
from tests.story.box import Box, until
from tests.story.cloud import TOKEN, CloudProcess
from tests.story.printer import SimulatedPrinter
from tests.story.slips import Shop, Slip
from tests.story.till import NetworkTill, SerialTill
from tests.story.wire_tapped import WireTap

MEMBERS = ("4155550101", "4155550102", "4155550103")
LATECOMER = "4155550104"
EYES_S = 0.8
"""Between two slips of one till, so that eyes can follow."""
NETWORK_SALES, SERIAL_SALES, SALES_OFFLINE = 12, 6, 8

SETTINGS = """
[store]
id = "demo"
name = "Example Pets"
timezone = "UTC"

[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
printer = "{printer}"

[lanes.till-2]
tap = "{serial_tap}"
path = "{serial}"
baud = 115200

[providers.cloud]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
timeout_s = 2

[programmes.points]
provider = "cloud"
rates = [{{ sale = "1", buy = "1" }}]

[fleet]
broker = "{broker}"
tenant = "demo"
tls = false
first_connect_s = 2

[page]
listen = "{page}"
[page.staff.demo]
role = "owner"
pin = "{pin}"
"""
PIN = "2580"


@dataclass
class Story:
    """The shop and all that happened in it."""

    console: Console
    box: Box
    cloud: CloudProcess
    printer: SimulatedPrinter
    network: NetworkTill
    serial: SerialTill | WireTap
    shop: Shop
    serial_shop: Shop
    pause_s: float
    slips: list[Slip] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)
    page: str = ""

    async def print(self, slip: Slip, *, serial: bool = False) -> Slip:
        await (self.serial.print(slip) if serial else self.network.print(slip))
        self.slips.append(slip)
        await asyncio.sleep(self.pause_s)
        return slip

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{datetime.now(UTC):%H:%M:%S}[/]  {text}")

    @property
    def expected(self) -> dict[str, int]:
        """Points per phone, from the slips alone."""
        points: defaultdict[str, int] = defaultdict(int)
        for slip in self.slips:
            if slip.phone:
                points[f"+1{slip.phone}"] += slip.points
        return dict(points)


@asynccontextmanager
async def opened(console: Console, folder: Path, pause_s: float = 0, *, wire_tap: bool = False) -> AsyncIterator[Story]:
    """The shop with its printer, cloud and broker, and the running box; `wire_tap`: one listens to the serial till."""
    async with AsyncExitStack() as stack:
        printer = await stack.enter_async_context(SimulatedPrinter())
        cloud = await stack.enter_async_context(CloudProcess())
        serial: SerialTill | WireTap
        if wire_tap:
            serial = await stack.enter_async_context(WireTap(folder))
        else:
            serial = stack.enter_context(SerialTill())
        broker = Broker(folder / "broker")
        broker.start()
        stack.callback(broker.stop)
        listen = f"127.0.0.1:{free_port()}"
        page = f"127.0.0.1:{free_port()}"
        settings = SETTINGS.format(
            listen=listen,
            printer=printer.address,
            serial=serial.path,
            serial_tap="wire_tap" if wire_tap else "serial_port",
            cloud=cloud.url,
            token=TOKEN,
            broker=broker.address,
            page=page,
            pin=hashed(PIN),
        )
        box = await stack.enter_async_context(Box(folder, settings))
        opens = datetime.now(UTC).replace(microsecond=0)
        story = Story(
            console,
            box,
            cloud,
            printer,
            NetworkTill(listen),
            serial,
            Shop("EXAMPLE PETS", "1", 1, 1000, opens),
            Shop("EXAMPLE PETS", "2", 2, 5000, opens),
            pause_s,
            page=page,
        )
        watching = asyncio.create_task(watch_status(broker.address, story.status), name="fleet watch")
        stack.callback(watching.cancel)
        yield story


async def watch_status(address: str, seen: dict[str, Any]) -> None:
    """Somebody at the fleet's end, who looks at the retained status."""
    host, _, port = address.rpartition(":")
    async with aiomqtt.Client(host, int(port)) as client:
        await client.subscribe("tillpost/1/+/+/status")
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            seen.update(json.loads(message.payload))


async def tell(story: Story) -> None:
    """The scenes."""
    for phone in MEMBERS:
        await story.cloud.sign_up(f"+1{phone}")
    story.say(f"the box is up: till 1 prints over TCP to {story.network.address}, till 2 over {story.serial.path}")
    sale = await ordinary_sales(story)
    await the_cloud_swallows_answers(story)
    await the_internet_goes_away(story)
    await special_slips(story, sale)
    await somebody_signs_up_late(story)
    await everything_arrives(story)


async def ordinary_sales(story: Story) -> Slip:
    with bar(story.console) as progress:
        task = progress.add_task("both tills print", total=NETWORK_SALES + SERIAL_SALES)

        async def serial_day() -> None:
            for slip in story.serial_shop.day(SERIAL_SALES, MEMBERS):
                await story.print(slip, serial=True)
                progress.advance(task)

        other = asyncio.create_task(serial_day(), name="serial till")
        for slip in story.shop.day(NETWORK_SALES, MEMBERS):
            await story.print(slip)
            progress.advance(task)
        await other
    return await story.print(story.shop.sale(MEMBERS[0], 3))


async def the_cloud_swallows_answers(story: Story) -> None:
    await story.cloud.misbehave("drop_after", next=2)
    story.say("the cloud applies the next awards but its answers are lost on the way")
    for slip in story.shop.day(3, MEMBERS):
        await story.print(slip)


async def the_internet_goes_away(story: Story) -> None:
    await story.cloud.go_away()
    story.say("the internet is gone; the tills print on, and the agent is killed in the middle of it (kill -9)")
    with bar(story.console) as progress:
        task = progress.add_task("printing without internet", total=SALES_OFFLINE)
        for number, slip in enumerate(story.shop.day(SALES_OFFLINE, MEMBERS)):
            if number == SALES_OFFLINE // 2:
                story.box.kill("agent")
            await story.print(slip)
            progress.advance(task)
    await until("the agent is back", story.box.answers)
    await until("all receipts are read", lambda: all_read(story))
    story.say(f"the agent is back; {len(await story.box.ask('queue'))} awards wait for the line")
    await story.cloud.come_back()
    story.say("the internet is back")


async def special_slips(story: Story, sale: Slip) -> None:
    await story.print(story.shop.buy(MEMBERS[1], 5350))
    await story.print(story.shop.take_back(sale))
    await story.print(story.shop.print_again(sale))
    await story.print(story.serial_shop.sale(MEMBERS[2]), serial=True)
    story.say("a buy, a return of an earlier sale and a reprint came through")


async def somebody_signs_up_late(story: Story) -> None:
    slip = await story.print(story.shop.sale(LATECOMER))

    async def parked() -> bool:
        return any(row["state"] == "parked" for row in await story.box.ask("queue"))

    await until("the award of somebody unknown is parked", parked)
    story.say(f"receipt {slip.number}: nobody has this phone yet, the award waits for a sign-up")
    await story.cloud.sign_up(f"+1{LATECOMER}")
    await story.box.command("queue", "--retry")
    story.say("the customer signs up, later the same day")


async def everything_arrives(story: Story) -> None:
    with bar(story.console) as progress:
        task = progress.add_task("awards arriving", total=sum(1 for slip in story.slips if slip.points))

        async def arrived() -> bool:
            progress.update(task, completed=await delivered(story))
            return await all_read(story) and not await story.box.ask("queue")

        await until("every award has arrived", arrived)
    await until("the fleet sees that the box is ready", lambda: story.status.get("state") == "ready")


async def all_read(story: Story) -> bool:
    return len(await story.box.ask("receipts", limit=500)) == len(story.slips)


async def delivered(story: Story) -> int:
    rows = await story.box.ask("receipts", limit=500)
    return sum(award["state"] == "delivered" for row in rows for award in row["awards"])


async def balance(story: Story) -> bool:
    """The table at the end; True when every line of it holds."""
    receipts = await story.box.ask("receipts", limit=500)
    understood = await understood_right(story)
    points, book = await story.cloud.points(), await story.cloud.ledger()
    earning = sum(1 for slip in story.slips if slip.points)
    through_printer = len(story.network.printed)
    same = hashlib.sha256(story.printer.printed).digest() == hashlib.sha256(story.network.printed).digest()
    rows: list[tuple[str, int | str, int | str]] = [
        ("slips printed", len(story.slips), len(story.slips)),
        ("bytes at the printer, same sha256", through_printer, len(story.printer.printed) if same else "different"),
        ("receipts captured", len(story.slips), len(receipts)),
        ("understood right, to the cent", len(story.slips), understood),
        ("awards worked out", earning, sum(len(row["awards"]) for row in receipts)),
        ("awards delivered", earning, await delivered(story)),
        ("keys the cloud applied more than once", 0, sum(entry["times"] > 1 for entry in book["entries"])),
        ("points at the cloud", sum(story.expected.values()), sum(points.values())),
    ]
    rows += [
        (f"  of the member ending {phone[-4:]}", expected, points.get(phone, 0))
        for phone, expected in sorted(story.expected.items())
    ]
    rows.append(("MQTT status seen", "ready", story.status.get("state", "nothing")))
    table = Table("", "expected", "found", "", title="the demo's balance")
    for label, expected, found in rows:
        table.add_row(label, str(expected), str(found), "[green]ok[/]" if expected == found else "[bold red]WRONG[/]")
    story.console.print(table)
    return all(expected == found for _, expected, found in rows)


async def understood_right(story: Story) -> int:
    """Receipts whose kind, number, sums and reprint mark are those of the slip."""
    wanted = sorted((slip.kind, slip.number, slip.total, slip.subtotal, slip.reprint) for slip in story.slips)
    found = sorted(
        (row["kind"], str(row["number"]), row["total"], row["award_base"], bool(row["reprint"]))
        for row in await story.box.ask("receipts", limit=500)
        if row["state"] == "accepted"
    )
    return sum(1 for row in found if row in wanted)


def bar(console: Console) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=not console.is_terminal)


async def play(folder: Path, *, keep: bool, pause_s: float, wire_tap: bool = False) -> bool:
    console = Console(highlight=False)
    async with opened(console, folder, pause_s, wire_tap=wire_tap) as story:
        try:
            await tell(story)
            balanced = await balance(story)
        except AssertionError as failure:
            console.print(f"[bold red]{failure}[/]", f"the box's log: {folder / 'box.log'}", sep="\n")
            console.print((folder / "box.log").read_text()[-4000:], markup=False)
            await balance(story)
            return False
        console.print(await story.box.command("day"), markup=False)
        if keep:
            await leave_running(story, folder)
        return balanced


async def leave_running(story: Story, folder: Path) -> None:
    command = f"{sys.executable} -m agent --settings {folder / 'tillpost.toml'}"
    story.console.print(f"The box runs on. Try: {command} receipts | show 3 | queue | doctor | day", soft_wrap=True)
    story.console.print(
        f"The till page: http://{story.page} (PIN {PIN}). Print to: {story.network.address}", soft_wrap=True
    )
    story.console.print("Ctrl-C ends it.")
    await asyncio.Event().wait()


def main() -> int:
    arguments = argparse.ArgumentParser(prog="scripts/demo", description="tillpost's main job before your eyes.")
    arguments.add_argument("--keep", action="store_true", help="leave the box running at the end")
    arguments.add_argument("--wire-tap", action="store_true", help="the serial till is listened to by a wire tap")
    arguments.add_argument("--quick", action="store_true", help="no pause between slips, for machines that watch")
    chosen = arguments.parse_args()
    pause_s = 0 if chosen.quick else EYES_S
    with tempfile.TemporaryDirectory(prefix="tillpost-demo-") as folder:
        try:
            return (
                0 if asyncio.run(play(Path(folder), keep=chosen.keep, pause_s=pause_s, wire_tap=chosen.wire_tap)) else 1
            )
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())

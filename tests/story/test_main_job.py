"""The whole box, as the shop knows it: the demo balances, kills lose nothing, bad input stops nothing."""

import asyncio
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.story import kills
from tests.story.box import ROOT, clean_environment, until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import CUT_AND_KICK, START, Shop

OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
FOUR_GIGABYTES = b"\x1d8L\xff\xff\xff\xff0p0"
"""GS 8 L: graphics data with a 32-bit length that nobody will ever send."""


async def test_the_demo_balances() -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.story.demo", "--quick"),
        cwd=ROOT,
        env=clean_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await demo.communicate()
    assert demo.returncode == 0, output.decode()


async def test_kills_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    outcome = await kills.play(tmp_path, agent=3, tap=2, seed=7)
    assert outcome.printed > 3
    assert outcome.clean, outcome


async def send(scene: Scene, data: bytes) -> None:
    """Something that no till should send, on a connection of its own."""
    host, _, port = scene.till.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for start in range(0, len(data), 1 << 16):
        writer.write(data[start : start + (1 << 16)])
        await writer.drain()
    scene.till.printed += data
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_bad_input_is_held_or_passed_over_and_printing_goes_on(tmp_path: Path) -> None:
    chance = random.Random(3)
    wrong = START + b"Subtotal            10.00\nTax                  1.00\nTOTAL               12.00\n" + CUT_AND_KICK
    async with opened(tmp_path) as scene:
        shop = Shop("EXAMPLE PETS", "1", 5, 1000, OPENS)
        await send(scene, chance.randbytes(200_000))
        await send(scene, START + b"half a command follows" + b"\x1dv0\x00\x40")
        await send(scene, FOUR_GIGABYTES + b"\xff" * 4096)
        await send(scene, wrong)
        good = [shop.sale(MEMBERS[0]), shop.sale(MEMBERS[1])]
        for slip in good:
            await scene.till.print(slip)

        async def read() -> bool:
            found = {row["number"]: row["state"] for row in await scene.receipts()}
            return all(found.get(slip.number) == "accepted" for slip in good)

        await until("both good receipts are read", read)
        await until("their awards have arrived", lambda: _nothing_waits(scene))
        points = await scene.cloud.points()
        assert points[f"+1{MEMBERS[0]}"] == good[0].points
        assert points[f"+1{MEMBERS[1]}"] == good[1].points
        assert sum(points.values()) == sum(slip.points for slip in good)
        held = [row for row in await scene.receipts() if row["total"] == 1200 or row["state"] == "held"]
        assert held, "the receipt that does not add up is kept"
        assert all(row["state"] == "held" and row["reason"] for row in held)
        assert scene.printer.printed == scene.till.printed


async def test_a_job_of_a_hundred_megabytes_passes_and_the_next_receipt_is_read(tmp_path: Path) -> None:
    picture = b"\x1dv0\x00\x40\x00\x00\x10" + bytes(64 * 4096)
    job = START + picture * (100_000_000 // len(picture)) + CUT_AND_KICK
    async with opened(tmp_path) as scene:
        await send(scene, job)
        slip = Shop("EXAMPLE PETS", "1", 6, 2000, OPENS).sale(MEMBERS[2])
        await scene.till.print(slip)

        async def read() -> bool:
            return any(row["number"] == slip.number for row in await scene.receipts())

        await until("the receipt behind it is read", read, patience_s=120)
        assert scene.printer.printed == scene.till.printed


async def _nothing_waits(scene: Scene) -> bool:
    return not await scene.box.ask("queue")

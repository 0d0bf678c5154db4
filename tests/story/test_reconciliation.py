"""The whole box at the end of a day: a lost receipt shows in the numbers and beside the Z-report, until it prints."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.story.box import until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import CUT_AND_KICK, START, Shop, Slip
from tests.story.test_main_job import send

OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def z_report(slips: list[Slip]) -> bytes:
    net, tax = sum(slip.subtotal for slip in slips), sum(slip.tax for slip in slips)
    lines = [
        "Z REPORT #0412",
        f"{slips[-1].printed + timedelta(minutes=1):%m/%d/%Y %I:%M:%S %p}   Register 1",
        f"NET SALES{net / 100:>24,.2f}",
        f"TAX{tax / 100:>24,.2f}",
        f"TOTAL COLLECTED{(net + tax) / 100:>24,.2f}",
        f"Transactions: {len(slips)}   Voids: 0",
    ]
    return START + "\n".join(lines).encode() + b"\n" + CUT_AND_KICK


async def look_again(scene: Scene) -> None:
    """A box that has just started looks at the day at once."""
    before = scene.box.kill("agent")

    async def back() -> bool:
        return await scene.box.answers() and scene.box.pid("agent") != before

    await until("the agent is back", back)


async def asked(scene: Scene) -> set[str]:
    rows: list[dict[str, Any]] = await scene.box.ask("tasks")
    return {row["kind"] for row in rows}


@pytest.mark.feature("5.16", "5.15", "0.19")
async def test_a_lost_receipt_is_found_missing_and_found_again(tmp_path: Path) -> None:
    eager = "[reconciliation]\ngap_minutes = 0\nrequire_customer = true\n"
    async with opened(tmp_path, eager) as scene:
        shop = Shop("EXAMPLE PETS", "1", 41, 8000, OPENS)
        slips = [shop.sale(MEMBERS[n] if n < 4 else "", 2) for n in range(7)]
        for slip in (*slips[:4], *slips[5:]):
            await scene.till.print(slip)
        await send(scene, z_report(slips))
        await until("all of it is read", lambda: _read(scene, 7))
        await look_again(scene)
        wanted = {"missing_numbers", "z_report", "unattached"}

        async def said() -> bool:
            return await asked(scene) >= wanted

        await until("people are asked", said)
        account = " ".join((await scene.box.command("day", f"{OPENS:%Y-%m-%d}")).split())
        assert f"never seen: {slips[4].number}" in account
        assert f"{slips[4].subtotal / 100:.2f} missing" in account
        assert "2 of 6 receipts of the day name no customer" in account

        await scene.till.print(slips[4])
        await until("the lost one is read", lambda: _read(scene, 8))
        await look_again(scene)

        async def right() -> bool:
            return await asked(scene) == {"unattached"}

        await until("what was missing came right by itself", right)


async def _read(scene: Scene, count: int) -> bool:
    return len(await scene.receipts()) == count

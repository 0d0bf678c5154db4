"""A serial till behind a wire tap, through the whole box: killed, off and on again, every award arrives."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.story.box import until
from tests.story.scene import MEMBERS
from tests.story.slips import Shop, Slip
from tests.story.wire_tapped import opened

OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


@pytest.mark.feature("0.1")
async def test_awards_arrive_though_tap_and_box_die_in_the_middle_of_receipts(tmp_path: Path) -> None:
    shop, slips = Shop("EXAMPLE PETS", "1", 9, 1000, OPENS), list[Slip]()

    def sale(number: int) -> Slip:
        slips.append(shop.sale(MEMBERS[number % len(MEMBERS)], 3))
        return slips[-1]

    async with opened(tmp_path) as scene:
        await scene.till.print(sale(0))
        await until("the first award has arrived", lambda: scene.all_arrived(slips))

        printing = asyncio.create_task(scene.till.print(sale(1)))
        await asyncio.sleep(0.02)  # somewhere in the receipt
        scene.box.kill("tap")
        await printing
        await until("the second award has arrived", lambda: scene.all_arrived(slips))

        printing = asyncio.create_task(scene.till.print(sale(2)))
        await asyncio.sleep(0.02)
        await scene.box.stop()
        await printing
        for number in range(3, 8):
            await scene.till.print(sale(number))
        await scene.box.start()
        await until("what was printed while the box was off has arrived", lambda: scene.all_arrived(slips))

        rows = await scene.receipts()
        assert [row["state"] for row in rows] == ["accepted"] * len(slips)
        assert sorted(str(row["number"]) for row in rows) == sorted(slip.number for slip in slips)
        expected = dict.fromkeys((f"+1{phone}" for phone in MEMBERS), 0)
        for slip in slips:
            expected[f"+1{slip.phone}"] += slip.points
        assert await scene.cloud.points() == expected
        book = await scene.cloud.ledger()
        assert [entry["times"] for entry in book["entries"]] == [1] * len(slips)
        told = json.loads(await scene.box.command("wire-tap", "info", "--json"))
        assert told["to_printer_lost"] == 0

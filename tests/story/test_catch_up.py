"""The whole box after it was off: the till's export is listed, booked after a yes, once; what prints later is known."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.story.box import until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import Shop, Slip

OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def exported(slips: list[Slip]) -> str:
    """As a back office writes it: minutes, no seconds."""
    lines = [
        f"{slip.number};{slip.printed:%Y-%m-%d};{slip.printed:%H:%M};{slip.subtotal / 100:.2f};{slip.tax / 100:.2f};"
        f"{slip.total / 100:.2f};{slip.phone}"
        for slip in slips
    ]
    return "\n".join(["Receipt;Date;Time;Net;Tax;Total;Phone", *lines]) + "\n"


@pytest.mark.feature("5.16", "4.24")
async def test_an_export_brings_what_the_box_never_saw_exactly_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as scene:
        shop = Shop("EXAMPLE PETS", "1", 31, 7000, OPENS)
        slips = [shop.sale(MEMBERS[n % 2], 2) for n in range(4)]
        await scene.till.print(slips[0])
        await until("the one it saw is read", lambda: _read(scene, 1))
        file = tmp_path / "day.csv"
        file.write_text(exported(slips))

        looked = await scene.box.command("catch-up", str(file))
        assert "1 the box has seen, 3 it never saw" in looked
        assert "Nothing was booked" in looked
        assert "3 receipts are booked" in await scene.box.command("catch-up", str(file), "--apply", "--yes")
        worth = {f"+1{phone}": sum(s.points for s in slips if s.phone == phone) for phone in MEMBERS[:2]}
        await until("all four have arrived", lambda: _points(scene, worth))

        booked = next(row for row in await scene.receipts() if row["number"] == slips[1].number)
        assert "this box saw no paper" in await scene.box.command("show", str(booked["id"]))
        again = await scene.box.command("catch-up", str(file), "--apply", "--yes")
        assert "4 the box has seen" in " ".join(again.split())
        await scene.till.print(slips[2])
        await until("the one that prints later is read", lambda: _read(scene, 5))
        late = (await scene.receipts())[0]
        assert (late["number"], late["duplicate"]) == (slips[2].number, "reprint")
        assert await _points(scene, worth)


async def _read(scene: Scene, count: int) -> bool:
    return len(await scene.receipts()) == count


async def _points(scene: Scene, worth: dict[str, int]) -> bool:
    points = await scene.cloud.points()
    return all(points[phone] == value for phone, value in worth.items()) and not await scene.box.ask("queue")

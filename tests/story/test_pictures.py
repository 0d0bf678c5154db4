"""A till that prints pictures only: the box learns its letters, and the awards arrive, each once and none wrong."""

from pathlib import Path

from agent.raster.picture_paper import PICTURE
from tests.raster.pictures import Look, Pictured, PixelTill, in_bands, one_image
from tests.story.box import until
from tests.story.scene import MEMBERS, opened

PATIENCE_S = 240.0
"""OCR takes a second a receipt, more on a machine that has other work."""


async def test_receipts_in_pixels_are_awarded_once_their_letters_are_known(tmp_path: Path) -> None:
    till, printed = PixelTill(Look("DejaVuSans.ttf", 22), 8, goods=1), list[Pictured]()
    async with opened(tmp_path) as scene:
        for number in range(5):
            picture = till.sale(MEMBERS[number % 2])
            printed.append(picture)
            await scene.till.send(in_bands(picture) if number % 2 else one_image(picture))

        async def all_are_read() -> bool:
            rows = {row["number"]: row for row in await scene.receipts()}
            return all(rows.get(one.number, {}).get("state") == "accepted" for one in printed)

        await until("all are read", all_are_read, PATIENCE_S)

        async def nothing_waits() -> bool:
            return not await scene.box.ask("queue")

        await until("their awards have arrived", nothing_waits)
        points = await scene.cloud.points()
        for member in MEMBERS[:2]:
            mine = [one.subtotal // 100 for one in printed if one.phone == member]
            assert points[f"+1{member}"] == sum(mine)
        assert not [row for row in await scene.receipts() if row["reason"].startswith(PICTURE)]
        assert scene.printer.printed == scene.till.printed
        assert "sure digits" in await scene.box.command("glyphs")
        shown = await scene.box.command("show", str((await scene.receipts())[0]["id"]))
        assert "EXAMPLE PETS" in shown

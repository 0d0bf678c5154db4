"""The whole box and the catalogue: a line without a code, mapped once, goes out with it ever after."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.story.box import until
from tests.story.scene import MEMBERS, Scene, opened
from tests.story.slips import GOODS, Shop

LIST = """
[providers.list]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
speaks = ["products"]
"""
"""The same cloud, which takes products, too."""
OPENS = datetime.now(UTC).replace(tzinfo=None, microsecond=0)


async def sent_items(scene: Scene) -> list[dict[str, Any]]:
    """Of the latest fact the cloud took."""
    entries = (await scene.cloud.ledger())["entries"]
    items: list[dict[str, Any]] = entries[-1]["detail"]["items"] if entries else []
    return items


async def arrived(scene: Scene, count: int) -> None:
    async def there() -> bool:
        return len((await scene.cloud.ledger())["entries"]) == count

    await until(f"{count} awards have arrived", there)


@pytest.mark.feature("3.18", "4.15", "1.12", "5.25", "1.16")
async def test_an_unknown_line_is_mapped_once_and_for_ever(tmp_path: Path) -> None:
    async with opened(tmp_path, LIST) as scene:
        shop = Shop("EXAMPLE PETS", "1", 21, 5000, OPENS)
        slips = [shop.sale(MEMBERS[0], 2), shop.sale(MEMBERS[0], 2)]
        await scene.till.print(slips[0])
        await arrived(scene, 1)
        texts = {item["text"] for item in await sent_items(scene)}
        assert texts <= {text for text, _ in GOODS}
        assert all(item["sku"] is None for item in await sent_items(scene))
        asked = await scene.box.ask("exceptions")
        assert {row["text"] for row in asked} == texts

        products = tmp_path / "products.csv"
        products.write_text("sku;name\n" + "".join(f"P-{n};{text}\n" for n, (text, _) in enumerate(GOODS[1:], 1)))
        assert "6 rows taken" in await scene.box.command("catalogue", "import", str(products))
        assert "is P-0" in await scene.box.command("catalogue", "map", GOODS[0][0].upper(), "P-0")
        assert await scene.box.ask("exceptions") == []
        await scene.till.print(slips[1])
        await arrived(scene, 2)
        codes = {text: f"P-{n}" for n, (text, _) in enumerate(GOODS)}
        assert all(item["sku"] == codes[item["text"]] for item in await sent_items(scene))

        shared = tmp_path / "shared.csv"
        await scene.box.command("catalogue", "export", str(shared))
        assert all(f"P-{n}" in shared.read_text() for n in range(len(GOODS)))
        printed = texts | {item["text"] for item in await sent_items(scene)}
        assert f"list has taken {len(printed)} products" in await scene.box.command(
            "catalogue", "send", "list", "--yes"
        )
        refused = await scene.box.command("catalogue", "send", "cloud", "--yes")
        assert "no call for this" in refused
        account = await scene.box.command("day")
        assert "went out without a product code" in account

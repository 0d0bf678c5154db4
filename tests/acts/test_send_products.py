"""What a person confirmed goes to a cloud that takes products; one that takes none says so, and nothing is lost."""

from pathlib import Path

import pytest

from agent.acts import ACTS, Actor, Role
from agent.catalogue import Product, Source
from agent.errors import TillpostError
from agent.ledger import catalogue
from agent.receipt import Item
from tests.acts.desk import desk
from tests.ledger.facts import DAY, sale

MANAGER = Actor(Role.MANAGER, "2")


async def test_a_cloud_that_is_not_there_is_named(tmp_path: Path) -> None:
    async with desk(tmp_path) as parts:
        with pytest.raises(TillpostError, match="there is no cloud 'other'"):
            await ACTS["send_products"].does(parts, MANAGER, {"provider": "other"})


async def test_only_what_was_printed_and_confirmed_is_proposed(tmp_path: Path) -> None:
    async with desk(tmp_path) as parts:
        items = (Item("Dry food", 1, 900), Item("DRY FOOD 25", 1, 900), Item("Guess", 1, 100), Item("New", 1, 100))
        at = parts.clock.wall()
        await parts.ledger.do(catalogue.note_lines, sale(items=items), DAY)
        for text, sku, source in (("Dry food", "A", Source.PERSON), ("DRY FOOD 25", "A", Source.IMPORT)):
            await parts.ledger.do(catalogue.say, text, sku, source, who="manager", at=at)
        await parts.ledger.do(catalogue.say, "Guess", "G", Source.PAPER, who="paper", at=at)
        await parts.ledger.do(catalogue.say, "Never printed", "N", Source.PERSON, who="manager", at=at)
        await parts.ledger.do(catalogue.take_product, Product("A", "Dry food 25 lb"))
        rows = await parts.ledger.do(catalogue.confirmed)
        assert [(row["sku"], row["name"], row["price"]) for row in rows] == [("A", "Dry food 25 lb", 900)]

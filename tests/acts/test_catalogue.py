"""The catalogue's acts: one tap maps a line, a list of the store or the chain is believed as it should be."""

from pathlib import Path

import pytest

from agent.acts import ACTS, Actor, Role
from agent.ledger import audit, catalogue
from tests.acts.desk import desk

CASHIER = Actor(Role.CASHIER, "7")


async def test_one_tap_maps_a_line_and_stands_in_the_audit(tmp_path: Path) -> None:
    async with desk(tmp_path) as parts:
        line = await ACTS["map_line"].does(parts, CASHIER, {"text": "Dry  FOOD", "sku": " A-1 "})
        assert (line["sku"], line["confidence"], line["seen"]) == ("A-1", 1.0, 0)
        assert (await parts.ledger.do(audit.page))[0]["who"] == "cashier 7"
        with pytest.raises(ValueError, match="sku is missing"):
            await ACTS["map_line"].does(parts, CASHIER, {"text": "Dry food"})
        assert await ACTS["ignore_line"].does(parts, CASHIER, {"text": "never printed"}) is False


async def test_a_list_from_the_chain_is_believed_as_far_as_it_is_sure(tmp_path: Path) -> None:
    async with desk(tmp_path) as parts:
        rows = [{"sku": "A", "text": "Dry food", "doubt": 0.9}, {"sku": "B", "name": "Cat litter"}]
        assert await ACTS["take_catalogue"].does(parts, CASHIER, {"rows": rows, "chain": True}) == 2
        known = await parts.ledger.do(catalogue.known_of, ["dry food", "cat litter"])
        assert known["dry food"].confidence == 0.9
        assert await ACTS["take_catalogue"].does(parts, CASHIER, {"rows": rows}) == 2
        known = await parts.ledger.do(catalogue.known_of, ["dry food", "cat litter"])
        assert known["dry food"].confidence == 1.0

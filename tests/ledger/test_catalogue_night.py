"""The catalogue's night, over a real ledger and the intake that books."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent.catalogue import Source
from agent.ledger import catalogue, events
from agent.ledger.nightly import Nightly
from agent.settings import Catalogue
from tests.intake_bench import PHONE, opened


@pytest.mark.feature("1.13", "4.16")
async def test_the_night_recovers_codes_and_lets_go_what_nobody_mapped(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.sale(PHONE, 5))
        await bench.read()
        asked = await bench.ledger.do(catalogue.exceptions)
        assert asked
        at, text = bench.clock.wall(), asked[0]["text"]
        await bench.ledger.do(catalogue.say, text, "P-1", Source.PERSON, who="manager", at=at)
        night = Nightly(
            bench.ledger, bench.clock, ZoneInfo("UTC"), 400, [partial(catalogue.night, settings=Catalogue())]
        )
        await night.tidy_up()
        found = [row for row in await bench.ledger.do(catalogue.sent_without_code) if row["sku"] == "P-1"]
        assert {row["text"] for row in found} == {text}
        assert [row["text"] for row in await bench.ledger.do(catalogue.exceptions)] == [r["text"] for r in asked[1:]]

        bench.clock.jump(timedelta(days=20))
        await night.tidy_up()
        assert await bench.ledger.do(catalogue.exceptions) == []
        told = [event.detail for event in await bench.ledger.do(events.unsent) if event.kind == "catalogue_night"]
        assert told == [{"found": len(found), "gone": 0}, {"found": 0, "gone": len(asked) - 1}]

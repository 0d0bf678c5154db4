"""The day's account with what was held beside the till, in plain words on the command line and on the page."""

import asyncio
from datetime import timedelta
from pathlib import Path

from agent.ledger import reconciling
from agent.settings import Reconciliation
from tests.commands.test_commands import Box
from tests.intake_bench import LANE, OPENS, PHONE, STORE, opened


async def read_with_a_gap(folder: Path) -> None:
    async with opened(folder) as bench:
        slips = [bench.shop.sale(PHONE, 1) for _ in range(8)]
        bench.print(*slips[:5], *slips[6:])
        await bench.read()
        now = bench.clock.wall() + timedelta(minutes=10)
        await bench.ledger.do(reconciling.reconcile, STORE, Reconciliation(), [LANE.name], now, 0)


def test_a_missing_number_stands_in_the_account(tmp_path: Path) -> None:
    asyncio.run(read_with_a_gap(tmp_path))
    page = tmp_path / "day.html"
    shown = Box(tmp_path).run("day", f"{OPENS:%Y-%m-%d}", "--html", str(page))
    assert "Held beside the till" in shown.output
    assert "receipt of register 1 never seen: 106" in shown.output
    assert "receipt of register 1 never seen: 106" in page.read_text()

"""A lane whose format cannot be used is read by 'generic', and the technician is told until it is mended."""

from pathlib import Path
from typing import Any

from agent.format_watch import FormatWatch
from agent.formats import StoreContext
from agent.ledger import Ledger, questions
from agent.taps.lane import Lane, TapKind
from tests.hand_clock import HandClock

GOOD = 'name = "mine"\nextends = "generic"\n'


async def asked(ledger: Ledger, watch: FormatWatch) -> list[str]:
    await watch.look()
    rows: list[dict[str, Any]] = await ledger.do(questions.open_tasks, role="technician")
    return [row["what"] for row in rows]


async def test_the_task_opens_changes_and_closes_by_itself(tmp_path: Path) -> None:
    clock, folder = HandClock(), tmp_path / "formats"
    ledger = Ledger.open(tmp_path / "ledger.db", clock, 0.1)
    lane = Lane("till-1", TapKind.RAW_TCP, format="mine", formats=str(folder))
    watch = FormatWatch(ledger, clock, {lane.name: lane}, StoreContext())
    try:
        assert "there is no format 'mine'" in (await asked(ledger, watch))[0]
        folder.mkdir()
        (folder / "mine.toml").write_text(GOOD + "[dates]\nordr = 'mdy'\n")
        assert "mine.toml, line 4" in (await asked(ledger, watch))[0]
        (folder / "mine.toml").write_text(GOOD + '[money]\ncurrency = "EUR"\n# and more\n')
        assert "store.currency is USD" in (await asked(ledger, watch))[0]
        (folder / "mine.toml").write_text(GOOD)
        assert await asked(ledger, watch) == []
    finally:
        await ledger.close()

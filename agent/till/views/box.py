"""box: the technician's page: each lane with its bytes, the last receipts as paper beside their reading, the queue."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from agent.acts import Parts
from agent.journal.reader import JournalReader
from agent.ledger import questions
from agent.ledger.personal import starred
from agent.pictures.glyphs import Glyphs
from agent.places import Places
from agent.reading import written_on
from agent.replay import lane_of, printed_at
from agent.till.visit import Visit

LAST_RECEIPTS = 12


async def box(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?receipt=12`: that one's paper and proof; else the newest."""
    places, rows = Places(parts.settings), await parts.ledger.do(questions.receipts_page, LAST_RECEIPTS)
    number = visit.number("receipt") or (rows[0]["id"] if rows else 0)
    opened = await parts.ledger.do(questions.receipt, number) if number else None
    whole = await parts.ledger.do(questions.receipt, number, reveal=True) if number else {}
    name = "" if whole.get("purged_at") else whole.get("name") or ""
    return {
        "rows": rows,
        "opened": opened,
        "paper": await asyncio.to_thread(_paper, parts, places, opened, name) if opened else None,
        "tap": await asyncio.to_thread(_tap, places.tap),
        "queue": await parts.ledger.do(questions.queue, 50),
        "numbers": await parts.ledger.do(questions.health_numbers, visit.now),
        "kept": parts.ledger.numbers(),
    }


def _paper(parts: Parts, places: Places, row: Mapping[str, Any], name: str) -> list[str] | None:
    """Its lines, with what is personal starred; None when the journal no longer holds them."""
    lane = lane_of({lane.name: lane for lane in parts.settings.tap_lanes()}, row["lane"])
    with closing(JournalReader(places.journal)) as journal:
        events = printed_at(journal, lane, row)
    if events is None:
        return None
    signs = Glyphs(places.glyphs).dictionary(lane.name)
    return [starred(line, name=name) for line in written_on(events, signs, lane.paper_dots)]


def _tap(status: Path) -> dict[str, Any]:
    """What the tap last said of itself; empty when it said nothing."""
    try:
        said = json.loads(status.read_text())
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}

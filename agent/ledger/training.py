"""training: when a register is being practised at: what it prints then is kept and shown, and never sent."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from agent.ledger import audit
from agent.ledger.moment import Moment, iso, parse
from agent.ledger.receipts import Captured
from agent.ledger.waiting_time import Wait

LAST_ONES = 50
"""Looked at for a receipt: a journal is read in order, and nobody trains more often in a week."""


def start(db: Database, lane: str, minutes: float, who: str, now: Moment) -> int:
    """From now on, for so long; one that is on already ends."""
    stop(db, lane, who, now)
    row = (lane, who, iso(now.wall), now.boot, now.ms, int(minutes * 60_000))
    audit.note(db, who, "training began", f"lane/{lane}", f"{minutes:g} minutes", now.wall)
    query = "INSERT INTO training (lane, who, at, boot, ms, lasts_ms) VALUES (?, ?, ?, ?, ?, ?)"
    return int(db.execute(query, row).lastrowid or 0)


def stop(db: Database, lane: str, who: str, now: Moment) -> bool:
    """What is printed from now on counts again. False when nobody was training."""
    on = [row for row in _rows(db, lane) if not row["ended"] and not _wait(row).is_over(now)]
    for row in on:
        passed = now.ms - row["ms"] if now.boot == row["boot"] else (now.wall - parse(row["at"])).total_seconds() * 1000
        db.execute(
            "UPDATE training SET ended = 1, lasts_ms = ? WHERE id = ?", [min(int(passed), row["lasts_ms"]), row["id"]]
        )
        audit.note(db, who, "training ended", f"lane/{lane}", "", now.wall)
    return bool(on)


def covers(db: Database, captured: Captured) -> bool:
    """Was its register in training when this was printed? Whenever it is read."""
    printed_ms = captured.monotonic_ns // 10**6
    return any(_wait(row).covers(captured.at, captured.boot, printed_ms) for row in _rows(db, captured.lane))


def going_on(db: Database, now: Moment) -> list[dict[str, Any]]:
    """Registers in training now, each with `at` and `lasts_s`."""
    rows = db.query("SELECT * FROM training WHERE ended = 0 ORDER BY id DESC LIMIT ?", [LAST_ONES])
    return [
        {"lane": row["lane"], "who": row["who"], "at": row["at"], "lasts_s": row["lasts_ms"] / 1000}
        for row in rows
        if not _wait(row).is_over(now)
    ]


def _rows(db: Database, lane: str) -> list[Mapping[str, Any]]:
    return list(db.query("SELECT * FROM training WHERE lane = ? ORDER BY id DESC LIMIT ?", [lane, LAST_ONES]))


def _wait(row: Mapping[str, Any]) -> Wait:
    return Wait(parse(row["at"]), row["boot"], row["ms"], row["lasts_ms"])

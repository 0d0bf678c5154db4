"""events: what the fleet must hear of, kept until it has acknowledged it; sends nothing itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import iso

KEPT_AT_MOST = 10_000
"""A box that never reaches its fleet must not fill its disk with news; the oldest go, and an event says how many."""


@dataclass(frozen=True, slots=True)
class Event:
    """`id` never comes twice on this ledger; `detail` is plain JSON without personal data."""

    id: int
    at: str
    kind: str
    detail: Mapping[str, Any]


def record(db: Database, kind: str, detail: Mapping[str, Any], at: datetime) -> int:
    row = (iso(at), kind, json.dumps(detail))
    return int(db.execute("INSERT INTO events (at, kind, detail) VALUES (?, ?, ?)", row).lastrowid or 0)


def start_at(db: Database, number: int) -> None:
    """On a ledger begun anew: the fleet has seen numbers of the one before, and must not take new events for old."""
    db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', ?)", [number])


def unsent(db: Database, limit: int = 50) -> list[Event]:
    """Oldest first."""
    rows = db.execute("SELECT id, at, kind, detail FROM events ORDER BY id LIMIT ?", [limit])
    return [Event(number, at, kind, json.loads(detail)) for number, at, kind, detail in rows]


def sent(db: Database, ids: Sequence[int]) -> None:
    """The fleet has these: they need not be kept."""
    for number in ids:
        db.execute("DELETE FROM events WHERE id = ?", [number])


def trim(db: Database, at: datetime, keep: int = KEPT_AT_MOST) -> int:
    """Lets the oldest go when more than `keep` wait; says so in an event of its own."""
    oldest_kept = db.execute("SELECT id FROM events ORDER BY id DESC LIMIT 1 OFFSET ?", [keep]).fetchone()
    if oldest_kept is None:
        return 0
    gone = db.execute("DELETE FROM events WHERE id <= ?", [oldest_kept[0]]).rowcount
    record(db, "events_let_go", {"count": gone}, at)
    return gone

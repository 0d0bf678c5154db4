"""audit: who did what to which, append-only (the tables' triggers refuse anything else); never holds personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import iso

MOST = 500


def note(  # noqa: PLR0917 - the order of a sentence
    db: Database, who: str, act: str, subject: str, detail: str, at: datetime
) -> int:
    """`who` = a role or a staff number, 'box' when the box decided by its own rule."""
    row = (iso(at), who, act, subject, detail)
    return int(
        db.execute("INSERT INTO audit (at, who, act, subject, detail) VALUES (?, ?, ?, ?, ?)", row).lastrowid or 0
    )


def latest(db: Database, limit: int | str = 100, before: int | str = 0) -> list[Mapping[str, Any]]:
    """Newest first; `before`: older than this id."""
    query = "SELECT * FROM audit WHERE ? = 0 OR id < ? ORDER BY id DESC LIMIT ?"
    return list(db.query(query, [int(before), int(before), min(int(limit), MOST)]))


def page(db: Database, after: int = 0, limit: int = 100) -> list[Mapping[str, Any]]:
    return list(db.query("SELECT * FROM audit WHERE id > ? ORDER BY id LIMIT ?", [after, limit]))

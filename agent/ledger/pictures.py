"""pictures: which receipts wait for the letters of their picture to be known; decides nothing."""

from sqlite_utils import Database

MOST = 50
"""The latest ones; a till whose letters are never known must not keep the box busy."""


def waiting(db: Database, reason: str, limit: int = MOST) -> list[int]:
    """Held receipts whose reason begins like this and whose bytes may still be there, oldest first."""
    rows = db.execute(
        "SELECT id FROM receipts WHERE state = 'held' AND purged_at IS NULL AND substr(reason, 1, ?) = ?"
        " ORDER BY id DESC LIMIT ?",
        [len(reason), reason, limit],
    ).fetchall()
    return [int(number) for (number,) in reversed(rows)]

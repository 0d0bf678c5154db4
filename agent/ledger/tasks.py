"""tasks: questions and chores for a role (cashier, manager, technician, cloud ops), open until somebody closes them.

A task may carry choices: a word a person can pick → the outbox state its rows go to (see `answers`). It may carry a
decision that the box takes by itself after a while; that too is closed with a name, the box's own.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import Moment, iso


class Role(StrEnum):
    CASHIER = "cashier"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    CLOUD_OPS = "cloud ops"


def open(  # noqa: PLR0917 - the order of the card a person reads
    db: Database,
    role: str,
    kind: str,
    subject: str,
    title: str,
    fix: str,
    at: datetime,
    *,
    what: str = "",
    choices: Mapping[str, str] | None = None,
    decide_as: str = "",
    decide_after_s: float | None = None,
    moment: Moment | None = None,
) -> int:
    """Opens a task, or brings the words of the open one of the same kind and subject up to date; gives its id.

    `decide_as` one of `choices`, taken by the box when nobody answered within `decide_after_s` (needs `moment`).
    """
    known = db.execute(
        "SELECT id FROM tasks WHERE kind = ? AND subject = ? AND closed_at IS NULL", [kind, subject]
    ).fetchone()
    if known:
        db.execute("UPDATE tasks SET title = ?, what = ?, fix = ? WHERE id = ?", [title, what, fix, known[0]])
        return int(known[0])
    after = None if decide_after_s is None else int(decide_after_s * 1000)
    boot, ms = (moment.boot, moment.ms) if moment else ("", 0)
    row = (role, kind, subject, title, what, fix, json.dumps(choices or {}), iso(at), boot, ms, after, decide_as)
    return int(
        db.execute(
            "INSERT INTO tasks (role, kind, subject, title, what, fix, choices, opened_at, opened_boot, opened_ms,"
            " decide_after_ms, decide_as) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        or 0
    )


def close(db: Database, task_id: int, resolution: str, at: datetime, *, who: str = "box") -> bool:
    """False when it was closed before: the first answer counts."""
    closed = db.execute(
        "UPDATE tasks SET closed_at = ?, resolution = ?, closed_by = ? WHERE id = ? AND closed_at IS NULL",
        [iso(at), resolution, who, task_id],
    )
    return closed.rowcount == 1


def about(db: Database, subject: str, kinds: Collection[str]) -> int | None:
    """The oldest open task of one of these kinds about `subject`."""
    marks = ", ".join("?" * len(kinds))
    query = f"SELECT id FROM tasks WHERE closed_at IS NULL AND subject = ? AND kind IN ({marks}) ORDER BY id LIMIT 1"
    row = db.execute(query, [subject, *kinds]).fetchone()
    return int(row[0]) if row else None


def close_subject(db: Database, kind: str, subject: str, resolution: str, at: datetime) -> bool:
    """Closes the open task about `subject`, when what it asked for came to pass by itself."""
    known = db.execute(
        "SELECT id FROM tasks WHERE kind = ? AND subject = ? AND closed_at IS NULL", [kind, subject]
    ).fetchone()
    return bool(known) and close(db, int(known[0]), resolution, at)


def get(db: Database, task_id: int) -> dict[str, Any] | None:
    rows = [shaped(row) for row in db.query("SELECT * FROM tasks WHERE id = ?", [task_id])]
    return rows[0] if rows else None


def waiting(db: Database, role: str = "", limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """Open tasks, oldest first; of one role when named."""
    rows = db.query(
        "SELECT * FROM tasks WHERE closed_at IS NULL AND (? = '' OR role = ?) AND id > ? ORDER BY id LIMIT ?",
        [role, role, after, limit],
    )
    return [shaped(row) for row in rows]


def overdue(db: Database, moment: Moment, limit: int = 50) -> list[tuple[int, str]]:
    """(task, choice) of those the box decides by itself now. Within the boot that opened it by monotonic time; after
    a restart by wall time, and only when that can be trusted."""
    rows = db.execute(
        "SELECT id, decide_as FROM tasks WHERE closed_at IS NULL AND decide_after_ms IS NOT NULL AND ("
        " (opened_boot = :boot AND opened_ms + decide_after_ms <= :ms) OR"
        " (opened_boot <> :boot AND :trusted AND"
        "  unixepoch(opened_at) + decide_after_ms / 1000 <= unixepoch(:wall))) ORDER BY id LIMIT :limit",
        {"boot": moment.boot, "ms": moment.ms, "trusted": moment.trusted, "wall": iso(moment.wall), "limit": limit},
    )
    return [(int(number), str(choice)) for number, choice in rows]


def shaped(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "choices": json.loads(row["choices"])}

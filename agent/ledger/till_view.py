"""till_view: the day's receipts as the till page shows them, with person, points and reasons; changes nothing."""

import json
from typing import Any

from sqlite_utils import Database

from agent.ledger import attachments
from agent.ledger.outbox import LIVE
from agent.ledger.personal import masked, masked_customer, masked_name

MOST = 200
SHOWN = (
    "id", "lane", "register", "number", "kind", "state", "reason", "reprint", "printed_at", "captured_at",
    "business_day", "currency", "exponent", "subtotal", "discount", "tax", "total", "duplicate", "duplicate_of",
)  # fmt: skip


def till_receipts(
    db: Database, day: str = "", register: str = "", limit: int | str = 50, after: int | str = 0
) -> list[dict[str, Any]]:
    """Newest first. `day`: of that business day only; `register`: as printed, or the lane where none is printed.

    Each has `person` (masked; `how` he came to it: '' nobody, printed, attach, claim, move …), `awards` (all facts,
    `live` when they stand), `points` per programme (what stands), `not_awarded` (programme → why), `tasks` (ids of open
    questions about it) and `items`.
    """
    rows = db.query(
        "SELECT * FROM receipts WHERE (? = '' OR business_day = ?) AND (? = '' OR coalesce(register, lane) = ?)"
        " AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
        [day, day, register, register, int(after), int(after), min(int(limit), MOST)],
    )
    return [_shown(db, row) for row in rows]


def _shown(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    awards = _awards(db, row["id"])
    points: dict[str, int] = {}
    for award in awards:
        if award["live"]:
            points[award["programme"]] = points.get(award["programme"], 0) + award["points"]
    return {
        **{name: row[name] for name in SHOWN},
        "items": json.loads(row["items"]),
        "person": person_of(db, row),
        "awards": awards,
        "points": points,
        "not_awarded": dict(
            db.execute("SELECT programme, why FROM decisions WHERE receipt_id = ?", [row["id"]]).fetchall()
        ),
        "tasks": _tasks(db, row["id"]),
    }


def person_of(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    """Masked; `how` he came to it: '' nobody, printed, attach, move …"""
    attached = attachments.latest(db, row["id"])
    if attached is not None:
        return {**masked_customer(attached.customer), "how": attached.how if attached.customer else ""}
    printed = {"phone": masked(row["phone"]), "email": masked(row["email"]), "card": row["card"]}
    known = {name: value for name, value in printed.items() if value}
    name = {"name": masked_name(row["name"])} if row["name"] else {}
    return {**known, **name, "how": "printed" if known else ""}


def _awards(db: Database, receipt_id: int) -> list[dict[str, Any]]:
    return list(
        db.query(
            f"SELECT id, programme, provider, call, role, points, state, reason, undoes, finished_at,"
            f" (role <> 'undo' AND {LIVE}) AS live FROM outbox o WHERE receipt_id = ? ORDER BY id LIMIT {MOST}",
            [receipt_id],
        )
    )


def _tasks(db: Database, receipt_id: int) -> list[int]:
    rows = db.execute(
        "SELECT id FROM tasks WHERE closed_at IS NULL AND (subject = ? OR id IN"
        " (SELECT task_id FROM outbox WHERE receipt_id = ?)) ORDER BY id",
        [f"receipt/{receipt_id}", receipt_id],
    )
    return [number for (number,) in rows]

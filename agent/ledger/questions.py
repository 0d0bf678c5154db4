"""questions: the named, read-only questions that pages, uplink and command line may ask; gives plain JSON.

Phones, e-mails and names are masked, unless the box's own command asks with `reveal`. Parameters may come as text,
because some askers have nothing else. Every list is a page: `limit` and `after` (the last id seen).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import audit, catalogue, counters, reconciling, tasks
from agent.ledger.account import day
from agent.ledger.bindings import bindings_page
from agent.ledger.flags import flags_page
from agent.ledger.hand_over import handover_list
from agent.ledger.moment import parse
from agent.ledger.personal import masked, masked_customer, masked_name
from agent.ledger.points_given import points_period
from agent.ledger.redemptions import redemptions_page
from agent.ledger.schema import OPEN
from agent.ledger.till_view import till_receipts

MOST = 500
LATEST_DELIVERIES = 100
YES = ("1", "true", "yes", "True")


def receipts_page(
    db: Database, limit: int | str = 20, day: str = "", after: int | str = 0, reveal: str | bool = ""
) -> list[dict[str, Any]]:
    """The latest receipts, newest first, with what became of each; `after`: older than this id."""
    rows = db.query(
        "SELECT * FROM receipts WHERE (? = '' OR business_day = ?) AND (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?",
        [day, day, int(after), int(after), min(int(limit), MOST)],
    )
    return [{**_short(row, _yes(reveal)), "awards": _awards(db, row["id"])} for row in rows]


def receipt(db: Database, id: int | str, reveal: str | bool = "") -> dict[str, Any]:
    """One receipt whole: its place in the journal, its fields, proof, facts with their attempts, why not awarded."""
    row = next(iter(db.query("SELECT * FROM receipts WHERE id = ?", [int(id)])), None)
    if row is None:
        raise TillpostError(f"there is no receipt {id}", hint="'tillpost receipts' lists them with their numbers.")
    shown = _shown(row, _yes(reveal))
    for name in ("tenders", "items", "proof", "dialect_state"):
        shown[name] = json.loads(shown[name])
    return {
        **shown,
        "awards": _awards(db, row["id"]),
        "attempts": _attempts(db, row["id"]),
        "not_awarded": dict(
            db.execute("SELECT programme, why FROM decisions WHERE receipt_id = ?", [row["id"]]).fetchall()
        ),
    }


def queue(db: Database, limit: int | str = 200, after: int | str = 0, reveal: str | bool = "") -> list[dict[str, Any]]:
    """What has not arrived yet, oldest first: each with why it waits and until when."""
    rows = db.query(
        "SELECT o.*, coalesce(c.state, 'ok') AS cloud, coalesce(c.why, '') AS cloud_why, coalesce(c.since, '') AS since"
        f" FROM outbox o LEFT JOIN clouds c ON c.name = o.provider WHERE o.state IN {OPEN} AND o.id > ?"
        " ORDER BY o.id LIMIT ?",
        [int(after), min(int(limit), MOST)],
    )
    return [_waiting(db, row, _yes(reveal)) for row in rows]


def open_tasks(db: Database, role: str = "", limit: int | str = 100, after: int | str = 0) -> list[dict[str, Any]]:
    """What people are asked to do, oldest first."""
    names = ("id", "role", "kind", "subject", "title", "what", "fix", "choices", "opened_at", "decide_as")
    rows = tasks.waiting(db, role, min(int(limit), MOST), int(after))
    return [{name: row[name] for name in names} for row in rows]


def health_numbers(db: Database, now: datetime | str = "") -> dict[str, float]:
    """Flat numbers for the fleet; names as in the health message. Ages in seconds of wall time."""
    wall = parse(now) if isinstance(now, str) and now else now or datetime.now(UTC)
    assert isinstance(wall, datetime)
    depth, oldest, unknown, quarantine = db.execute(
        "SELECT count(*), min(captured_at), coalesce(sum(state = 'unknown'), 0),"
        f" coalesce(sum(state = 'held' AND deaths > 0), 0) FROM outbox WHERE state IN {OPEN}"
    ).fetchone()
    last = db.execute("SELECT captured_at FROM receipts ORDER BY id DESC LIMIT 1").fetchone()
    away = db.execute("SELECT count(*) FROM clouds WHERE state <> 'ok'").fetchone()[0]
    return {
        "q_depth": depth,
        "q_oldest_s": _age(oldest, wall),
        "q_unknown": unknown,
        "q_quarantine": quarantine,
        "rx_last_s": _age(last[0] if last else None, wall),
        "prov_ok": 0 if away else 1,
        "tasks_open": db.execute("SELECT count(*) FROM tasks WHERE closed_at IS NULL").fetchone()[0],
        "deliver_p95_ms": _deliver_p95_ms(db),
        **{name: counters.value(db, name) for name in counters.TOTALS},
    }


QUESTIONS: dict[str, Callable[..., Any]] = {
    "receipts": receipts_page,
    "receipt": receipt,
    "till_receipts": till_receipts,
    "redemptions": redemptions_page,
    "bindings": bindings_page,
    "flags": flags_page,
    "audit": audit.latest,
    "points": points_period,
    "queue": queue,
    "day": day,
    "handover_list": handover_list,
    "tasks": open_tasks,
    "health_numbers": health_numbers,
    "catalogue": catalogue.catalogue_page,
    "exceptions": catalogue.exceptions,
    "open_receipts": reconciling.open_receipts,
    "products": catalogue.products_page,
    "sent_without_code": catalogue.sent_without_code,
}


def _yes(reveal: str | bool) -> bool:
    return reveal is True or reveal in YES


def _age(moment: str | None, wall: datetime) -> float:
    return max(0.0, (wall - parse(moment)).total_seconds()) if moment else 0.0


def _deliver_p95_ms(db: Database) -> float:
    """From capture to the cloud's positive answer, over the latest deliveries."""
    rows = db.execute(
        "SELECT captured_at, finished_at FROM outbox WHERE state = 'delivered' ORDER BY finished_at DESC LIMIT ?",
        [LATEST_DELIVERIES],
    ).fetchall()
    took = sorted((parse(finished) - parse(captured)).total_seconds() * 1000 for captured, finished in rows)
    return took[int(0.95 * (len(took) - 1))] if took else 0.0


def _shown(row: dict[str, Any], reveal: bool) -> dict[str, Any]:
    if reveal and not row["purged_at"]:
        return row
    return {**row, "phone": masked(row["phone"]), "email": masked(row["email"]), "name": masked_name(row["name"])}


SHORT = (
    "id", "lane", "origin", "size", "session", "captured_at", "business_day", "kind", "state", "reason", "reprint",
    "number", "register", "printed_at", "currency", "exponent", "total", "award_base", "phone", "email", "card", "name",
    "duplicate", "duplicate_of",
)  # fmt: skip


def _short(row: dict[str, Any], reveal: bool) -> dict[str, Any]:
    shown = _shown(row, reveal)
    return {name: shown[name] for name in SHORT}


def _awards(db: Database, receipt_id: int) -> list[dict[str, Any]]:
    rows = db.query(
        "SELECT id, programme, provider, call, points, state, reason, remote_id, attempts, deadline, finished_at"
        " FROM outbox WHERE receipt_id = ? ORDER BY id LIMIT ?",
        [receipt_id, MOST],
    )
    return list(rows)


def _attempts(db: Database, receipt_id: int) -> list[dict[str, Any]]:
    """The latest ones: a long outage makes many."""
    rows = db.query(
        "SELECT a.outbox_id, a.n, a.started_at, a.ended_at, a.outcome, a.detail FROM attempts a"
        " JOIN outbox o ON o.id = a.outbox_id WHERE o.receipt_id = ? ORDER BY a.outbox_id, a.n DESC LIMIT ?",
        [receipt_id, 50],
    )
    return list(rows)


def _waiting(db: Database, row: dict[str, Any], reveal: bool) -> dict[str, Any]:
    customer = json.loads(row["body"]).get("customer", {})
    names = (
        "id",
        "receipt_id",
        "programme",
        "provider",
        "call",
        "points",
        "state",
        "attempts",
        "captured_at",
        "deadline",
    )
    return {
        **{name: row[name] for name in names},
        "customer": customer if reveal else masked_customer(customer),
        "why": _why(db, row),
        "until": row["sign_up_until"] if row["state"] == "parked" else row["next_at"],
        "task_id": row["task_id"],
        "late": bool(row["missed"]),
    }


def _why(db: Database, row: dict[str, Any]) -> str:
    if row["state"] in ("parked", "held"):
        return str(row["reason"])
    if row["cloud"] != "ok":
        return (
            f"{row['provider']} is {row['cloud']} since {row['since'][:16].replace('T', ' ')} UTC: {row['cloud_why']}"
        )
    before = db.execute(
        f"SELECT id, state FROM outbox WHERE provider = ? AND customer_key = ? AND id < ? AND state IN {OPEN} LIMIT 1",
        [row["provider"], row["customer_key"], row["id"]],
    ).fetchone()
    if row["customer_key"] and before:
        return f"an earlier award of this customer ({before[0]}) is {before[1]}"
    return str(row["reason"]) or {"attempt": "on its way now", "due": "next to go"}.get(row["state"], row["state"])

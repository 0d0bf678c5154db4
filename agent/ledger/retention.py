"""retention: takes away what need not be kept: identities after a week, whole receipts after the returns window.

Runs only under a wall clock that can be trusted, in pages, so that no commit is long. Undelivered facts never age.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from agent.catch_up import EXPORT
from agent.journal.record import Position
from agent.ledger.moment import iso
from agent.ledger.personal import FIELDS, hashed, hashed_customer
from agent.ledger.schema import OPEN

IDENTITY_KEPT = timedelta(days=7)
"""In clear this long after the last award of a receipt is final."""
HELD_KEPT = timedelta(days=30)
"""A receipt nobody looked at can still be decided this long; then its identity goes too."""
PAGE = 100

# A receipt is final when its last fact is; without facts, at its deadline (held ones: 30 days later).
FINAL_AT = f"""CASE
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state IN {OPEN}) THEN NULL
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id)
        THEN (SELECT max(o.finished_at) FROM outbox o WHERE o.receipt_id = r.id)
    WHEN r.state = 'held' THEN strftime('%Y-%m-%dT%H:%M:%f+00:00', r.deadline, '+{HELD_KEPT.days} days')
    ELSE r.deadline END"""


def purge_identities(db: Database, key: bytes, now: datetime, limit: int = PAGE) -> int:
    """Phone, e-mail and name of final receipts and of their facts become keyed hashes; how many receipts that were."""
    rows = list(
        db.query(
            f"SELECT r.id, r.phone, r.email, r.name FROM receipts r"
            f" WHERE r.purged_at IS NULL AND {FINAL_AT} <= ? ORDER BY r.deadline LIMIT ?",
            [iso(now - IDENTITY_KEPT), limit],
        )
    )
    for row in rows:
        _purge_receipt(db, row, key, now)
    return len(rows) + _purge_rewards(db, key, now, limit)


def _purge_rewards(db: Database, key: bytes, now: datetime, limit: int) -> int:
    """Whom rewards were reserved for, and facts without a receipt (a reward given back)."""
    over = iso(now - IDENTITY_KEPT)
    rows = db.execute(
        "SELECT id, frame FROM redemptions WHERE ended_at <= ? AND customer_key <> '' LIMIT ?", [over, limit]
    ).fetchall()
    for number, text in rows:
        frame = json.loads(text)
        frame["customer"] = hashed_customer(frame["customer"], key)
        db.execute("UPDATE redemptions SET frame = ?, customer_key = '' WHERE id = ?", [json.dumps(frame), number])
    facts = db.execute(
        "SELECT id, body FROM outbox WHERE receipt_id IS NULL AND customer_key <> '' AND finished_at <= ? LIMIT ?",
        [over, limit],
    ).fetchall()
    for fact_id, text in facts:
        _purge_fact(db, fact_id, text, key)
    return len(rows) + len(facts)


def _purge_fact(db: Database, fact_id: int, text: str, key: bytes) -> None:
    body = json.loads(text)
    body["customer"] = hashed_customer(body.get("customer", {}), key)
    db.execute("UPDATE outbox SET body = ?, customer_key = '' WHERE id = ?", [json.dumps(body), fact_id])


def _purge_receipt(db: Database, row: dict[str, Any], key: bytes, now: datetime) -> None:
    phone, email, name = (hashed(row[field], key) for field in FIELDS)
    db.execute(
        "UPDATE receipts SET phone = ?, email = ?, name = ?, purged_at = ? WHERE id = ?",
        [phone, email, name, iso(now), row["id"]],
    )
    facts = db.execute("SELECT id, body FROM outbox WHERE receipt_id = ?", [row["id"]]).fetchall()
    for fact_id, text in facts:
        _purge_fact(db, fact_id, text, key)
    attached = db.execute("SELECT id, customer FROM attachments WHERE receipt_id = ?", [row["id"]]).fetchall()
    for number, text in attached:
        customer = json.dumps(hashed_customer(json.loads(text), key))
        db.execute("UPDATE attachments SET customer = ?, customer_key = '' WHERE id = ?", [customer, number])


def forget(db: Database, now: datetime, window_days: int, limit: int = PAGE) -> int:
    """Removes receipts captured before the returns window whose facts are all final, and whose identity is gone."""
    rows = db.execute(
        "SELECT r.id FROM receipts r WHERE r.captured_at < ? AND r.purged_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM outbox o WHERE (o.receipt_id = r.id OR o.original_id = r.id)"
        f"  AND o.state IN {OPEN})"
        " ORDER BY r.id LIMIT ?",
        [iso(now - timedelta(days=window_days)), limit],
    ).fetchall()
    _remove(db, [row_id for (row_id,) in rows])
    before = iso(now - timedelta(days=window_days))
    db.execute("DELETE FROM redemptions WHERE ended_at < ?", [before])
    db.execute("DELETE FROM bindings WHERE ended <> '' AND at < ?", [before])
    db.execute("DELETE FROM outbox WHERE receipt_id IS NULL AND finished_at < ?", [before])
    return len(rows)


def _remove(db: Database, receipt_ids: Sequence[int]) -> None:
    for receipt_id in receipt_ids:
        db.execute("UPDATE outbox SET original_id = NULL WHERE original_id = ?", [receipt_id])
        db.execute("UPDATE receipts SET duplicate_of = NULL WHERE duplicate_of = ?", [receipt_id])
        db.execute("DELETE FROM outbox WHERE receipt_id = ?", [receipt_id])
        db.execute("DELETE FROM receipts WHERE id = ?", [receipt_id])


def journal_needed_from(db: Database, now: datetime) -> Position | None:
    """The first byte of the oldest receipt that is not yet final for a week: the journal before it may go.

    None when every receipt is; the cursor then bounds what may go.
    """
    row = db.execute(
        f"SELECT min(r.origin) FROM receipts r WHERE r.purged_at IS NULL AND r.cause <> '{EXPORT}'"
        f" AND coalesce({FINAL_AT}, '9') > ?",
        [iso(now - IDENTITY_KEPT)],
    ).fetchone()
    return Position.parse(row[0]) if row[0] else None

"""context: takes a row about to go out, adds what its cloud needs beside the fact itself; changes no row.

A return: `original` (the award's own body with its `remote_id`) and `earlier` (bodies of what was taken back of it
before). A look: `look` = when it was tried (`attempts`) and what else arrived for this customer (`siblings`, each with
its own `attempts`).
"""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import iso, parse
from agent.ledger.outbox import LIVE, OutboxRow
from agent.providers import Call

SIBLINGS_SINCE = timedelta(hours=1)
"""Before the first attempt; clocks of two worlds differ."""
MOST_SIBLINGS = 50


def with_sale(db: Database, row: OutboxRow) -> OutboxRow:
    """For a take-back of the receipt's own; any other row as it is."""
    if row.call is not Call.TAKE_BACK:
        return row
    found = db.execute(
        f"SELECT o.receipt_id, o.body, o.remote_id FROM outbox o JOIN outbox t ON t.id = ? WHERE t.role = ''"
        " AND o.receipt_id = t.original_id AND o.programme = t.programme AND o.provider = t.provider"
        f" AND o.role = '' AND o.call = 'award' AND {LIVE} ORDER BY o.id DESC LIMIT 1",
        [row.id],
    ).fetchone()
    if found is None:
        return row
    receipt_id, body, remote_id = found
    original = {**json.loads(body), "remote_id": remote_id}
    return replace(row, body={**row.body, "original": original, "earlier": _earlier(db, row, receipt_id)})


def _earlier(db: Database, row: OutboxRow, receipt_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        f"SELECT o.body FROM outbox o WHERE o.original_id = ? AND o.programme = ? AND o.provider = ? AND o.id < ?"
        f" AND o.role = '' AND o.call = 'take_back' AND o.state = 'delivered' AND {LIVE} ORDER BY o.id",
        [receipt_id, row.body["programme"], row.provider, row.id],
    )
    return [json.loads(body) for (body,) in rows]


def with_look(db: Database, row: OutboxRow) -> OutboxRow:
    """For a row whose outcome is unknown and whose cloud is asked."""
    attempts = _attempts(db, row.id)
    since = iso((parse(attempts[0]) if attempts else row.captured_at) - SIBLINGS_SINCE)
    siblings = db.execute(
        "SELECT id, body FROM outbox WHERE provider = ? AND state = 'delivered' AND finished_at >= ?"
        " AND customer_key <> '' AND customer_key = (SELECT customer_key FROM outbox WHERE id = ?)"
        " ORDER BY id DESC LIMIT ?",
        [row.provider, since, row.id, MOST_SIBLINGS],
    ).fetchall()
    arrived = [{**json.loads(body), "attempts": _attempts(db, number)} for number, body in siblings]
    return replace(row, body={**row.body, "look": {"attempts": attempts, "siblings": arrived}})


def _attempts(db: Database, row_id: int) -> list[str]:
    """When each began."""
    return [str(at) for (at,) in db.execute("SELECT started_at FROM attempts WHERE outbox_id = ? ORDER BY n", [row_id])]

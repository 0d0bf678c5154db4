"""till: what the till page shows, asked in few queries; gives plain values, customers masked; changes nothing."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.ledger import tasks
from agent.ledger.moment import iso
from agent.ledger.outbox import HAND_OVER, LIVE, ON_HAND_OVER_LIST
from agent.ledger.schema import OPEN
from agent.ledger.till_view import person_of

MOST_CARDS = 60
FIELDS = (
    "id", "lane", "captured_at", "business_day", "kind", "state", "reason", "reprint", "number", "register", "cashier",
    "printed_at", "currency", "exponent", "total", "subtotal", "tax", "discount", "award_base", "original",
    "duplicate", "duplicate_of",
)  # fmt: skip


def cards(db: Database, since: datetime, lane: str = "", limit: int = MOST_CARDS) -> list[dict[str, Any]]:
    """Receipts captured since then, and older ones that still ask or wait for something; newest first."""
    rows = db.query(
        "SELECT * FROM receipts r WHERE (? = '' OR lane = ?) AND kind NOT IN ('no_sale', 'card_slip', 'x_report') AND ("
        " captured_at >= ? OR EXISTS"
        "  (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state IN ('held', 'unknown'))"
        " OR (duplicate = 'asked' AND EXISTS"
        "  (SELECT 1 FROM tasks t WHERE t.subject = 'receipt/' || r.id AND t.closed_at IS NULL)))"
        " ORDER BY id DESC LIMIT ?",
        [lane, lane, iso(since), limit],
    )
    return _with_fates(db, [_card(db, row) for row in rows])


def card(db: Database, receipt_id: int) -> dict[str, Any] | None:
    """One of them, whenever it was; with its items and tenders."""
    for row in db.query("SELECT * FROM receipts WHERE id = ?", [receipt_id]):
        shown = {**_card(db, row), "items": json.loads(row["items"]), "tenders": json.loads(row["tenders"])}
        return _with_fates(db, [shown])[0]
    return None


def clouds(db: Database) -> list[dict[str, Any]]:
    """Each cloud that anything waits for or that is not well: its standing, since when, how many facts wait."""
    rows = db.query(
        "SELECT name, max(state) AS state, max(why) AS why, max(since) AS since, sum(waiting) AS waiting FROM ("
        " SELECT name, state, why, since, 0 AS waiting FROM clouds UNION ALL"
        f" SELECT provider, '', '', '', count(*) FROM outbox o WHERE state IN {OPEN} AND NOT ({ON_HAND_OVER_LIST})"
        " GROUP BY provider)"
        " GROUP BY name ORDER BY name"
    )
    return list(rows)


def deadlines_near(db: Database) -> int:
    """Facts of which somebody was told that they may miss the day's end."""
    return int(db.execute(f"SELECT count(*) FROM outbox WHERE state IN {OPEN} AND (warned OR missed)").fetchone()[0])


def counts(db: Database, roles: Sequence[str]) -> dict[str, int]:
    """What waits for people: open tasks of these roles, the hand-over list, unknown lines."""
    asked = f"SELECT count(*) FROM tasks WHERE closed_at IS NULL AND role IN ({_marks(roles)})"
    return {
        "/tasks": int(db.execute(asked, [*roles]).fetchone()[0]),
        "/hand-over": int(db.execute(f"SELECT count(*) FROM outbox o WHERE {ON_HAND_OVER_LIST}").fetchone()[0]),
        "/items": int(db.execute("SELECT count(*) FROM catalogue_lines WHERE state = 'unknown'").fetchone()[0]),
    }


def last_error(db: Database) -> dict[str, Any] | None:
    """The latest attempt that went wrong: the cloud's own words, scrubbed when they were kept."""
    rows = db.query(
        "SELECT a.ended_at AS at, o.provider, a.outcome, a.detail FROM attempts a JOIN outbox o ON o.id = a.outbox_id"
        " WHERE a.outcome NOT IN ('', 'Done', 'AlreadyDone') ORDER BY a.ended_at DESC LIMIT 1"
    )
    return next(iter(rows), None)


def _card(db: Database, row: dict[str, Any]) -> dict[str, Any]:
    person = person_of(db, row)
    how = person.pop("how")
    return {**{name: row[name] for name in FIELDS}, "person": person, "how": how}


def _with_fates(db: Database, shown: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of each: its facts, why there is none, the open questions about it."""
    numbers = [row["id"] for row in shown]
    facts, reasons = _facts(db, numbers), _reasons(db, numbers)
    asked = _questions(db, numbers)
    return [
        {**row, "facts": facts[row["id"]], "reasons": reasons[row["id"]], "questions": asked[row["id"]]}
        for row in shown
    ]


def _facts(db: Database, numbers: Sequence[int]) -> defaultdict[int, list[dict[str, Any]]]:
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in db.query(
        "SELECT o.id, o.receipt_id, o.programme, o.provider, o.call, o.points, o.state, o.reason, o.remote_id,"
        " o.task_id, o.deadline, o.next_at, o.sign_up_until, o.finished_at, o.warned, o.missed, o.role, o.undoes,"
        f" (o.role <> 'undo' AND {LIVE}) AS live, ({ON_HAND_OVER_LIST}) AS by_hand,"
        " coalesce(json_extract(o.body, '$.unit'), 'points') AS unit, coalesce(c.state, 'ok') AS cloud,"
        " c.since AS cloud_since"
        " FROM outbox o LEFT JOIN clouds c ON c.name = o.provider"
        f" WHERE o.receipt_id IN ({_marks(numbers)}) ORDER BY o.id",
        [*numbers],
    ):
        found[row["receipt_id"]].append(row)
    return found


def _reasons(db: Database, numbers: Sequence[int]) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    query = f"SELECT receipt_id, programme, why FROM decisions WHERE receipt_id IN ({_marks(numbers)})"
    for receipt_id, programme, why in db.execute(query, [*numbers]).fetchall():
        found[receipt_id][programme] = why
    return found


def _questions(db: Database, numbers: Sequence[int]) -> defaultdict[int, list[dict[str, Any]]]:
    """Open tasks about the receipt itself, or about one of its facts."""
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    subjects = {f"receipt/{number}": number for number in numbers}
    marks = _marks(numbers)
    rows = db.query(
        "SELECT t.*, o.receipt_id AS about FROM tasks t LEFT JOIN outbox o ON o.task_id = t.id"
        f" AND o.receipt_id IN ({marks}) WHERE t.closed_at IS NULL AND t.kind <> '{HAND_OVER}'"
        f" AND (o.id IS NOT NULL OR t.subject IN ({marks}))"
        " ORDER BY t.id",
        [*numbers, *subjects],
    )
    for row in rows:
        number = subjects.get(row["subject"]) or row["about"]
        if all(known["id"] != row["id"] for known in found[number]):
            found[number].append(tasks.shaped(row))
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))

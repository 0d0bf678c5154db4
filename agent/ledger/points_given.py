"""points_given: what each programme gave and took between two business days, in its own unit; changes nothing."""

from typing import Any

from sqlite_utils import Database

from agent.ledger.schema import OPEN

GIVEN = f"""SELECT o.programme, max(o.provider) AS provider,
    coalesce(max(json_extract(o.body, '$.unit')), 'points') AS unit,
    coalesce(sum(CASE WHEN o.state = 'delivered' AND o.role = '' AND o.points > 0 THEN o.points END), 0) AS given,
    coalesce(sum(CASE WHEN o.state = 'delivered' AND o.role = '' AND o.points < 0 THEN o.points END), 0) AS returned,
    coalesce(sum(CASE WHEN o.state = 'delivered' AND o.role = 'correction' THEN o.points END), 0) AS corrected,
    coalesce(sum(CASE WHEN o.state = 'delivered' AND o.role = 'undo' THEN o.points END), 0) AS undone,
    coalesce(sum(CASE WHEN o.state IN {OPEN} AND o.role <> 'reward' THEN o.points END), 0) AS waiting,
    count(DISTINCT CASE WHEN o.state = 'delivered' AND o.role = '' AND o.points > 0 THEN o.receipt_id END) AS receipts,
    coalesce(sum(CASE WHEN o.state = 'delivered' AND o.role = '' THEN json_extract(o.body, '$.base') END), 0) AS base
    FROM outbox o WHERE o.business_day BETWEEN :since AND :until GROUP BY o.programme ORDER BY o.programme"""
REDEEMED = """SELECT d.programme, count(*) AS rewards, coalesce(sum(d.shown), 0) AS taken_off
    FROM redemptions d JOIN receipts r ON r.id = d.receipt_id
    WHERE d.state = 'proven' AND r.business_day BETWEEN :since AND :until GROUP BY d.programme"""


def points_period(db: Database, since: str, until: str) -> list[dict[str, Any]]:
    """One line a programme; `since` and `until`: business days, both included. Only what its cloud has taken counts.

    `given` on sales and buys, `returned`, `corrected` and `undone` (signed), `net` = their sum; `waiting` not yet sent.
    `receipts` that earned, `base` minor units they earned on; `rewards` redeemed and what they took off, minor units.
    """
    between = {"since": since, "until": until}
    redeemed = {row["programme"]: row for row in db.query(REDEEMED, between)}
    lines = {row["programme"]: row for row in db.query(GIVEN, between)}
    return [_line(name, lines.get(name), redeemed.get(name)) for name in sorted(lines.keys() | redeemed.keys())]


def _line(name: str, row: dict[str, Any] | None, redeemed: dict[str, Any] | None) -> dict[str, Any]:
    empty = dict.fromkeys(("given", "returned", "corrected", "undone", "waiting", "receipts", "base"), 0)
    line = {"programme": name, "provider": "", "unit": "points", **empty, **(row or {})}
    net = line["given"] + line["returned"] + line["corrected"] + line["undone"]
    taken = {"rewards": redeemed["rewards"], "taken_off": redeemed["taken_off"]} if redeemed else {}
    return {**line, "net": net, "rewards": 0, "taken_off": 0, **taken}

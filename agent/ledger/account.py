"""account: takes a business day, gives its account in figures: every receipt in exactly one place; changes nothing.

`read` = awarded + waiting + refused + held + noted + nobody + duplicates + unpaid (proven, with a customer, no points).
"""

from datetime import date
from typing import Any

from sqlite_utils import Database

from agent.ledger import catalogue, reconciling
from agent.ledger.outbox import LIVE
from agent.ledger.schema import OPEN

# A receipt is where its least finished fact is: one that waits at one cloud waits, wherever else it arrived.
PLACES = f"""SELECT r.*, CASE
    WHEN r.duplicate IN ('reprint', 'removed') THEN 'duplicates'
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state = 'held') THEN 'held'
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state IN {OPEN}) THEN 'waiting'
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state = 'refused') THEN 'refused'
    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id AND o.state = 'delivered' AND role <> 'undo'
        AND {LIVE}) THEN 'awarded'
    WHEN r.duplicate = 'asked' OR r.state = 'held' THEN 'held'
    WHEN r.state = 'noted' THEN 'noted'
    WHEN (SELECT a.customer FROM attachments a WHERE a.receipt_id = r.id ORDER BY a.id DESC LIMIT 1) = '{{}}'
        THEN 'nobody'
    WHEN NOT r.identified AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id) THEN 'nobody'
    ELSE 'unpaid' END AS place
    FROM receipts r WHERE r.business_day = :day"""
COUNTED = ("awarded", "waiting", "refused", "held", "noted", "nobody", "duplicates", "unpaid")


def day(db: Database, day: date | str) -> dict[str, Any]:
    """The account; counts are receipts, sums in minor units, points signed and delivered only."""
    parameters = {"day": day if isinstance(day, str) else day.isoformat()}
    places = dict(db.execute(f"SELECT place, count(*) FROM ({PLACES}) GROUP BY place", parameters).fetchall())
    return {
        "day": parameters["day"],
        "read": sum(places.values()),
        "matched": _matched(db, parameters),
        **{place: places.get(place, 0) for place in COUNTED},
        "totals": _grouped(db, parameters, TOTALS),
        "points": _grouped(db, parameters, POINTS),
        "points_waiting": _grouped(db, parameters, POINTS_WAITING),
        "held_reasons": _grouped(db, parameters, HELD_REASONS),
        "noted_kinds": _grouped(db, parameters, NOTED_KINDS),
        "waiting_reasons": _grouped(db, parameters, WAITING_REASONS),
        "not_awarded": _grouped(db, parameters, NOT_AWARDED),
        "late": _late(db, parameters),
        "findings": reconciling.of_day(db, parameters["day"]),
        "catalogue": catalogue.of_day(db, parameters["day"]),
    }


TOTALS = (
    "SELECT kind, sum(total) FROM receipts WHERE business_day = :day AND state = 'accepted' AND total IS NOT NULL"
    " AND duplicate IN ('', 'added') GROUP BY kind"
)
POINTS = (
    "SELECT programme, sum(points) FROM outbox WHERE business_day = :day AND state = 'delivered' GROUP BY programme"
)
POINTS_WAITING = (
    f"SELECT programme, sum(points) FROM outbox WHERE business_day = :day AND state IN {OPEN} GROUP BY programme"
)
HELD_REASONS = f"""SELECT coalesce(
        (SELECT o.reason FROM outbox o WHERE o.receipt_id = p.id AND o.state = 'held' LIMIT 1),
        CASE WHEN p.duplicate = 'asked' THEN 'it may be a duplicate' ELSE p.reason END) AS why, count(*)
    FROM ({PLACES}) p WHERE place = 'held' GROUP BY why"""
NOTED_KINDS = f"SELECT kind, count(*) FROM ({PLACES}) WHERE place = 'noted' GROUP BY kind"
WAITING_REASONS = f"""SELECT CASE WHEN o.state = 'parked' THEN 'waits for a sign-up'
        WHEN coalesce(c.state, 'ok') <> 'ok' THEN o.provider || ' is ' || c.state || ': ' || c.why
        WHEN o.reason <> '' THEN o.reason ELSE 'on its way' END AS why, count(*)
    FROM outbox o LEFT JOIN clouds c ON c.name = o.provider
    WHERE o.business_day = :day AND o.state IN {OPEN} AND o.state <> 'held' GROUP BY why"""
NOT_AWARDED = f"""SELECT why, count(*) FROM (
        SELECT d.why FROM decisions d JOIN receipts r ON r.id = d.receipt_id WHERE r.business_day = :day
            AND r.duplicate NOT IN ('reprint', 'removed')
        UNION ALL SELECT o.reason FROM outbox o WHERE o.business_day = :day AND o.state IN ('refused', 'cancelled')
        UNION ALL SELECT 'a reprint or duplicate' FROM ({PLACES}) WHERE place = 'duplicates'
        UNION ALL SELECT 'no customer on the receipt' FROM ({PLACES}) p WHERE place = 'nobody'
            AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.receipt_id = p.id)
    ) GROUP BY why ORDER BY count(*) DESC, why LIMIT 100"""


def _grouped(db: Database, parameters: dict[str, str], query: str) -> dict[str, int]:
    return dict(db.execute(query, parameters).fetchall())


def _matched(db: Database, parameters: dict[str, str]) -> int:
    """Receipts that named a customer, on paper or by a person's tap."""
    row = db.execute(
        "SELECT count(*) FROM receipts r WHERE business_day = :day AND duplicate IN ('', 'added', 'asked') AND"
        " (identified OR EXISTS (SELECT 1 FROM outbox o WHERE o.receipt_id = r.id))",
        parameters,
    ).fetchone()
    return int(row[0])


def _late(db: Database, parameters: dict[str, str]) -> list[dict[str, Any]]:
    """Facts that arrived, or wait, after their deadline."""
    rows = db.query(
        "SELECT id, receipt_id, programme, provider, points, state, deadline, finished_at FROM outbox"
        " WHERE business_day = :day AND (missed OR (state = 'delivered' AND finished_at > deadline))"
        " ORDER BY id LIMIT 100",
        parameters,
    )
    return list(rows)

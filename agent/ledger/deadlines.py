"""deadlines: finds what will miss or has missed the end of its business day, names it; delivers nothing.

Called only when the wall clock can be trusted: a wrong clock must not raise an alarm for every award at once.
"""

from datetime import datetime, timedelta

from sqlite_utils import Database

from agent.ledger import counters, events, tasks
from agent.ledger.moment import Moment, iso, parse
from agent.ledger.schema import OPEN

NAMED_BEFORE = timedelta(minutes=30)
"""So long before closing somebody at the counter can still do something: check the line, ask the customer."""
KIND = "deadline_near"
REASONS_NAMED = 10
HOW_LONG_FLOWING = timedelta(minutes=2)
"""An award this young with a cloud that answers is simply on its way."""


def sweep(db: Database, moment: Moment) -> None:
    """Names what will miss its deadline, counts what has, closes what came right."""
    for deadline in _near(db, moment):
        _name(db, deadline, moment)
    _count_missed(db, moment)
    _close_settled(db, moment)


def _near(db: Database, moment: Moment) -> list[str]:
    rows = db.execute(
        f"SELECT DISTINCT deadline FROM outbox WHERE state IN {OPEN} AND deadline > ? AND deadline <= ?",
        [iso(moment.wall), iso(moment.wall + NAMED_BEFORE)],
    )
    return [str(deadline) for (deadline,) in rows]


WILL_MISS = f"""FROM outbox o LEFT JOIN clouds c ON c.name = o.provider
    WHERE o.state IN {OPEN} AND o.deadline = :deadline AND
        (o.state IN ('held', 'parked', 'unknown') OR coalesce(c.state, 'ok') <> 'ok' OR o.captured_at < :flowing)"""
REASON = """CASE
    WHEN o.state = 'parked' THEN 'no member has this phone, e-mail or card yet'
    WHEN o.state = 'held' THEN 'a question is open: ' || o.reason
    WHEN coalesce(c.state, 'ok') <> 'ok' THEN o.provider || ' is ' || c.state || ': ' || c.why
    WHEN o.reason <> '' THEN o.provider || ' has not taken it: ' || o.reason
    ELSE o.provider || ' has not taken it yet' END"""


def _name(db: Database, deadline: str, moment: Moment) -> None:
    parameters = {"deadline": deadline, "flowing": iso(moment.wall - HOW_LONG_FLOWING)}
    grouped = db.execute(
        f"SELECT {REASON} AS why, count(*), sum(o.warned = 0) {WILL_MISS} GROUP BY why ORDER BY count(*) DESC",
        parameters,
    ).fetchall()
    count, fresh = sum(row[1] for row in grouped), sum(row[2] for row in grouped)
    if not count:
        return
    reasons = [f"{rows}: {why}" for why, rows, _ in grouped[:REASONS_NAMED]]
    tasks.open(
        db,
        tasks.Role.CASHIER,
        KIND,
        deadline,
        f"{count} award{'s' if count != 1 else ''} will not arrive before closing unless something changes",
        "Check that the box has internet, and answer the open questions; what is late still arrives afterwards.",
        moment.wall,
        what="; ".join(reasons),
    )
    if fresh:
        db.execute(f"UPDATE outbox SET warned = 1 WHERE id IN (SELECT o.id {WILL_MISS})", parameters)
        events.record(db, KIND, {"count": count, "deadline": deadline, "why": reasons}, moment.wall)


def _count_missed(db: Database, moment: Moment) -> None:
    """A parked award misses nothing: its own limit decides it, with a reason."""
    late = db.execute(
        f"UPDATE outbox SET missed = 1 WHERE state IN {OPEN} AND state <> 'parked' AND missed = 0 AND deadline <= ?",
        [iso(moment.wall)],
    ).rowcount
    if late:
        total = counters.next_number(db, counters.MISSED, late)
        events.record(db, "deadline_missed", {"count": late, "total": total}, moment.wall)


def _close_settled(db: Database, moment: Moment) -> None:
    for subject in [task["subject"] for task in tasks.waiting(db) if task["kind"] == KIND]:
        left = db.execute(f"SELECT count(*) FROM outbox WHERE state IN {OPEN} AND deadline = ?", [subject]).fetchone()[
            0
        ]
        if not left:
            tasks.close_subject(db, KIND, subject, "nothing waits any more", moment.wall)


def nearest(db: Database, provider: str, wall: datetime) -> datetime | None:
    """The next deadline still ahead among what waits for this cloud; None when there is none."""
    row = db.execute(
        f"SELECT min(deadline) FROM outbox WHERE provider = ? AND state IN {OPEN} AND deadline > ?",
        [provider, iso(wall)],
    ).fetchone()
    return parse(row[0]) if row[0] else None

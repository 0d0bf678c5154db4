"""dispatch: hands the outbox's ready rows out in order, their attempts begun; sends nothing."""

from sqlite_utils import Database

from agent.ledger import tasks
from agent.ledger.context import with_look, with_sale
from agent.ledger.moment import Moment, iso
from agent.ledger.outbox import ON_HAND_OVER_LIST, SENT_OR_NOT, OutboxRow, hold, in_words, outbox_row, set_timer
from agent.ledger.schema import OPEN

POISON_AT_DEATHS = 3
"""Process deaths with the same fact in its attempt: the fact is suspected, set aside and shown to a person."""
LOOK_LEASE_MS = 120_000
"""A row being read back is not handed out twice; after this long its look has died with its process."""


def take(db: Database, provider: str, moment: Moment, limit: int) -> list[OutboxRow]:
    """The next rows for one call, their attempts begun; all of one verb, at most `limit`; none when nothing is ready.

    A single row with `asks_before_sending` is to be read back: that begins no attempt. A row that has died with the
    process before travels alone, so that it takes nobody along.
    """
    _start_hold_windows(db, provider, moment)
    ready = _ready(db, provider, moment, limit)
    if not ready:
        return []
    first = ready[0]
    if first.asks_before_sending:
        set_timer(db, first.id, moment, LOOK_LEASE_MS)
        return [with_look(db, first)]
    together = [
        row
        for row in ready
        if row.call is first.call and not row.asks_before_sending and (row is first or not (row.deaths or first.deaths))
    ]
    for row in together:
        _begin(db, row, moment)
    return [with_sale(db, row) for row in together]


def _ready(db: Database, provider: str, moment: Moment, limit: int) -> list[OutboxRow]:
    rows = db.query(
        f"SELECT * FROM outbox AS o WHERE provider = :provider AND state IN {OPEN}"
        " AND state IN ('due', 'unknown', 'parked') AND (timer_boot <> :boot OR timer_ms <= :ms)"
        " AND (customer_key = '' OR NOT EXISTS (SELECT 1 FROM outbox AS e INDEXED BY outbox_customer"
        f"  WHERE e.provider = o.provider AND e.customer_key = o.customer_key AND e.id < o.id AND e.state IN {OPEN}"
        f"  AND NOT ({ON_HAND_OVER_LIST.replace('o.', 'e.')})))"
        " ORDER BY id LIMIT :limit",
        {"provider": provider, "boot": moment.boot, "ms": moment.ms, "limit": limit},
    )
    return [outbox_row(row) for row in rows]


def _start_hold_windows(db: Database, provider: str, moment: Moment) -> None:
    db.execute(
        "UPDATE outbox INDEXED BY outbox_hold SET timer_boot = ?, timer_ms = ? + hold_ms, hold_ms = 0"
        " WHERE provider = ? AND hold_ms > 0 AND state = 'due'",
        [moment.boot, moment.ms, provider],
    )


def _begin(db: Database, row: OutboxRow, moment: Moment) -> None:
    db.execute("UPDATE outbox SET state = 'attempt', attempts = attempts + 1 WHERE id = ?", [row.id])
    db.execute(
        "INSERT INTO attempts (outbox_id, n, key, started_at, boot, ms) VALUES (?, ?, ?, ?, ?, ?)",
        [row.id, row.attempts + 1, row.key, iso(moment.wall), moment.boot, moment.ms],
    )


def next_timer_s(db: Database, provider: str, moment: Moment) -> float | None:
    """Seconds until the earliest timer of this boot rings; None when none is set."""
    rings = db.execute(
        f"SELECT min(timer_ms) FROM outbox WHERE provider = ? AND state IN {OPEN}"
        " AND state IN ('due', 'unknown', 'parked') AND timer_boot = ? AND timer_ms > ?",
        [provider, moment.boot, moment.ms],
    ).fetchone()[0]
    return None if rings is None else (rings - moment.ms) / 1000


def recover(db: Database, moment: Moment) -> dict[str, int]:
    """At start: an attempt without a result is unknown; the third death in the same fact's attempt holds it.

    Gives how many were left unknown and how many were held as poison.
    """
    died = [outbox_row(row) for row in db.query(f"SELECT * FROM outbox WHERE state IN {OPEN} AND state = 'attempt'")]
    poison = 0
    for row in died:
        db.execute("UPDATE outbox SET state = 'unknown', deaths = deaths + 1 WHERE id = ?", [row.id])
        _end_attempt_lost(db, row.id, moment)
        if row.deaths + 1 >= POISON_AT_DEATHS:
            poison += 1
            hold_poison(db, row, moment)
        else:
            db.execute("UPDATE outbox SET reason = 'the box stopped before the answer came' WHERE id = ?", [row.id])
    return {"unknown": len(died) - poison, "held": poison}


def _end_attempt_lost(db: Database, row_id: int, moment: Moment) -> None:
    db.execute(
        "UPDATE attempts SET ended_at = ?, outcome = 'lost' WHERE outbox_id = ? AND ended_at IS NULL",
        [iso(moment.wall), row_id],
    )


def hold_poison(db: Database, row: OutboxRow, moment: Moment) -> None:
    task = tasks.open(
        db,
        tasks.Role.CLOUD_OPS,
        "poison",
        f"outbox/{row.id}",
        f"The box stopped {row.deaths + 1} times while sending one award",
        "Look at this award and at the box's log; then send it again, or say whether it arrived.",
        moment.wall,
        what=in_words(row),
        choices={**SENT_OR_NOT, "drop": "refused"},
    )
    hold(db, row.id, task, "the box stopped several times while sending it")

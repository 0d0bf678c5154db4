"""undoing: takes a receipt's facts back: those that never left are cancelled, the others undone by a fact of their own.

Whatever may have reached a cloud is never only deleted here: it gets a counter-fact behind it, in the customer's order.
A cloud that can void is told to void that very booking; one that cannot gets the same points with the other sign; one
that can do neither leaves it to a person (the courier asks).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import outbox, tasks
from agent.ledger.moment import iso
from agent.ledger.outbox import LIVE, UNDO, OutboxRow, outbox_row
from agent.ledger.personal import HASHED
from agent.providers import Call, Idempotency

NEVER_LEFT = ("due", "parked")
"""The last attempt, if there was one, surely did nothing at the cloud."""

Ways = Mapping[str, Mapping[Call, Idempotency]]
"""Per provider and call, what a repeat of it does there; a call that is not named is one it does not have."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many were taken out before they left, and how many are undone behind themselves."""

    cancelled: int = 0
    behind: int = 0


def live(db: Database, receipt_id: int, programme: str = "") -> list[OutboxRow]:
    """What stands of this receipt: its own facts and their corrections, oldest first, of one programme when named."""
    rows = db.query(
        "SELECT * FROM outbox o WHERE receipt_id = ? AND role IN ('', 'correction') AND (? = '' OR programme = ?)"
        f" AND {LIVE} ORDER BY id",
        [receipt_id, programme, programme],
    )
    return [outbox_row(row) for row in rows]


def counts_otherwise(db: Database, row: OutboxRow) -> bool:
    """Its receipt counts in this programme by another fact: sent again, this one would count it twice."""
    found = db.execute(
        f"SELECT 1 FROM outbox o WHERE receipt_id = ? AND programme = ? AND role = '' AND id <> ? AND {LIVE}",
        [row.receipt_id, row.body["programme"], row.id],
    ).fetchone()
    return found is not None


def undo(  # noqa: PLR0917 - what, how, why, when
    db: Database, rows: list[OutboxRow], ways: Ways, why: str, at: datetime, deadline: datetime
) -> Undone:
    """Takes these facts back. Raises TillpostError for one whose customer is no longer known here."""
    cancelled = behind = 0
    for row in rows:
        if never_left(db, row):
            cancel(db, row.id, why, at)
            cancelled += 1
        else:
            behind += undo_behind(db, row, ways, deadline) is not None
    return Undone(cancelled, behind)


def never_left(db: Database, row: OutboxRow) -> bool:
    """It surely is at no cloud. One that a rebuilt ledger asks about may be, though this ledger never sent it."""
    if outbox.waits_for_hand_over(db, row.id):
        return True  # nobody has keyed it in yet, or it would be ticked
    if row.state != "held" or row.attempts:
        return row.state in NEVER_LEFT
    asked = "SELECT 1 FROM tasks JOIN outbox o ON o.task_id = tasks.id WHERE o.id = ? AND tasks.kind = ?"
    return db.execute(asked, [row.id, outbox.SENT_OR_NOT_TASK]).fetchone() is None


def cancel(db: Database, row_id: int, why: str, at: datetime) -> None:
    db.execute(
        "UPDATE outbox SET state = 'cancelled', reason = ?, finished_at = ? WHERE id = ?", [why, iso(at), row_id]
    )
    outbox.close_empty_hand_over(db, row_id, at)
    outbox.follow_the_award(db, row_id, at)
    for task in db.execute(
        "SELECT id FROM tasks WHERE closed_at IS NULL AND subject = ?", [f"outbox/{row_id}"]
    ).fetchall():
        tasks.close(db, task[0], why, at)  # what was asked about this row alone has no answer any more


def undone_before_it_left(db: Database, row_id: int, at: datetime) -> bool:
    """This row would undo one that never left: both are taken out, and no cloud hears of either."""
    row = outbox.load(db, row_id)
    target = outbox.load(db, row.undoes) if row.undoes else None
    if target is None or not never_left(db, target):
        return False
    cancel(db, row.id, "what it undoes never left", at)
    cancel(db, target.id, "undone before it left", at)
    return True


def undo_behind(
    db: Database, row: OutboxRow, ways: Ways, deadline: datetime, *, held_by: int | None = None, why: str = ""
) -> int | None:
    """Enqueues the counter-fact of one that may have reached its cloud; held by a task when a person must say so."""
    call = _call_for(row, ways.get(row.provider, {}))
    fact = _counter_fact(db, row, call)
    return outbox.enqueue(
        db,
        fact,
        receipt_id=row.receipt_id,
        provider=row.provider,
        call=call,
        idempotency=ways.get(row.provider, {}).get(call, Idempotency.NONE),
        deadline=max(deadline, row.deadline),
        not_before=row.captured_at,
        customer_key=outbox.customer_key(db, row.id),
        held_by=held_by,
        why=why,
        undoes=row.id,
        role=UNDO,
    )


def next_key(db: Database, key: str) -> str:
    """`key`, or with '~2', '~3' … behind it when it was used before: undone, moved, given anew.

    One that a lost ledger sent and did not undo is not skipped: its fact comes out delivered, and is not sent twice.
    """
    number, free = 2, key
    while _is_used(db, free):
        number, free = number + 1, f"{key}~{number}"
    return free


def _is_used(db: Database, key: str) -> bool:
    if db.execute("SELECT 1 FROM outbox WHERE key = ?", [key]).fetchone():
        return True
    sent = "SELECT count(*) FROM already_sent WHERE key IN (?, ?)"
    return bool(db.execute(sent, [key, f"{key}{outbox.UNDOING}"]).fetchone()[0] == 2)


def _call_for(row: OutboxRow, ways: Mapping[Call, Idempotency]) -> Call:
    opposite = Call.AWARD if row.call is Call.TAKE_BACK else Call.TAKE_BACK
    return Call.VOID if Call.VOID in ways or opposite not in ways else opposite


def _counter_fact(db: Database, row: OutboxRow, call: Call) -> dict[str, Any]:
    customer = row.body.get("customer", {})
    known = {name: value for name, value in customer.items() if not str(value).startswith(HASHED)}
    if customer and not known and call is not Call.VOID:
        raise TillpostError(
            "the customer's identity is no longer kept here, so the cloud cannot be told whose points these are",
            hint="Put it right in the loyalty programme's own pages.",
        )
    remote_id = db.execute("SELECT remote_id FROM outbox WHERE id = ?", [row.id]).fetchone()[0]
    return {
        **row.body,
        "key": next_key(db, f"{row.key}{outbox.UNDOING}"),
        "kind": call.value,
        "points": -int(row.body["points"]),
        "base": -int(row.body.get("base", 0)),
        "customer": known,
        "undoes": {"key": row.key, "remote_id": remote_id},
    }

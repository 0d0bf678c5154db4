"""correcting: takes the points a person says are right, with a reason; changes what has not left, else adds the
difference as a fact of its own, linked to the receipt; nothing that was sent is ever rewritten."""

import json

from sqlite_utils import Database

from agent.awards import Unit
from agent.booking.desk import Desk, Rules, reopened
from agent.booking.person import NOBODY
from agent.errors import TillpostError
from agent.ledger import audit, outbox, receipts
from agent.ledger.moment import Moment
from agent.ledger.outbox import CORRECTION, OutboxRow
from agent.ledger.personal import scrubbed
from agent.ledger.undoing import cancel, live, never_left, next_key
from agent.providers import Call

LEAST_REASON = 3
"""Characters; an empty reason is none."""


def correct(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, receipt_id: int, programme: str, points: int, why: str, who: str, now: Moment
) -> int:
    """This receipt gives `points` in all in this programme; the outbox row that was changed or made.

    Before the award has left, the award itself changes (0 takes it out); afterwards a signed correction goes behind it,
    also several. Raises TillpostError without an award or a reason, ValueError when nothing would change.
    """
    reason = scrubbed(why.strip())
    if len(reason) < LEAST_REASON:
        raise TillpostError("a correction needs a reason", hint="Say in a few words why the points are other ones.")
    standing = live(db, receipt_id, programme)
    if not standing:
        raise TillpostError(
            f"receipt {receipt_id} has no award in {programme} to correct", hint="Attach its customer first."
        )
    if standing[0].body.get("unit") == Unit.PUNCHES:
        raise TillpostError(
            f"{programme} punches goods, and its punches cannot be changed by number",
            hint="Move the receipt, or take it off.",
        )
    first, before = standing[0], sum(row.body["points"] for row in standing)
    if points == before:
        raise ValueError(f"receipt {receipt_id} gives {points} already")
    if (points < 0) != (first.body["points"] < 0) and points:
        raise ValueError("a sale cannot take points, and a return cannot give any")
    _is_not_below_returns(db, first, points)
    if len(standing) == 1 and never_left(db, first):
        changed = _change(db, first, points, reason, who, now)
    else:
        changed = _add(Desk(db, rules, now), first, points - before, reason, who)
    audit.note(db, who, "corrected", f"receipt/{receipt_id} {programme}", f"{before} to {points}: {reason}", now.wall)
    return changed


def _is_not_below_returns(db: Database, row: OutboxRow, points: int) -> None:
    given = outbox.given(db, row.receipt_id or 0, row.body["programme"])
    if row.call is Call.AWARD and given and points < given.taken_back:
        raise TillpostError(
            f"returns have taken back {given.taken_back} points of it already", hint="Correct the return as well."
        )


def _change(db: Database, row: OutboxRow, points: int, why: str, who: str, now: Moment) -> int:  # noqa: PLR0917
    if not points:
        cancel(db, row.id, f"corrected to nothing by {who}: {why}", now.wall)
        return row.id
    body = {**row.body, "points": points, "correction": {"before": row.body["points"], "why": why}}
    db.execute("UPDATE outbox SET body = ?, points = ? WHERE id = ?", [json.dumps(body), points, row.id])
    return row.id


def _add(desk: Desk, row: OutboxRow, difference: int, why: str, who: str) -> int:
    del who  # stands in the audit; a cloud needs no staff names
    rules, call = desk.rules, Call.AWARD if difference > 0 else Call.TAKE_BACK
    key = next_key(desk.db, f"{row.key}~correction")
    fact = {
        **row.body,
        "key": key,
        "kind": call.value,
        "points": difference,
        "base": 0,
        "correction": {"of": row.key, "why": why},
    }
    made = outbox.enqueue(
        desk.db,
        fact,
        receipt_id=row.receipt_id,
        provider=row.provider,
        call=call,
        idempotency=rules.repeats(row.provider, call),
        deadline=reopened(desk, receipts.load(desk.db, row.receipt_id or 0), NOBODY, None).deadline,
        not_before=row.captured_at,
        customer_key=outbox.customer_key(desk.db, row.id),
        role=CORRECTION,
    )
    assert made is not None, "next_key gave a key that was free"
    return made

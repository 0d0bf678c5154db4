"""answers: takes a person's (or the box's own timely) decision, moves the rows that waited; opens no task."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import audit, counters, outbox, receipts, tasks, undoing
from agent.ledger.moment import Moment, iso

REVERSIBLE_FOR = timedelta(days=30)
SIGN_UP_AGAIN = timedelta(hours=24)
"""A reversed award whose customer is still unknown waits this long for a sign-up."""
POSSIBLE_DUPLICATE = "possible_duplicate"
"""Kind of the task about a receipt that may be a reprint; subject 'receipt/<id>', choices 'Add anyway' and 'Remove'."""
DUPLICATE_CHOICES = {"Add anyway": "due", "Remove": "cancelled"}
REPLACE = "Replace"
ALONE = "alone"
"""Where a choice sends rows that count beside what they would have undone: that undoing is cancelled."""
REPLACE_CHOICES = {REPLACE: "due", "Add anyway": ALONE, "Remove": "cancelled"}
UNSPENT = "unspent"
"""Where a choice sends rows that go out after all, without the spend that the cloud would not take."""
WAITS_FOR_ANSWER = "('held', 'refused', 'cancelled')"


def answer_task(db: Database, task_id: int, choice: str, *, who: str, at: datetime) -> bool:
    """Does what `choice` stands for to every row that waits for this task, and closes it.

    False when somebody was faster. Raises TillpostError for no such task, ValueError for no such choice.
    """
    task = tasks.get(db, task_id)
    if task is None:
        raise TillpostError(f"there is no task {task_id}", hint="'tillpost queue' lists the open questions.")
    choices: Mapping[str, str] = task["choices"]
    if choices and choice not in choices:
        raise ValueError(f"task {task_id} can be answered with: {', '.join(choices)}")
    if not tasks.close(db, task_id, choice, at, who=who):
        return False
    target = choices.get(choice, "")
    waiting = "('held')" if task["kind"] == outbox.HAND_OVER else WAITS_FOR_ANSWER
    moved = _move_rows(db, task_id, waiting, target, f"{choice} (decided by {who})", at)
    if task["kind"] == POSSIBLE_DUPLICATE:
        _decide_duplicate(db, task["subject"], added=target in ("due", ALONE), replaces=choice == REPLACE)
    audit.note(db, who, f"answered: {choice}", f"task/{task_id} {task['kind']} {task['subject']}", f"{moved} rows", at)
    return True


def settle_overdue(db: Database, moment: Moment) -> int:
    """Takes the decisions that nobody took in time: each is an answer like any other, by 'box'."""
    late = tasks.overdue(db, moment)
    for task_id, choice in late:
        answer_task(db, task_id, choice, who="box", at=moment.wall)
    return len(late)


def reopen(
    db: Database,
    row_id: int,
    *,
    who: str,
    at: datetime,
    customer: Mapping[str, str] | None = None,
    customer_key: str = "",
) -> None:
    """A refused or cancelled award is sent after all, for 30 days; `customer` puts other identifiers in its place.

    Also attaches other identifiers to a held or parked one. Raises ValueError when it is too late, was delivered, or
    the customer's identity is no longer kept and must be asked for again.
    """
    row = outbox.load(db, row_id)
    finished, task_id = db.execute("SELECT finished_at, task_id FROM outbox WHERE id = ?", [row_id]).fetchone()
    if row.state not in ("refused", "cancelled", "held", "parked"):
        raise ValueError(f"award {row_id} is {row.state} and cannot be sent again")
    if finished and at - datetime.fromisoformat(finished) > REVERSIBLE_FOR:
        raise ValueError(f"award {row_id} was closed more than {REVERSIBLE_FOR.days} days ago")
    if undoing.counts_otherwise(db, row):
        raise ValueError(f"receipt {row.receipt_id} counts already by another award")
    if customer is None and _identity_gone(row.body):
        raise ValueError("the customer's identity is no longer kept: ask for it and attach it")
    if customer is not None:
        body = json.dumps({**row.body, "customer": dict(customer)})
        db.execute("UPDATE outbox SET body = ?, customer_key = ? WHERE id = ?", [body, customer_key, row_id])
    _to_due(db, row_id, at)
    if row.receipt_id and receipts.load(db, row.receipt_id).duplicate == "removed":
        _decide_duplicate(db, f"receipt/{row.receipt_id}", added=True)
    others = db.execute("SELECT count(*) FROM outbox WHERE task_id = ?", [task_id]).fetchone()[0]
    if task_id and not others:
        tasks.close(db, task_id, "answered at the award itself", at, who=who)
    audit.note(db, who, "sent again", f"outbox/{row_id}", "other customer" if customer else "", at)


def _move_rows(db: Database, task_id: int, waiting: str, target: str, reason: str, at: datetime) -> int:  # noqa: PLR0917
    rows = db.execute(f"SELECT id FROM outbox WHERE task_id = ? AND state IN {waiting}", [task_id]).fetchall()
    for (row_id,) in rows:
        if target == UNSPENT:
            db.execute("UPDATE outbox SET body = json_remove(body, '$.spend') WHERE id = ?", [row_id])
            _ask_anew(db, row_id)
        if target == ALONE and outbox.load(db, row_id).undoes:
            close_row(db, row_id, "cancelled", reason, at)
        elif target in ("due", UNSPENT, ALONE):
            _to_due(db, row_id, at)
        elif target:
            close_row(db, row_id, target, reason, at)
    return len(rows) if target else 0


def _to_due(db: Database, row_id: int, at: datetime) -> None:
    if undoing.undone_before_it_left(db, row_id, at):
        return
    if outbox.load(db, row_id).state == "refused":
        _ask_anew(db, row_id)
    db.execute(
        "UPDATE outbox SET state = 'due', timer_boot = '', faults = 0, deaths = 0, finished_at = NULL, reason = '',"
        " task_id = NULL, sign_up_until = ? WHERE id = ?",
        [iso(at + SIGN_UP_AGAIN), row_id],
    )
    outbox.follow_the_award_back(db, row_id)


def _ask_anew(db: Database, row_id: int) -> None:
    """A cloud that remembers requests would only repeat its refusal: the fact says that it is asked once more."""
    again = "json_set(body, '$.again', coalesce(json_extract(body, '$.again'), 0) + 1)"
    db.execute(f"UPDATE outbox SET body = {again} WHERE id = ?", [row_id])


def close_row(db: Database, row_id: int, state: str, reason: str, at: datetime) -> None:
    """Ends a row by a decision: delivered, refused or cancelled."""
    before = outbox.load(db, row_id).state
    db.execute(
        "UPDATE outbox SET state = ?, reason = ?, finished_at = ? WHERE id = ?", [state, reason, iso(at), row_id]
    )
    if state in ("refused", "cancelled"):
        outbox.follow_the_award(db, row_id, at)
    if state == "delivered":
        counters.next_number(db, counters.SENT)
    if state == "refused" and before != "refused":
        counters.next_number(db, counters.REFUSED)


def _decide_duplicate(db: Database, subject: str, *, added: bool, replaces: bool = False) -> None:
    receipt_id = int(subject.removeprefix("receipt/"))
    known = receipts.load(db, receipt_id)
    if replaces and known.duplicate_of:
        receipts.mark_duplicate(db, known.duplicate_of, receipt_id, "removed")
    receipts.mark_duplicate(db, receipt_id, known.duplicate_of, "added" if added else "removed")


def _identity_gone(body: Mapping[str, object]) -> bool:
    customer = body.get("customer")
    values = customer.values() if isinstance(customer, Mapping) else ()
    return any(isinstance(value, str) and value.startswith("hmac:") for value in values)

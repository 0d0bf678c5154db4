"""outbox: takes facts in on their way to the clouds, knows what was given; hands none out (that is `dispatch`).

    due ─▶ attempt ─▶ delivered │ refused        an attempt is committed before its first byte leaves
     ▲        ├─▶ unknown ─▶ (asked the cloud, or a person)
     │        ├─▶ parked     nobody has signed up yet
     └────────┴─▶ held       a person's question is open; cancelled: taken out before it ever left

Per cloud and customer in order: an open earlier fact blocks the later ones of that customer, and nobody else's.
`dispatch` hands rows out, `outcomes` is what a cloud's answer does to one, `answers` what a person's decision does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlite_utils import Database

from agent.awards import GivenAward
from agent.ledger import rebuild, tasks
from agent.ledger.moment import Moment, iso, parse
from agent.ledger.personal import masked
from agent.ledger.schema import OPEN
from agent.money import format_amount
from agent.providers import Call, Idempotency
from agent.settings import Goods

SCHEMA_VERSION = 1
CASHIERS_ASKED = frozenset({Idempotency.WEAK, Idempotency.NONE})
"""Classes where only a person can say whether the cloud has it."""
NEVER_GIVEN = "('refused', 'cancelled')"
AWARD_NEVER_GIVEN = "the award it takes back was never given"
SENT_OR_NOT_TASK = "sent_or_not"
HAND_OVER = "hand_over"
"""Kind of the task about what a person keys in at a cloud; its subject is the cloud."""
ON_HAND_OVER_LIST = (
    f"o.state = 'held' AND o.task_id IN (SELECT id FROM tasks WHERE kind = '{HAND_OVER}' AND closed_at IS NULL)"
)
"""Of a row `o`."""
SENT_OR_NOT = {"arrived": "delivered", "not arrived": "due"}
RECEIPTS_OWN, CORRECTION, UNDO, REWARD = ROLES = ("", "correction", "undo", "reward")
"""What a row is for: what the receipt itself gives or takes, a person's signed difference to it, the undoing of another
row, or a reward redeemed or given back. Each is a fact with a key of its own."""
UNDOING = "~undo"
"""Behind the key of a fact, the key of what undoes it."""
LIVE = f"""o.state NOT IN {NEVER_GIVEN} AND NOT EXISTS (
    SELECT 1 FROM outbox u WHERE u.undoes = o.id AND u.state NOT IN {NEVER_GIVEN} AND u.state <> 'held')"""
"""Of a row `o`: it was given or will be, and nothing undoes it (what a person has not yet decided undoes nothing)."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One fact as handed out. `state` = what it was before; `attempts`, `faults` and `deaths` so far."""

    id: int
    key: str
    receipt_id: int | None
    provider: str
    call: Call
    idempotency: Idempotency
    state: str
    body: Mapping[str, Any]
    captured_at: datetime
    deadline: datetime
    sign_up_until: datetime | None
    attempts: int
    faults: int
    deaths: int
    undoes: int | None = None
    role: str = ""

    @property
    def asks_before_sending(self) -> bool:
        """Its outcome is unknown and a repeat could count twice."""
        return self.state == "unknown" and self.idempotency is not Idempotency.KEY


def enqueue(
    db: Database,
    fact: Mapping[str, Any],
    *,
    receipt_id: int | None,
    provider: str,
    call: Call,
    idempotency: Idempotency,
    deadline: datetime,
    not_before: datetime,
    customer_key: str,
    original_id: int | None = None,
    held_by: int | None = None,
    why: str = "",
    undoes: int | None = None,
    role: str = "",
) -> int | None:
    """The new row's id; None when a fact of this key was taken in before.

    `original_id`: the receipt whose award this one takes back; it goes the way of that award when that is never given.
    `undoes`: the very row it undoes, with the same consequence. `role`: see `ROLES`.

    `held_by`: the open task that must be answered first. `not_before` minus the capture is the hold window, counted
    on monotonic time from when the courier first sees the row.
    """
    captured = datetime.fromisoformat(str(fact["captured_at"]))
    state, reason, remote_id = _first_state(db, str(fact["key"]), idempotency)
    if held_by and state not in ("delivered", "cancelled"):  # what a lost ledger had sent was answered before that
        state, reason = "held", why
    row = {
        "key": fact["key"],
        "receipt_id": receipt_id,
        "provider": provider,
        "programme": fact["programme"],
        "original_id": original_id,
        "call": call.value,
        "idempotency": idempotency.value,
        "points": fact["points"],
        "state": state,
        "v": fact.get("v", SCHEMA_VERSION),
        "body": json.dumps(fact),
        "customer_key": customer_key,
        "captured_at": iso(captured),
        "business_day": fact["business_day"],
        "deadline": iso(deadline),
        "hold_ms": max(0, int((not_before - captured).total_seconds() * 1000)),
        "reason": reason,
        "remote_id": remote_id,
        "finished_at": iso(captured) if state in ("delivered", "cancelled") else None,
        "task_id": held_by if state == "held" else None,
        "undoes": undoes,
        "role": role,
    }
    inserted = db.execute(
        f"INSERT INTO outbox ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO NOTHING",
        list(row.values()),
    )
    if inserted.rowcount != 1:
        return None
    number = int(inserted.lastrowid or 0)
    if state == "held" and held_by is None:
        ask_whether_sent(db, number, reason, captured)
    return number


def _first_state(db: Database, key: str, idempotency: Idempotency) -> tuple[str, str, str]:
    """(state, reason, remote id): 'due', but for what a lost ledger may have sent already."""
    sent = db.execute("SELECT remote_id FROM already_sent WHERE key = ?", [key]).fetchone()
    if sent and db.execute("SELECT 1 FROM already_sent WHERE key = ?", [f"{key}{UNDOING}"]).fetchone():
        return "cancelled", "given and taken back before the ledger was rebuilt", str(sent[0])
    if sent:
        return "delivered", "", str(sent[0])
    origin = key.split("/")[-2] if key.count("/") >= 3 else key
    if idempotency is Idempotency.KEY or not rebuild.may_have_been_sent(db, origin):
        return "due", "", ""
    why = "the ledger was rebuilt, and it cannot be shown whether this was sent before"
    return ("unknown", why, "") if idempotency is Idempotency.READ_BACK else ("held", why, "")


def set_timer(db: Database, row_id: int, moment: Moment, wait_ms: int) -> None:
    """Not before then; after a restart at once, because monotonic time begins anew."""
    next_at = datetime.fromtimestamp(moment.wall.timestamp() + wait_ms / 1000, moment.wall.tzinfo)
    db.execute(
        "UPDATE outbox SET timer_boot = ?, timer_ms = ?, next_at = ? WHERE id = ?",
        [moment.boot, moment.ms + wait_ms, iso(next_at), row_id],
    )


def hold(db: Database, row_id: int, task_id: int, why: str) -> None:
    """Waits for the task's answer."""
    db.execute("UPDATE outbox SET state = 'held', task_id = ?, reason = ? WHERE id = ?", [task_id, why, row_id])


def ask_whether_sent(db: Database, row_id: int, why: str, at: datetime) -> None:
    """Only a person can see in the cloud's own pages whether this award arrived."""
    row = load(db, row_id)
    task = tasks.open(
        db,
        tasks.Role.CASHIER,
        SENT_OR_NOT_TASK,
        f"outbox/{row_id}",
        "Did this award arrive?",
        "Look the customer up in the programme's own pages: 'arrived' if the award is there, else 'not arrived'.",
        at,
        what=f"{in_words(row)}. {why[:1].upper()}{why[1:]}.",
        choices=SENT_OR_NOT,
    )
    hold(db, row_id, task, why)


def waits_for_hand_over(db: Database, row_id: int) -> bool:
    """A person has it to key in, and has not ticked it."""
    return db.execute(f"SELECT 1 FROM outbox o WHERE id = ? AND {ON_HAND_OVER_LIST}", [row_id]).fetchone() is not None


def close_empty_hand_over(db: Database, row_id: int, at: datetime, *, who: str = "box") -> None:
    """This row has left the hand-over list, if it was on one: with the last one its task goes, too."""
    task = db.execute(
        "SELECT t.id FROM tasks t JOIN outbox o ON o.task_id = t.id"
        " WHERE o.id = ? AND t.kind = ? AND t.closed_at IS NULL",
        [row_id, HAND_OVER],
    ).fetchone()
    if task and not db.execute("SELECT 1 FROM outbox WHERE task_id = ? AND state = 'held'", task).fetchone():
        tasks.close(db, int(task[0]), "nothing is left on the list", at, who=who)


def given(db: Database, receipt_id: int, programme: str) -> GivenAward | None:
    """What this receipt got, or surely will get before any take-back reaches the cloud; None when nothing.

    With what a person put right since: an award of 55 corrected by -5 gave 50.
    """
    row = db.execute(
        f"SELECT points, body FROM outbox o WHERE receipt_id = ? AND programme = ? AND call = ? AND role = ''"
        f" AND {LIVE} ORDER BY id DESC LIMIT 1",
        [receipt_id, programme, Call.AWARD.value],
    ).fetchone()
    if row is None:
        return None
    corrected = _sum(db, f"receipt_id = ? AND programme = ? AND role = 'correction' AND {LIVE}", receipt_id, programme)
    taken = _sum(
        db, f"original_id = ? AND programme = ? AND call = 'take_back' AND role = '' AND {LIVE}", receipt_id, programme
    )
    body = json.loads(row[1])
    worth = body.get("worth")
    return GivenAward(
        points=row[0] + corrected,
        base=body["base"],
        rate=Decimal(body["rate"]),
        taken_back=-taken,
        worth=None if worth is None else Decimal(worth),
        day=date.fromisoformat(body["business_day"]),
        only=tuple(Goods(**goods) for goods in body["only"]) if "only" in body else None,
    )


def _sum(db: Database, where: str, receipt_id: int, programme: str) -> int:
    query = f"SELECT coalesce(sum(points), 0) FROM outbox o WHERE {where}"
    return int(db.execute(query, [receipt_id, programme]).fetchone()[0])


def customer_key(db: Database, row_id: int) -> str:
    """Whose facts this one keeps its order with; '' once that is no longer known."""
    return str(db.execute("SELECT customer_key FROM outbox WHERE id = ?", [row_id]).fetchone()[0])


def member_of(db: Database, receipt_id: int, programme: str) -> str:
    """The member as the cloud named him when it took this receipt's award; '' when it did not. Outlives the purge."""
    row = db.execute(
        "SELECT json_extract(body, '$.customer.member_id') FROM outbox WHERE receipt_id = ? AND programme = ?"
        " AND state = 'delivered' ORDER BY id DESC LIMIT 1",
        [receipt_id, programme],
    ).fetchone()
    return str(row[0]) if row and row[0] else ""


def follow_the_award(db: Database, award_id: int, at: datetime) -> None:
    """Call it when an award is given up: what would take it back, undo or correct it has nothing to act on."""
    db.execute(
        "UPDATE outbox SET state = 'cancelled', reason = ?, finished_at = ?"
        " WHERE state IN ('due', 'parked', 'held') AND (undoes = ? OR"
        "  (call = 'take_back' AND role = '' AND (original_id, programme, provider) ="
        "   (SELECT receipt_id, programme, provider FROM outbox WHERE id = ? AND role = '')) OR"
        "  (role = 'correction' AND (receipt_id, programme, provider) ="
        "   (SELECT receipt_id, programme, provider FROM outbox WHERE id = ? AND role = '')))",
        [AWARD_NEVER_GIVEN, iso(at), award_id, award_id, award_id],
    )


def follow_the_award_back(db: Database, award_id: int) -> None:
    """The award is sent after all: so is what takes it back."""
    db.execute(
        "UPDATE outbox SET state = 'due', reason = '', finished_at = NULL WHERE state = 'cancelled' AND reason = ?"
        " AND undoes IS NULL"
        " AND (original_id, programme, provider) ="
        "  (SELECT receipt_id, programme, provider FROM outbox WHERE id = ? AND role = '')",
        [AWARD_NEVER_GIVEN, award_id],
    )


def name_what_is_undone(db: Database, award_id: int, remote_id: str) -> None:
    """The award has its id at the cloud now: what waits behind it to undo it is told, for some clouds void by that."""
    db.execute(
        "UPDATE outbox SET body = json_set(body, '$.undoes.remote_id', ?) WHERE undoes = ?", [remote_id, award_id]
    )


def retry_parked(db: Database, customer_key: str = "") -> int:
    """Somebody signed up: what waits for that customer (or for anybody) is tried at once."""
    done = db.execute(
        f"UPDATE outbox SET timer_boot = '' WHERE state IN {OPEN} AND state = 'parked'"
        " AND (? = '' OR customer_key = ?)",
        [customer_key, customer_key],
    )
    return done.rowcount


def load(db: Database, row_id: int) -> OutboxRow:
    for row in db.query("SELECT * FROM outbox WHERE id = ?", [row_id]):
        return outbox_row(row)
    raise LookupError(f"there is no award {row_id} in the outbox")


def outbox_row(row: Mapping[str, Any]) -> OutboxRow:
    return OutboxRow(
        id=row["id"],
        key=row["key"],
        receipt_id=row["receipt_id"],
        provider=row["provider"],
        call=Call(row["call"]),
        idempotency=Idempotency(row["idempotency"]),
        state=row["state"],
        body=json.loads(row["body"]),
        captured_at=parse(row["captured_at"]),
        deadline=parse(row["deadline"]),
        sign_up_until=parse(row["sign_up_until"]) if row["sign_up_until"] else None,
        attempts=row["attempts"],
        faults=row["faults"],
        deaths=row["deaths"],
        undoes=row["undoes"],
        role=row["role"],
    )


def in_words(row: OutboxRow) -> str:
    """The award as a person would name it, the customer masked."""
    fact, printed = row.body, row.body.get("receipt", {})
    customer = fact.get("customer", {})
    who = masked(customer.get("phone") or customer.get("email")) or customer.get("card") or "nobody"
    total = printed.get("total")
    reward = fact.get("reservation", {}).get("name") or fact.get("reservation", {}).get("reward")
    what = f"{fact['kind']} '{reward}'" if reward else f"{fact['points']:+d} points"
    paid = "" if total is None else f", total {format_amount(total, fact.get('exponent', 2))}"
    number = printed.get("number") or "without number"
    return (
        f"{what} ({fact['programme']}) for {who}: receipt {number}{paid},"
        f" captured {fact['captured_at'][:16].replace('T', ' ')} UTC, lane {fact.get('lane', '?')}"
    )

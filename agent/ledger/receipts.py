"""receipts: what was read, kept once per place in the journal; decides nothing about awards or duplicates."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from agent.catch_up import EXPORT
from agent.duplicates import LOOK_BACK, Seen
from agent.journal.record import Position
from agent.ledger import counters
from agent.ledger.moment import iso, parse
from agent.receipt import Item, Kind, Receipt, Relation, State

LATEST_LOOKED_AT, MARKS_NEEDED = 20, 6
LATEST = 200
"""Receipts looked through for one without a number: more than any lane prints in the minutes that matter."""
AFTER_EVERY_TEXT = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Captured:
    """Where and when the bytes came: `origin` = the receipt's first byte in the journal, `size` in bytes from there."""

    device: str
    lane: str
    origin: Position
    size: int
    session: int
    at: datetime
    trusted: bool
    boot: str
    monotonic_ns: int
    cause: str
    gap: str
    dialect_state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """One row, whole. `duplicate` is '' or what the receipt is besides itself: reprint, asked, removed, added.

    Phone, e-mail and name are None in `receipt` once they were hashed (`purged_at`).
    """

    id: int
    captured: Captured
    receipt: Receipt
    business_day: date
    deadline: datetime
    fingerprint: str
    format_name: str
    duplicate_of: int | None
    duplicate: str
    purged_at: str | None


def save(
    db: Database,
    captured: Captured,
    receipt: Receipt,
    *,
    business_day: date,
    deadline: datetime,
    fingerprint: str,
    format_name: str,
) -> int | None:
    """The new row's id; None when this origin was saved before (a journal read twice changes nothing)."""
    row = {
        **_place(captured),
        **_reading(receipt),
        "business_day": business_day.isoformat(),
        "deadline": iso(deadline),
        "fingerprint": fingerprint,
        "format": format_name,
    }
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    inserted = db.execute(
        f"INSERT INTO receipts ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING", list(row.values())
    )
    if inserted.rowcount != 1:
        return None
    counters.next_number(db, counters.RECEIPTS)
    if receipt.state is State.HELD:
        counters.next_number(db, counters.HELD_RECEIPTS)
    return int(inserted.lastrowid or 0)


def replace_reading(
    db: Database,
    receipt_id: int,
    receipt: Receipt,
    *,
    business_day: date,
    deadline: datetime,
    fingerprint: str,
    format_name: str,
) -> None:
    """A better reader saw more: the reading changes, the place (and so every key) stays."""
    row = {
        **_reading(receipt),
        "business_day": business_day.isoformat(),
        "deadline": iso(deadline),
        "fingerprint": fingerprint,
        "format": format_name,
    }
    assignments = ", ".join(f"{name} = ?" for name in row)
    db.execute(f"UPDATE receipts SET {assignments} WHERE id = ?", [*row.values(), receipt_id])


def load(db: Database, receipt_id: int) -> StoredReceipt:
    """Raises LookupError when there is no such receipt."""
    for row in db.query("SELECT * FROM receipts WHERE id = ?", [receipt_id]):
        return stored(row)
    raise LookupError(f"there is no receipt {receipt_id}")


def by_origin(db: Database, device: str, lane: str, origin: Position) -> StoredReceipt | None:
    query = "SELECT * FROM receipts WHERE device = ? AND lane = ? AND origin = ?"
    return next((stored(row) for row in db.query(query, [device, lane, str(origin)])), None)


def seen(db: Database, fingerprint: str, *, limit: int = LOOK_BACK) -> list[Seen]:
    """Earlier receipts whose fingerprint is this one or begins with it (see `duplicates.kin`), latest first."""
    rows = db.query(
        "SELECT * FROM receipts WHERE fingerprint >= ? AND fingerprint < ? ORDER BY id DESC LIMIT ?",
        [fingerprint, fingerprint + AFTER_EVERY_TEXT, limit],
    )
    return [_seen(stored(row)) for row in rows]


def marks_mean_nothing(db: Database, lane: str) -> bool:
    """Some tills print 'DUPLICATE' on originals: of the latest receipts most carry the mark and were never seen."""
    rows = db.execute(
        "SELECT reprint AND duplicate IN ('', 'added') FROM (SELECT reprint, duplicate FROM receipts WHERE lane = ?"
        " AND state = 'accepted' AND kind = 'sale' AND duplicate <> 'reprint' ORDER BY id DESC LIMIT ?)",
        [lane, LATEST_LOOKED_AT],
    ).fetchall()
    marked = sum(1 for (mark,) in rows if mark)
    return marked >= MARKS_NEEDED and 2 * marked > len(rows)


def find_sale(db: Database, number: str, register: str | None = None, *, limit: int = 8) -> list[StoredReceipt]:
    """Sales, buys and exchanges printed with this number (what a return names), latest first."""
    rows = db.query(
        "SELECT * FROM receipts WHERE number = ? AND (? IS NULL OR register IS NULL OR register = ?)"
        " AND kind IN ('sale', 'buy', 'exchange') AND duplicate NOT IN ('reprint', 'removed') ORDER BY id DESC LIMIT ?",
        [number, register, register, limit],
    )
    return [stored(row) for row in rows]


def lately(db: Database, lane: str, number: str | None, since: datetime, *, limit: int = LOOK_BACK) -> list[Seen]:
    """Sales of this number, or without any among the last ones of this lane, captured since then; latest first."""
    where, values = "number = ?", list[Any]([number])
    if number is None:
        where, values = "number IS NULL AND lane = ? AND id > (SELECT max(id) FROM receipts) - ?", [lane, LATEST]
    rows = db.query(
        f"SELECT * FROM receipts WHERE {where} AND captured_at >= ? AND kind = 'sale' ORDER BY id DESC LIMIT ?",
        [*values, iso(since), limit],
    )
    return [_seen(stored(row)) for row in rows]


def mark_duplicate(db: Database, receipt_id: int, of: int | None, what: str) -> None:
    """`what`: reprint (does not count), asked (a person decides), removed, added (counts after all)."""
    if what == "asked":
        counters.next_number(db, counters.DUPLICATES_ASKED)
    db.execute("UPDATE receipts SET duplicate_of = ?, duplicate = ? WHERE id = ?", [of, what, receipt_id])


def not_awarded(db: Database, receipt_id: int, programme: str, why: str, at: datetime) -> None:
    """The reason that stands in the day's account; the latest one counts."""
    db.execute(
        "INSERT INTO decisions VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET why = excluded.why, at = excluded.at",
        [receipt_id, programme, why, iso(at)],
    )


def awarded_after_all(db: Database, receipt_id: int, programme: str) -> None:
    db.execute("DELETE FROM decisions WHERE receipt_id = ? AND programme = ?", [receipt_id, programme])


def stored(row: dict[str, Any]) -> StoredReceipt:
    return StoredReceipt(
        id=row["id"],
        captured=_captured(row),
        receipt=_receipt(row),
        business_day=date.fromisoformat(row["business_day"]),
        deadline=parse(row["deadline"]),
        fingerprint=row["fingerprint"],
        format_name=row["format"],
        duplicate_of=row["duplicate_of"],
        duplicate=row["duplicate"],
        purged_at=row["purged_at"],
    )


def _seen(known: StoredReceipt) -> Seen:
    counted = known.receipt.state is not State.HELD and known.duplicate in ("", "added")
    return Seen(
        known.id,
        known.receipt,
        known.captured.lane,
        known.business_day,
        known.captured.at,
        counted,
        known.captured.cause == EXPORT,
    )


def _place(captured: Captured) -> dict[str, Any]:
    return {
        "device": captured.device,
        "lane": captured.lane,
        "origin": str(captured.origin),
        "size": captured.size,
        "session": captured.session,
        "captured_at": iso(captured.at),
        "trusted": int(captured.trusted),
        "boot": captured.boot,
        "monotonic_ns": captured.monotonic_ns,
        "cause": captured.cause,
        "gap": captured.gap,
        "dialect_state": json.dumps(captured.dialect_state),
    }


def _captured(row: dict[str, Any]) -> Captured:
    return Captured(
        device=row["device"],
        lane=row["lane"],
        origin=Position.parse(row["origin"]),
        size=row["size"],
        session=row["session"],
        at=parse(row["captured_at"]),
        trusted=bool(row["trusted"]),
        boot=row["boot"],
        monotonic_ns=row["monotonic_ns"],
        cause=row["cause"],
        gap=row["gap"],
        dialect_state=json.loads(row["dialect_state"]),
    )


PLAIN = (
    "reason", "number", "register", "cashier", "currency", "exponent", "original", "subtotal", "discount", "tax",
    "fees", "tip", "total", "change", "award_base", "phone", "email", "card", "name",
)  # fmt: skip
"""Fields of a Receipt that are a column of the same name and type."""


def _reading(receipt: Receipt) -> dict[str, Any]:
    return {
        **{name: getattr(receipt, name) for name in PLAIN},
        "kind": receipt.kind.value,
        "state": receipt.state.value,
        "reprint": int(receipt.reprint),
        "printed_at": receipt.date.isoformat() if receipt.date else None,
        "tenders": json.dumps(receipt.tenders),
        "discounts": json.dumps(receipt.discounts),
        "items": json.dumps([[item.text, item.quantity, item.amount] for item in receipt.items]),
        "proof": json.dumps([asdict(relation) for relation in receipt.proof]),
        "identified": int(any((receipt.phone, receipt.email, receipt.card))),
    }


def _receipt(row: dict[str, Any]) -> Receipt:
    plain = {name: row[name] for name in PLAIN}
    if row["purged_at"]:
        plain |= {"phone": None, "email": None, "name": None}
    return Receipt(
        kind=Kind(row["kind"]),
        state=State(row["state"]),
        reprint=bool(row["reprint"]),
        date=datetime.fromisoformat(row["printed_at"]) if row["printed_at"] else None,
        tenders=tuple((label, amount) for label, amount in json.loads(row["tenders"])),
        discounts=tuple((label, amount) for label, amount in json.loads(row["discounts"])),
        items=tuple(Item(*item) for item in json.loads(row["items"])),
        proof=tuple(
            Relation(**relation | {"parts": tuple(relation["parts"])}) for relation in json.loads(row["proof"])
        ),
        **plain,
    )

"""bindings: who stands at which register now, for the next receipt that names nobody; expires, so that the customer
after is not credited. Knows no receipt's content; one person a register."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import Moment, iso, parse
from agent.ledger.personal import masked_customer
from agent.ledger.receipts import Captured
from agent.ledger.waiting_time import Wait


@dataclass(frozen=True, slots=True)
class Bound:
    id: int
    register: str
    customer: Mapping[str, str]
    key: str
    who: str
    wait: Wait


def bind(  # noqa: PLR0917 - the order of a sentence
    db: Database, register: str, customer: Mapping[str, str], key: str, minutes: float, who: str, now: Moment
) -> int:
    """This person's is the next receipt of `register` (a lane's name or the register as printed) within `minutes`;
    takes the place of whoever stood there. Gives the binding's id."""
    loose(db, register, "somebody else came")
    row = (register, json.dumps(dict(customer)), key, who, iso(now.wall), now.boot, now.ms, int(minutes * 60_000))
    return int(
        db.execute(
            "INSERT INTO bindings (register, customer, customer_key, who, at, boot, ms, lasts_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        ).lastrowid
        or 0
    )


def loose(db: Database, register: str, why: str = "taken away") -> bool:
    """Nobody stands there any more; False when nobody did. Whom it was goes from the disk at once."""
    return _end(db, "register = ?", [register], why) > 0


def take(db: Database, registers: Sequence[str | None], captured: Captured, receipt_id: int) -> Bound | None:
    """Whoever stood there when this receipt was captured; he stands there no more afterwards."""
    for bound in _open(db):
        if bound.register in registers and bound.wait.covers(
            captured.at, captured.boot, captured.monotonic_ns // 10**6
        ):
            _end(db, "id = ?", [bound.id], "its receipt came", receipt_id)
            return bound
    return None


def expire(db: Database, now: Moment) -> int:
    """Ends those whose time is over; how many. Call it when what was captured has been read."""
    over = [bound for bound in _open(db) if bound.wait.is_over(now)]
    return sum(_end(db, "id = ?", [bound.id], "no receipt came in time") for bound in over)


def bindings_page(db: Database, register: str = "") -> list[dict[str, Any]]:
    """Who stands where, masked, for the page."""
    return [
        {
            "id": bound.id,
            "register": bound.register,
            "person": masked_customer(bound.customer),
            "at": iso(bound.wait.at),
            "lasts_s": bound.wait.lasts_ms / 1000,
            "who": bound.who,
        }
        for bound in _open(db)
        if register in ("", bound.register)
    ]


def _open(db: Database) -> list[Bound]:
    rows = db.query("SELECT * FROM bindings INDEXED BY bindings_open WHERE ended = '' ORDER BY id DESC")
    return [
        Bound(
            row["id"],
            row["register"],
            json.loads(row["customer"]),
            row["customer_key"],
            row["who"],
            Wait(parse(row["at"]), row["boot"], row["ms"], row["lasts_ms"]),
        )
        for row in rows
    ]


def _end(db: Database, where: str, values: Sequence[Any], why: str, receipt_id: int | None = None) -> int:
    return db.execute(
        "UPDATE bindings SET ended = ?, receipt_id = ?, customer = '{}', customer_key = ''"
        f" WHERE ended = '' AND {where}",
        [why, receipt_id, *values],
    ).rowcount

"""attachments: whom a person attached a receipt to, one row an act, the latest counts; decides no award."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import iso

NOBODY_HERE = "nobody"
"""How a receipt came to be nobody's whose paper says so: nobody is reminded of it."""


@dataclass(frozen=True, slots=True)
class Attached:
    """`customer` as in a fact, empty when the receipt was taken off its customer. `how`: attach, detach or claim."""

    customer: Mapping[str, str]
    key: str
    how: str
    who: str
    at: str


def note(  # noqa: PLR0917 - the order of a sentence
    db: Database, receipt_id: int, customer: Mapping[str, str], key: str, how: str, who: str, at: datetime
) -> None:
    db.execute(
        "INSERT INTO attachments (receipt_id, customer, customer_key, how, who, at) VALUES (?, ?, ?, ?, ?, ?)",
        [receipt_id, json.dumps(dict(customer)), key, how, who, iso(at)],
    )


def latest(db: Database, receipt_id: int) -> Attached | None:
    """None when nobody ever attached or detached it: what it prints counts."""
    rows: list[dict[str, Any]] = list(
        db.query("SELECT * FROM attachments WHERE receipt_id = ? ORDER BY id DESC LIMIT 1", [receipt_id])
    )
    return next(
        (Attached(json.loads(row["customer"]), row["customer_key"], row["how"], row["who"], row["at"]) for row in rows),
        None,
    )

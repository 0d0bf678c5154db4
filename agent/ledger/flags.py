"""flags: what looks odd and somebody may want to see, once a subject; blocks nothing and accuses nobody."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from agent.ledger.moment import iso

MOST = 200


class Flag(StrEnum):
    MANY_RECEIPTS = "many_receipts"
    """One customer on more receipts of a day than the store thinks likely."""
    STAFF_PHONE = "staff_phone"
    """A customer who is on the staff list."""
    NO_ITEMS = "no_items"
    """An award for a receipt without a single article line."""
    NO_DISCOUNT = "no_discount"
    """A reward was reserved, and no receipt showed that it was given."""
    STACKED = "stacked"
    """A reward was given together with a discount that the programme does not want beside it."""
    OTHER_DISCOUNT = "other_discount"
    """A reward was given, but not as much of it as was promised."""


def raise_flag(  # noqa: PLR0917 - the order of a sentence
    db: Database, kind: Flag, subject: str, detail: str, receipt_id: int | None, day: date, at: datetime
) -> bool:
    """`detail` without personal data. False when it was raised before."""
    row = (receipt_id, kind.value, subject, detail, day.isoformat(), iso(at))
    done = db.execute(
        "INSERT INTO flags (receipt_id, kind, subject, detail, business_day, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        row,
    )
    return done.rowcount == 1


def flags_page(db: Database, day: str = "", after: int | str = 0, limit: int | str = 100) -> list[dict[str, Any]]:
    """Newest first; of one business day when named."""
    rows = db.query(
        "SELECT f.*, r.number, r.register FROM flags f LEFT JOIN receipts r ON r.id = f.receipt_id"
        " WHERE (? = '' OR f.business_day = ?) AND (? = 0 OR f.id < ?) ORDER BY f.id DESC LIMIT ?",
        [day, day, int(after), int(after), min(int(limit), MOST)],
    )
    return list(rows)

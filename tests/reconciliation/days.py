"""days: makes the slips of a shop's day by hand, as reconciliation looks at them."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from agent.receipt import Kind, State
from agent.reconciliation import Slip

DAY = date(2026, 11, 14)
OPENS = datetime(2026, 11, 14, 9, 0, tzinfo=UTC)
LATER = OPENS + timedelta(hours=12)
_ids = count(1)


def slip(number: str | None, **fields: Any) -> Slip:
    """A sale of 10.85 at the minute `minute` after opening (its id, unless given)."""
    key = next(_ids)
    plain: dict[str, Any] = {
        **{"id": key, "lane": "till-1", "register": None, "cashier": None, "kind": Kind.SALE, "state": State.ACCEPTED},
        **{"at": OPENS + timedelta(minutes=fields.pop("minute", key)), "day": DAY},
        **{"subtotal": 1000, "tax": 85, "total": 1085},
    }
    plain |= fields
    return Slip(**{"when": plain["at"].replace(tzinfo=None), **plain, "number": number})


def run(first: int, last: int, **fields: Any) -> list[Slip]:
    return [slip(str(number), **fields) for number in range(first, last + 1)]

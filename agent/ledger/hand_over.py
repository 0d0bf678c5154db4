"""hand_over: the list of what a person keys in at a cloud that has no call for it; a tick there is the delivery here.

One open task a cloud, however many awards wait on it; a row on the list holds up no other one of its customer.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.errors import TillpostError
from agent.ledger import audit, outbox, tasks
from agent.ledger.answers import close_row
from agent.ledger.outbox import HAND_OVER, ON_HAND_OVER_LIST, OutboxRow
from agent.ledger.personal import masked_customer

DONE, DROP = "done by hand", "drop"
MOST = 1000
YES = ("1", "true", "yes", "True")


def put_on_list(db: Database, row: OutboxRow, why: str, at: datetime) -> None:
    """Waits for its tick."""
    task = tasks.open(
        db,
        tasks.Role.CASHIER,
        HAND_OVER,
        row.provider,
        f"{row.provider} cannot do this by itself: please do it there by hand",
        f"Open the hand-over list, key each in at {row.provider}, tick it. '{DONE}' ticks all that are on the list.",
        at,
        what=f"The latest: {outbox.in_words(row)}.",
        choices={DONE: "delivered", DROP: "refused"},
    )
    outbox.hold(db, row.id, task, why)


def handover_list(  # noqa: PLR0917 - every question takes its parameters by name
    db: Database, provider: str = "", day: str = "", limit: int | str = 200, after: int | str = 0, reveal: str = ""
) -> list[dict[str, Any]]:
    """What is to be keyed in by hand, oldest first, of one cloud or business day when named.

    Each: `id` (for the tick), provider, programme, call, points, customer (masked unless `reveal`), receipt `number`,
    `reward` of a redemption, total, exponent, business_day, captured_at, deadline, why.
    """
    rows = db.query(
        f"SELECT * FROM outbox o WHERE {ON_HAND_OVER_LIST} AND (? = '' OR provider = ?)"
        " AND (? = '' OR business_day = ?) AND id > ? ORDER BY id LIMIT ?",
        [provider, provider, day, day, int(after), min(int(limit), MOST)],
    )
    return [_shown(row, reveal in YES) for row in rows]


def handover_done(db: Database, awards: Sequence[int], *, who: str, at: datetime) -> int:
    """Ticks these: they are keyed in, so they are delivered. How many were on the list; LookupError for no such award.

    Raises TillpostError for one that is on its way by itself or has arrived: keying it in would count it twice.
    """
    ticked = 0
    for award in awards:
        row = outbox.load(db, award)
        listed = outbox.waits_for_hand_over(db, award)
        if row.state == "delivered":
            continue  # ticked twice, or on two tablets
        if not listed:
            raise TillpostError(
                f"award {award} is {row.state} and not on the hand-over list",
                hint="Key nothing in for it: 'tillpost queue' says what it waits for.",
            )
        close_row(db, award, "delivered", f"{DONE} by {who}", at)
        outbox.close_empty_hand_over(db, award, at, who=who)
        audit.note(db, who, DONE, f"outbox/{award}", outbox.in_words(row), at)
        ticked += 1
    return ticked


def _shown(row: dict[str, Any], reveal: bool) -> dict[str, Any]:
    body = json.loads(row["body"])
    customer, receipt = body.get("customer", {}), body.get("receipt", {})
    names = ("id", "provider", "programme", "call", "points", "business_day", "captured_at", "deadline")
    return {
        **{name: row[name] for name in names},
        "customer": customer if reveal else masked_customer(customer),
        "number": receipt.get("number"),
        "total": receipt.get("total"),
        "exponent": body.get("exponent", 2),
        "reward": (body.get("reservation") or {}).get("name", ""),
        "why": row["reason"],
    }

"""catch_up: receipts of a till's export that the box never saw are booked, each once; see `agent.catch_up`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.acts.parts import Actor, Body, Parts, words
from agent.booking import Rules, book
from agent.catch_up import EXPORT, place_of
from agent.ledger import audit
from agent.ledger.moment import Moment
from agent.ledger.receipts import Captured
from agent.receipt import Kind, Receipt, Relation, State

FIELDS = ("number", "register", "currency", "exponent", "subtotal", "tax", "total", "phone", "email", "card", "name")


async def catch_up(parts: Parts, by: Actor, body: Body) -> list[int | None]:
    """`lane`, `rows` → for each the receipt's number, None where it was booked before."""
    lane, now = words(body, "lane"), Moment.now(parts.clock)
    found = [_receipt(row) for row in body["rows"]]
    booked = await parts.ledger.do(_book, parts.rules, lane, found, by.who, now)
    parts.queued.set()
    return booked


def as_row(receipt: Receipt) -> dict[str, Any]:
    """What travels in `rows`; the inverse of what this act makes of it."""
    plain = {name: getattr(receipt, name) for name in FIELDS}
    return {**plain, "kind": receipt.kind.value, "date": receipt.date.isoformat() if receipt.date else None}


def _receipt(row: Mapping[str, Any]) -> Receipt:
    """Checked again here: what earns must add up, whoever sends it."""
    subtotal, tax, total = int(row["subtotal"]), int(row["tax"]), int(row["total"])
    if subtotal + tax != total:
        raise ValueError(f"receipt {row['number']}: subtotal and tax do not make the total")
    plain: dict[str, Any] = {name: row.get(name) for name in FIELDS}
    return Receipt(
        **{**plain, "exponent": int(row["exponent"])},
        kind=Kind(row["kind"]),
        state=State.ACCEPTED,
        date=datetime.fromisoformat(row["date"]),
        award_base=subtotal,
        proof=(Relation("subtotal and tax of the export make its total", (subtotal, tax), total),),
    )


def _book(  # noqa: PLR0917 - the order of a sentence
    db: Database, rules: Rules, lane: str, found: Sequence[Receipt], who: str, now: Moment
) -> list[int | None]:
    booked = [book(db, rules, _captured(rules, lane, receipt, now), receipt, form=EXPORT, now=now) for receipt in found]
    new = sum(1 for number in booked if number is not None)
    audit.note(db, who, "booked from an export", f"lane/{lane}", f"{new} of {len(found)} receipts", now.wall)
    return booked


def _captured(rules: Rules, lane: str, receipt: Receipt, now: Moment) -> Captured:
    """`trusted` False: our own time says nothing of when the sale was, so its day is the one printed."""
    return Captured(
        device=rules.device,
        lane=lane,
        origin=place_of(rules.store.id, lane, receipt),
        size=0,
        session=0,
        at=now.wall,
        trusted=False,
        boot=now.boot,
        monotonic_ns=now.ms * 1_000_000,
        cause=EXPORT,
        gap="",
        dialect_state={},
    )

"""facts: receipts and awards as intake would hand them to the ledger, with fictitious customers only."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from agent.journal.record import Position
from agent.ledger import outbox, receipts
from agent.ledger.moment import Moment
from agent.ledger.receipts import Captured
from agent.providers import Call, Idempotency
from agent.receipt import Item, Kind, Receipt, Relation, State

NOW = datetime(2026, 11, 14, 17, 0, tzinfo=UTC)
CLOSING = NOW + timedelta(hours=8)
DAY = date(2026, 11, 14)
CLOUD = "cloud"


def moment(after_s: float = 0, *, trusted: bool = True, boot: str = "b0070001") -> Moment:
    return Moment(NOW + timedelta(seconds=after_s), trusted, boot, int((1000 + after_s) * 1000))


def position(number: int) -> Position:
    return Position(0xABCD, 0, number * 1000)


def phone(number: int) -> str:
    return f"+1415555{number:04d}"


def sale(number: int = 1, **changes: Any) -> Receipt:
    plain = Receipt(
        kind=Kind.SALE,
        state=State.ACCEPTED,
        number=str(1000 + number),
        register="1",
        date=datetime(2026, 11, 14, 9, 0),  # noqa: DTZ001 - as printed, local
        currency="USD",
        subtotal=2300,
        tax=190,
        total=2490,
        award_base=2300,
        tenders=(("CASH", 2490),),
        items=(Item("Coffee", 2, 2300),),
        phone=phone(number),
        name="Test Customer",
        proof=(Relation("subtotal + tax = total", (2300, 190), 2490),),
    )
    return replace(plain, **changes)


def captured(number: int = 1, at: datetime = NOW) -> Captured:
    return Captured(
        device="TP-1",
        lane="front",
        origin=position(number),
        size=900,
        session=1,
        at=at,
        trusted=True,
        boot="b0070001",
        monotonic_ns=1,
        cause="cut",
        gap="",
        dialect_state={},
    )


def save(db: Database, number: int = 1, receipt: Receipt | None = None, at: datetime = NOW) -> int | None:
    receipt = receipt or sale(number)
    return receipts.save(
        db,
        captured(number, at),
        receipt,
        business_day=DAY,
        deadline=CLOSING,
        fingerprint=f"store/{receipt.kind}/{receipt.total}/{receipt.number}/register 1/2026-11-14",
        format_name="generic",
    )


def fact(number: int = 1, *, points: int = 23, customer: int | None = None, at: datetime = NOW) -> dict[str, Any]:
    return {
        "v": 1,
        "key": f"TP-1/front/{position(number)}/points",
        "kind": "award" if points >= 0 else "take_back",
        "programme": "points",
        "points": points,
        "base": 2300,
        "rate": "1",
        "currency": "USD",
        "exponent": 2,
        "customer": {"phone": phone(number if customer is None else customer)},
        "store": "store",
        "device": "TP-1",
        "lane": "front",
        "captured_at": at.isoformat(),
        "business_day": DAY.isoformat(),
        "receipt": {"kind": "sale", "number": str(1000 + number), "total": 2490},
    }


def enqueue(
    db: Database,
    /,
    number: int = 1,
    idempotency: Idempotency = Idempotency.KEY,
    *,
    receipt_id: int | None = None,
    points: int = 23,
    customer: int | None = None,
    at: datetime = NOW,
    deadline: datetime = CLOSING,
    hold_s: float = 0,
    **more: Any,
) -> int | None:
    body: Mapping[str, Any] = fact(number, points=points, customer=customer, at=at)
    return outbox.enqueue(
        db,
        body,
        receipt_id=receipt_id,
        provider=CLOUD,
        call=Call.AWARD if points >= 0 else Call.TAKE_BACK,
        idempotency=idempotency,
        deadline=deadline,
        not_before=at + timedelta(seconds=hold_s),
        customer_key=f"phone:{body['customer']['phone']}",
        **more,
    )


def book(db: Database, /, number: int = 1, idempotency: Idempotency = Idempotency.KEY, **more: Any) -> int:
    """A receipt with its award; gives the outbox row's id."""
    row = enqueue(db, number, idempotency, receipt_id=save(db, number), **more)
    assert row is not None
    return row


def key_of(number: int) -> str:
    return str(fact(number)["key"])


def state(db: Database, row_id: int) -> str:
    return outbox.load(db, row_id).state

"""fact: takes an award and its receipt, gives the plain JSON that is kept in the outbox and sent; sends nothing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Any

from agent.awards.occasion import Award, Punch
from agent.customer import without_payment_cards
from agent.providers import Call
from agent.receipt import Item, Receipt
from agent.settings import Store

FACT_VERSION = 1


def fact_key(device: str, lane: str, origin: object, programme: str) -> str:
    """The idempotency key: `origin` is the journal position of the receipt's first byte, which nothing changes."""
    return f"{device}/{lane}/{origin}/{programme}"


def fact_body(
    award: Award,
    receipt: Receipt,
    *,
    key: str,
    customer: Mapping[str, str],
    store: Store,
    device: str,
    lane: str,
    captured_at: datetime,
    business_day: date,
    skus: Sequence[str | None] = (),
    channel: str = "",
) -> dict[str, Any]:
    """What is kept in the outbox and sent: plain JSON, schema version 1 (docs/plain-http.md gives each field).

    `customer`: any of phone, email, card, member_id. Texts are cleared of anything that could be a payment card.
    `skus`: the product code of each item, None where none is known; empty when nothing was looked up. `channel`: the
    way of selling, where the store tells several apart.
    """
    return {
        "v": FACT_VERSION,
        "key": key,
        "kind": award.call.value,
        "programme": award.programme,
        "points": award.points,
        "base": award.base,
        "rate": str(award.rate),
        "unit": award.unit.value,
        "worth": None if award.worth is None else str(award.worth),
        "currency": receipt.currency or store.currency,
        "exponent": receipt.exponent,
        "customer": {name: value for name, value in customer.items() if value},
        "store": store.id,
        "device": device,
        "lane": lane,
        "captured_at": captured_at.astimezone(UTC).isoformat(),
        "business_day": business_day.isoformat(),
        **({"only": [goods.model_dump(mode="json") for goods in award.only]} if award.only else {}),
        **({"channel": channel} if channel else {}),
        **({"punches": [_punch_body(punch, key, award.call) for punch in award.punches]} if award.punches else {}),
        "receipt": _receipt_body(receipt, skus),
    }


def _punch_body(punch: Punch, key: str, call: Call) -> dict[str, Any]:
    """Named for ever by the fact that gave it and its place there; a take-back names those that come off."""
    number = punch.id if call is Call.TAKE_BACK else f"{key}.{punch.id}"
    return {"id": number, "text": _clean(punch.text), "sku": punch.sku}


def _receipt_body(receipt: Receipt, skus: Sequence[str | None]) -> dict[str, Any]:
    return {
        "kind": receipt.kind.value,
        "number": _clean(receipt.number),
        "register": _clean(receipt.register),
        "cashier": _clean(receipt.cashier),
        "date": receipt.date.isoformat() if receipt.date else None,
        "original": _clean(receipt.original),
        "subtotal": receipt.subtotal,
        "discount": receipt.discount,
        "tax": receipt.tax,
        "fees": receipt.fees,
        "tip": receipt.tip,
        "total": receipt.total,
        "tenders": [[_clean(label), amount] for label, amount in receipt.tenders],
        "items": [_item_body(item, sku) for item, sku in zip_longest(receipt.items, skus[: len(receipt.items)])],
        "reprint": receipt.reprint,
    }


def _item_body(item: Item, sku: str | None) -> dict[str, Any]:
    return {"text": _clean(item.text), "quantity": item.quantity, "amount": item.amount, "sku": sku}


def _clean(text: str | None) -> str | None:
    return None if text is None else without_payment_cards(text)

"""facts: outbox bodies as the box makes them, each number worth other points than the next."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from agent.providers import (
    Call,
)

PHONE, OTHER_PHONE, STRANGER = "+14155550188", "+14155550119", "+14155550142"

Fact = Mapping[str, Any]


def fact(number: int, points: int | None = None, phone: str = PHONE) -> dict[str, Any]:
    """An outbox body as `agent.awards.fact_body` makes them; each number is worth other points than the next."""
    points = 10 + number if points is None else points
    return {
        "v": 1,
        "key": f"TP-1/till 1/0000abcd-000001-{number:07d}/club",
        "kind": "award" if points > 0 else "take_back",
        "programme": "club",
        "points": points,
        "base": points * 100,
        "rate": "1",
        "currency": "USD",
        "exponent": 2,
        "customer": {"phone": phone},
        "store": "store",
        "device": "TP-1",
        "lane": "till 1",
        "captured_at": datetime.now(UTC).isoformat(),
        "business_day": "2026-11-14",
        "receipt": receipt(number, [article(number, points)]),
    }


def article(number: int, points: int) -> dict[str, Any]:
    return {"text": f"Article {number}", "quantity": 1, "amount": points * 100, "sku": f"SKU-{number}"}


def receipt(number: int, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    subtotal = sum(item["amount"] for item in items)
    tax = subtotal * 8 // 100
    return {
        "kind": "sale" if subtotal >= 0 else "return",
        "number": str(number),
        "register": "1",
        "cashier": None,
        "date": "2026-11-14T09:00:00",
        "original": None,
        "subtotal": subtotal,
        "discount": None,
        "tax": tax,
        "total": subtotal + tax,
        "tenders": [["VISA", subtotal + tax]],
        "items": list(items),
    }


def sale_of_two() -> dict[str, Any]:
    """149 points for two articles."""
    return fact(1, 149) | {"receipt": receipt(1, [article(1, 100), article(2, 49)])}


def second_article_back(sold: Fact, remote_id: str) -> dict[str, Any]:
    """As the courier hands a take-back out: with the sale's own body, and what came back of it before."""
    original = {**sold, "remote_id": remote_id}
    return fact(2, -49) | {"receipt": receipt(2, [article(2, -49)]), "original": original, "earlier": []}


def void_body(award: Fact, remote_id: str) -> dict[str, Any]:
    """As the ledger undoes an award whole."""
    return {
        **award,
        "kind": Call.VOID.value,
        "key": f"{award['key']}~undo",
        "points": -award["points"],
        "base": -award["base"],
        "undoes": {"key": award["key"], "remote_id": remote_id},
    }

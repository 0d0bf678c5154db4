"""astro_purchases: takes a fact's punches, gives the purchases Astro books on cards; asks nobody.

A punch has an id for ever, and the box knows which ones a return takes off: so a purchase is booked and voided by that
id, and making either a second time can be seen on the card before it does any harm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.providers import transaction as sale
from agent.providers.paths import objects_at, text_at
from agent.providers.protocol import Fact
from agent.providers.transaction import Line

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Purchase:
    """One piece of one article; `id` names it at Astro for ever. `amount` in minor units."""

    id: str
    item_code: str
    amount: int


def purchases(fact: Fact) -> list[Purchase]:
    """One a punch, in the fact's order; those without a product code have none, for Astro knows articles by it."""
    articles, _ = sale.lines(fact)
    return [
        Purchase(transaction_id(str(punch["id"])), str(punch.get("sku") or ""), _price(punch, articles))
        for punch in fact.get("punches", ())
    ]


def transaction_id(punch_id: str) -> str:
    """Letters, digits, dots and dashes: a till may be named in any language."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", punch_id)


def _price(punch: Mapping[str, Any], articles: Sequence[Line]) -> int:
    """Of one piece, as printed; 0 when no line is it."""
    for line in articles:
        if (punch.get("sku") and line.sku == punch["sku"]) or line.text == punch.get("text"):
            return line.amount // line.quantity
    return 0


def as_sent(one: Purchase, fact: Fact) -> Json:
    printed = fact.get("receipt", {}).get("date") or fact.get("business_day") or fact["captured_at"]
    return {
        "transactionID": one.id,
        "item_code": one.item_code,
        "item_qty": 1,
        "item_amount": sale.money(one.amount, int(fact.get("exponent", 2))),
        "item_transaction_date": str(printed)[:10],
    }


def present(status: Any, wanted: Sequence[str]) -> list[str]:
    """Those of our ids that are on any card of a customerStatus, in the order asked for."""
    rows = [row for card in objects_at(status, "astroCardData") for row in objects_at(card, "cardPurchases")]
    found = {text_at(row, "imported_transaction_id") for row in rows}
    return [number for number in wanted if number in found]

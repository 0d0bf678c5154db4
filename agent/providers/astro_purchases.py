"""astro_purchases: takes a fact, gives the purchases Astro books on cards, and which of them a return takes off."""

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
    """One piece (or line) of one article; `id` names it at Astro for ever."""

    id: str
    item_code: str
    quantity: int
    amount: int
    """Minor units."""


def purchases(fact: Fact, mode: str) -> list[Purchase]:
    """One a unit, or one a line; of lines whose item code is known."""
    sold = sale.reference(fact)
    articles, _ = sale.lines(fact)
    return [one for line in articles if line.sku for one in _of_line(line, sold, mode)]


def _of_line(line: Line, sold: str, mode: str) -> list[Purchase]:
    if mode == "line":
        return [Purchase(f"{sold}-{line.number}", line.sku, line.quantity, line.amount)]
    each = line.amount // line.quantity
    return [Purchase(f"{sold}-{line.number}-{unit}", line.sku, 1, each) for unit in range(1, line.quantity + 1)]


def as_sent(one: Purchase, fact: Fact) -> Json:
    printed = fact.get("receipt", {}).get("date") or fact.get("business_day") or fact["captured_at"]
    return {
        "transactionID": one.id,
        "item_code": one.item_code,
        "item_qty": one.quantity,
        "item_amount": sale.money(one.amount, int(fact.get("exponent", 2))),
        "item_transaction_date": str(printed)[:10],
    }


def on_cards(status: Any) -> list[Mapping[str, Any]]:
    """Every purchase on every card of a customerStatus, latest last."""
    rows = [row for card in objects_at(status, "astroCardData") for row in objects_at(card, "cardPurchases")]
    return sorted(rows, key=lambda row: text_at(row, "purchase_date"))


def to_void(fact: Fact, status: Any, mode: str) -> list[str] | None:
    """The ids that this return takes off, the most recent purchase of each article first; None when there are too few.

    Where the sale is known they are of that sale, and only so many that what is left is what the customer kept: made a
    second time it takes off nothing more. Where it is not, they are whatever is latest on the cards.
    """
    original = fact.get("original")
    if isinstance(original, Mapping):
        return _of_sale(fact, original, status, mode)
    taken = list[str]()
    for code, pieces in _pieces(fact, mode).items():
        fitting = [number for number in _numbers(on_cards(status), code) if number not in taken]
        if len(fitting) < pieces:
            return None
        taken += fitting[-pieces:]
    return taken


def _of_sale(fact: Fact, original: Fact, status: Any, mode: str) -> list[str] | None:
    bought = purchases(original, mode)
    ours = {one.id for one in bought}
    rows = [row for row in on_cards(status) if text_at(row, "imported_transaction_id") in ours]
    earlier, taken = [_pieces(one, mode) for one in fact.get("earlier", ())], list[str]()
    for code, pieces in _pieces(fact, mode).items():
        sold = sum(1 for one in bought if one.item_code == code)
        kept = sold - pieces - sum(before.get(code, 0) for before in earlier)
        if kept < 0:
            return None
        there = _numbers(rows, code)
        taken += there[kept:]
    return taken


def _pieces(fact: Fact, mode: str) -> dict[str, int]:
    """Item code → how many purchases it is."""
    pieces: dict[str, int] = {}
    for line in sale.lines(fact)[0]:
        if line.sku:
            pieces[line.sku] = pieces.get(line.sku, 0) + (1 if mode == "line" else line.quantity)
    return pieces


def _numbers(rows: Sequence[Mapping[str, Any]], code: str) -> list[str]:
    """Our ids of this article's purchases, latest last."""
    found = (text_at(row, "imported_transaction_id") for row in rows if text_at(row, "item_code") == code)
    return list(dict.fromkeys(number for number in found if number))


def present(status: Any, wanted: Sequence[str]) -> list[str]:
    found = {text_at(row, "imported_transaction_id") for row in on_cards(status)}
    return [number for number in wanted if number in found]

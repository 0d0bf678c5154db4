"""discount: takes a receipt and a reward promised at the register, says whether the paper shows it; redeems nothing."""

from dataclasses import dataclass
from decimal import Decimal

from agent.awards.goods import holds
from agent.receipt import Receipt

ROUNDED_BY = 1
"""Minor units per discount line by which a till's percentage may be rounded otherwise than ours."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reward should look like on paper: `value` in minor units, or `percent`, or `item` = a word of the free
    article; `shows` = words the till prints beside it. All empty: any discount."""

    value: int | None = None
    percent: Decimal | None = None
    item: str = ""
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """`amount` taken off for it, minor units; `exact`: as much as was promised, or nothing was said of how much."""

    amount: int
    exact: bool = True


def shown(receipt: Receipt, expected: Expected) -> Shown | None:
    """None when this paper does not show the reward. Words decide where there are words, else the amount."""
    off = _taken_off(receipt)
    if expected.item and not expected.shows:
        return _free_item(receipt, expected, off)
    if expected.shows:
        off = [(label, amount) for label, amount in off if holds(expected.shows, label)]
        if not off:
            return None
        amount = sum(amount for _, amount in off)
        return Shown(amount, _as_promised(receipt, expected, amount, len(off)))
    for amount in (*(amount for _, amount in off), receipt.discount or 0):
        if amount and _as_promised(receipt, expected, amount, max(1, len(off))):
            return Shown(amount)
    return None


def _taken_off(receipt: Receipt) -> list[tuple[str, int]]:
    """Everything that made the customer pay less: discounts, negative lines, tenders, all positive."""
    lines = ((item.text, -item.amount) for item in receipt.items if item.amount < 0)
    tenders = ((label, abs(amount)) for label, amount in receipt.tenders)
    return [*receipt.discounts, *lines, *tenders]


def _as_promised(receipt: Receipt, expected: Expected, amount: int, lines: int) -> bool:
    if expected.value is not None:
        return amount == expected.value
    if expected.percent is None:
        return True
    before = abs(receipt.award_base) + abs(receipt.discount or 0)
    promised = before * expected.percent / 100
    return abs(amount - promised) <= ROUNDED_BY * lines


def _free_item(receipt: Receipt, expected: Expected, off: list[tuple[str, int]]) -> Shown | None:
    """The article at nothing, or at its price with as much taken off."""
    for item in receipt.items:
        if not holds((expected.item,), item.text):
            continue
        if item.amount == 0:
            return Shown(0)
        each = item.amount // max(1, item.quantity)
        if any(amount in (each, item.amount) for _, amount in off) or receipt.discount in (each, item.amount):
            return Shown(each)
    return None

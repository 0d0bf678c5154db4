"""decision: takes a receipt and a programme's rules, gives the award or why there is none; sends and stores nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest
from typing import Any

from agent.awards.base import Base, NoBase, count
from agent.customer import without_payment_cards
from agent.money import floor_points, format_amount
from agent.providers import Call
from agent.receipt import EARNING, Item, Kind, Receipt, State
from agent.settings import Programme, Rate, Store

FACT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Award:
    """`points` signed: a take-back's are negative; so is its `base` (minor units). `why` is the sum in words."""

    programme: str
    call: Call
    points: int
    base: int
    rate: Decimal
    why: str


class Cause(StrEnum):
    """Why nothing is awarded, for counting; the words stand in `NoAward.why`."""

    NEVER_EARNS = "never_earns"
    HELD = "held"
    """A person must look before this can count."""
    ALREADY_COUNTED = "already_counted"
    NO_CUSTOMER = "no_customer"
    """Open for attaching one."""
    NO_RATE = "no_rate"
    BELOW_MINIMUM = "below_minimum"
    TOO_SMALL = "too_small"
    """Less than one point."""
    NOTHING_GIVEN = "nothing_given"
    """A return whose sale gave nothing, or has nothing left to take back."""


@dataclass(frozen=True, slots=True)
class NoAward:
    why: str
    cause: Cause = Cause.NEVER_EARNS


NO_CUSTOMER = NoAward("the receipt names no customer; one can still be attached", Cause.NO_CUSTOMER)


def already_counted(number: str | None) -> NoAward:
    return NoAward(
        f"receipt {number or 'without a number'} printed again; it has counted already", Cause.ALREADY_COUNTED
    )


@dataclass(frozen=True, slots=True)
class GivenAward:
    """What the original sale of a return really got in this programme.

    `points` as awarded (0: none), `base` in minor units, `taken_back` = points that earlier returns took of them.
    """

    points: int
    base: int
    rate: Decimal = Decimal(1)
    taken_back: int = 0

    @property
    def left(self) -> int:
        return max(0, self.points - self.taken_back)


@dataclass(frozen=True, slots=True)
class Occasion:
    """All that a rule may look at."""

    receipt: Receipt
    name: str
    programme: Programme
    business_day: date
    earlier: GivenAward | None
    store: Store


def decide(  # noqa: PLR0917 - six values without which there is no answer
    receipt: Receipt, name: str, programme: Programme, business_day: date, earlier: GivenAward | None, store: Store
) -> Award | NoAward:
    """What programme `name` gives or takes for this receipt.

    `business_day`: the receipt's own, so that a late one keeps its rate. `earlier`: what the sale that a return names
    was given, None when that sale is not known. Whether the receipt is a reprint and whom it belongs to are other
    questions: see `already_counted` and `NO_CUSTOMER`.
    """
    if receipt.state is State.HELD:
        return NoAward(f"held: {receipt.reason or 'not proven'}", Cause.HELD)
    if receipt.kind not in EARNING or receipt.state is State.NOTED:
        return NoAward(f"a {receipt.kind.value.replace('_', ' ')} earns nothing", Cause.NEVER_EARNS)
    if receipt.currency not in (None, store.currency):
        return NoAward(f"held: printed in {receipt.currency}, but rates are per {store.currency}", Cause.HELD)
    return RULES[programme.rule](Occasion(receipt, name, programme, business_day, earlier, store))


def _points(occasion: Occasion) -> Award | NoAward:
    """So many points per unit of money, rounded down."""
    base = count(occasion.receipt, occasion.programme)
    if isinstance(base, NoBase):
        return NoAward(f"held: {base.why}", Cause.HELD)
    if base.amount < 0 and occasion.receipt.kind in (Kind.SALE, Kind.BUY):
        return NoAward("held: a sale cannot come out below zero", Cause.HELD)
    if base.amount < 0 and occasion.earlier is not None:
        return _take_back_share(occasion, base, occasion.earlier)
    return _at_rate(occasion, base)


RULES: Mapping[str, Callable[[Occasion], Award | NoAward]] = {"points": _points}
"""The kinds of programme; each takes the occasion and gives its award or why not."""


def _at_rate(occasion: Occasion, base: Base) -> Award | NoAward:
    """Awards, and take-backs of a sale we do not know: rate x base, at the receipt's own day."""
    rate = _rate(occasion)
    if rate is None or not rate:
        return NoAward(f"no rate for a {occasion.receipt.kind.value} on {occasion.business_day}", Cause.NO_RATE)
    if abs(base.amount) < occasion.programme.minimum and base.amount >= 0:
        least = _money(occasion.programme.minimum, occasion)
        return NoAward(
            f"{_money(base.amount, occasion)} is below the smallest that earns, {least}", Cause.BELOW_MINIMUM
        )
    points = _floored(occasion, base, rate)
    if points is None:
        return NoAward("held: points are counted per line, but the lines do not add up to the receipt", Cause.HELD)
    if not points:
        return NoAward(f"{_money(base.amount, occasion)} at {rate} gives no whole point", Cause.TOO_SMALL)
    why, unknown = f"{_money(base.amount, occasion)} at {rate}", occasion.receipt.kind is Kind.RETURN
    call = Call.TAKE_BACK if points < 0 else Call.AWARD
    return Award(occasion.name, call, points, base.amount, rate, why + (", the sale is not known" if unknown else ""))


def _take_back_share(occasion: Occasion, base: Base, given: GivenAward) -> Award | NoAward:
    """The floor of the exact share of what the sale was really given; the customer keeps the fraction."""
    if not given.points or not given.base:
        return NoAward("the sale gave no points", Cause.NOTHING_GIVEN)
    share = given.points * -base.amount // given.base
    points = share if occasion.programme.allow_negative_balance else min(share, given.left)
    if not points:
        why = "everything was taken back before" if not given.left else "the share of it is less than one point"
        return NoAward(f"the sale gave {given.points} points; {why}", Cause.NOTHING_GIVEN)
    why = f"{_money(base.amount, occasion)} of {_money(given.base, occasion)}, which gave {given.points} points"
    return Award(occasion.name, Call.TAKE_BACK, -points, base.amount, given.rate, why)


def _rate(occasion: Occasion) -> Decimal | None:
    """The newest rate that held on the receipt's business day."""
    held = [rate for rate in occasion.programme.rates if rate.since <= occasion.business_day]
    newest: Rate | None = max(held, key=lambda rate: rate.since, default=None)
    if newest is None:
        return None
    return newest.buy if occasion.receipt.kind is Kind.BUY else newest.sale


def _floored(occasion: Occasion, base: Base, rate: Decimal) -> int | None:
    """Signed points; None when they are counted per line and the lines are not known."""
    by_line = occasion.programme.rounding == "floor_per_line"
    if by_line and base.amount and not base.lines:
        return None
    amounts = base.lines if by_line else (base.amount,)
    return sum(_signed(floor_points(abs(part), occasion.receipt.exponent, rate), part) for part in amounts)


def _signed(points: int, like: int) -> int:
    return -points if like < 0 else points


def _money(amount: int, occasion: Occasion) -> str:
    return f"{format_amount(amount, occasion.receipt.exponent)} {occasion.store.currency}"


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
) -> dict[str, Any]:
    """What is kept in the outbox and sent: plain JSON, schema version 1 (docs/plain-http.md gives each field).

    `customer`: any of phone, email, card, member_id. Texts are cleared of anything that could be a payment card.
    `skus`: the product code of each item, None where none is known; empty when nothing was looked up.
    """
    return {
        "v": FACT_VERSION,
        "key": key,
        "kind": award.call.value,
        "programme": award.programme,
        "points": award.points,
        "base": award.base,
        "rate": str(award.rate),
        "currency": receipt.currency or store.currency,
        "exponent": receipt.exponent,
        "customer": {name: value for name, value in customer.items() if value},
        "store": store.id,
        "device": device,
        "lane": lane,
        "captured_at": captured_at.astimezone(UTC).isoformat(),
        "business_day": business_day.isoformat(),
        "receipt": _receipt_body(receipt, skus),
    }


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

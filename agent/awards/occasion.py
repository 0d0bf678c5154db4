"""occasion: what a rule looks at and what it answers: an award, or why there is none; plain values, decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from agent.awards.base import Skus
from agent.money import format_amount
from agent.providers import Call
from agent.receipt import Receipt
from agent.settings import Goods, Programme, Store


class Unit(StrEnum):
    """What an award's number counts."""

    POINTS = "points"
    PUNCHES = "punches"
    MONEY = "money"
    """Minor units of the currency."""


@dataclass(frozen=True, slots=True)
class Punch:
    """One purchase on a frequent-buyer card; `id` unique within the fact that gives it, whole once it is kept."""

    id: str
    text: str
    sku: str | None = None
    of_sale: bool = False
    """It was given for the very sale that a return names."""


@dataclass(frozen=True, slots=True)
class Award:
    """`points` signed: a take-back's are negative; so is its `base` (minor units). `why` is the sum in words.

    `worth`: the award before it was rounded, in whole units; what a later return shares by. `punches`: one a unit of
    a frequent-buyer award, those that come off when it is a take-back. `only`: the goods it was counted on; None: all.
    """

    programme: str
    call: Call
    points: int
    base: int
    rate: Decimal
    why: str
    unit: Unit = Unit.POINTS
    worth: Decimal | None = None
    punches: tuple[Punch, ...] = ()
    only: tuple[Goods, ...] | None = None


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
    NOT_NOW = "not_now"
    """No condition of the programme held at the time and place of the receipt."""
    NOT_ELIGIBLE = "not_eligible"
    """None of its goods are among those the programme is for."""
    LEFT_ON = "left_on"
    """A return that takes nothing off, by the store's own policy."""


@dataclass(frozen=True, slots=True)
class NoAward:
    why: str
    cause: Cause = Cause.NEVER_EARNS


@dataclass(frozen=True, slots=True)
class GivenAward:
    """What the original sale of a return really got in this programme.

    `points` as awarded (0: none), `base` in minor units, `taken_back` = points that earlier returns took of them.
    `worth`: before rounding (None: kept by an older version); `day`: the sale's business day, whose rates count;
    `only`: the goods it was counted on, None: all.
    """

    points: int
    base: int
    rate: Decimal = Decimal(1)
    taken_back: int = 0
    worth: Decimal | None = None
    day: date | None = None
    only: tuple[Goods, ...] | None = None

    @property
    def left(self) -> int:
        return max(0, self.points - self.taken_back)


@dataclass(frozen=True, slots=True)
class Occasion:
    """All that a rule may look at. `at`: when the receipt was printed, naive local time of the store.

    `card`: the customer's punches that stand in this programme, latest first.
    """

    receipt: Receipt
    name: str
    programme: Programme
    business_day: date
    earlier: GivenAward | None
    store: Store
    at: datetime | None = None
    skus: Skus = ()
    channel: str = ""
    card: Sequence[Punch] = field(default=())


def money(amount: int, occasion: Occasion) -> str:
    return f"{format_amount(amount, occasion.receipt.exponent)} {occasion.store.currency}"

"""receipt: what one printed receipt says, and the arithmetic that proves it; decides nothing about awards."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    SALE = "sale"
    RETURN = "return"
    EXCHANGE = "exchange"
    BUY = "buy"
    VOID = "void"
    TRAINING = "training"
    NO_SALE = "no_sale"
    CARD_SLIP = "card_slip"
    KITCHEN = "kitchen"
    PRECHECK = "precheck"
    QUOTE = "quote"
    X_REPORT = "x_report"
    Z_REPORT = "z_report"
    GIFT = "gift"
    OTHER = "other"


EARNING = frozenset({Kind.SALE, Kind.BUY, Kind.RETURN, Kind.EXCHANGE})
"""Kinds that may earn or take back; every other kind is only noted."""


class State(StrEnum):
    ACCEPTED = "accepted"
    """Proven: may earn or take back."""
    HELD = "held"
    """Should count, but is not proven; `reason` says why, a person decides."""
    NOTED = "noted"
    """A kind that never earns."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article line; `amount` as printed on the line, minor units, negative when taken off."""

    text: str
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Relation:
    """One sum found on the paper: `parts` add up to `whole` (signed minor units) within `tolerance`."""

    words: str
    parts: tuple[int, ...]
    whole: int
    tolerance: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of an X- or Z-report as printed, minor units; None where it does not say."""

    gross: int | None = None
    net: int | None = None
    tax: int | None = None
    total: int | None = None
    transactions: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Fields as in `tillpost read --json`; amounts in integer minor units, None where the paper does not say.

    Returns negative. A buy's total is what the store pays, positive. `subtotal` = pre-tax after discounts.
    `award_base` is the proven pre-tax base (0 for kinds that never earn). Phones as printed digits.
    """

    kind: Kind
    state: State
    reason: str = ""
    reprint: bool = False
    number: str | None = None
    register: str | None = None
    cashier: str | None = None
    date: datetime | None = None
    """Naive local time of the store, as printed."""
    currency: str | None = None
    exponent: int = 2
    original: str | None = None
    subtotal: int | None = None
    discount: int | None = None
    tax: int | None = None
    fees: int | None = None
    tip: int | None = None
    total: int | None = None
    change: int | None = None
    award_base: int = 0
    tenders: tuple[tuple[str, int], ...] = ()
    items: tuple[Item, ...] = ()
    codes: tuple[str | None, ...] = ()
    """The product code printed beside each item; empty when none is. Only the catalogue learns from them."""
    discounts: tuple[tuple[str, int], ...] = ()
    """What was taken off, as named on the paper: (label, minor units taken off)."""
    phone: str | None = None
    email: str | None = None
    card: str | None = None
    name: str | None = None
    nobody: bool = False
    """The paper says that there is no customer, in one of the store's own words ('No Name')."""
    proof: tuple[Relation, ...] = field(default=())
    report: Report | None = None
    """Of X- and Z-reports."""

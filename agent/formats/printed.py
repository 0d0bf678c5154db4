"""printed: the amounts of a paper in their places, with the words beside them; reads nothing, adds nothing up."""

from dataclasses import dataclass
from decimal import Decimal

from agent.formats.roles import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount in its place: `value` in minor units as printed, `others` the amounts before it on the same line."""

    line: int
    label: str
    words: str
    role: Role
    sure: bool
    value: int
    others: tuple[int, ...] = ()
    percent: Decimal | None = None
    end: int = 0
    """Column where the amount ends."""
    bracketed: bool = False
    """In brackets, and negative only by them: '(0.75)' may as well be a remark."""
    currency: str = ""
    """The currency printed beside it; empty where that is the store's own or none is."""
    mark: str = ""
    """The sign before the name or behind the amount ('%Chocolate 3.00', 'Milk 1.09 A'): how the line is taxed."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A row of a tax table: the amounts as printed, in order."""

    line: int
    percent: Decimal | None
    amounts: tuple[int, ...]
    is_sum: bool


@dataclass(frozen=True, slots=True)
class PriceNote:
    """'2 @ 1.89 ea' on a line of its own: says how many of the article before or behind it."""

    line: int
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Printed:
    entries: tuple[Entry, ...]
    tax_rows: tuple[TaxRow, ...]
    notes: tuple[PriceNote, ...]

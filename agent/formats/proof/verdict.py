"""verdict: a way of reading a bill, what is known beforehand, and what speaks for and against it; judges nothing."""

from dataclasses import dataclass, field

from agent.formats.bill import Bill
from agent.formats.printed import Entry
from agent.formats.tax_rates import TaxRates
from agent.formats.tax_table import TaxTable
from agent.receipt import Relation


@dataclass(frozen=True, slots=True)
class Reading:
    """One assignment: the total's entry and what of it is tax, fees, tip and rounding. `base` is what is left."""

    total: Entry
    tax: int
    fees: int
    tip: int
    rounding: int
    rounding_printed: bool = True
    """False: only the difference of two totals, or a loose cent, says so."""

    @property
    def base(self) -> int:
        return self.total.value - self.tax - self.fees - self.tip - self.rounding

    @property
    def with_tax(self) -> int:
        return self.base + self.tax

    @property
    def added(self) -> tuple[int, ...]:
        """What stands between the base and the total; zeros left out."""
        return tuple(part for part in (self.tax, self.fees, self.tip, self.rounding) if part)


@dataclass(slots=True)
class Verdict:
    """What speaks for and against a reading. A base is proven when everything it is computed from is pinned."""

    proofs: list[Relation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    total_pinned: bool = False
    tax_pinned: bool = False
    between_pinned: bool = False
    """Fees, tip and rounding are part of a sum that closes."""
    paid: bool = False
    payments: tuple[int, ...] = ()
    """Those that make the total, change and cash back not yet taken off."""
    discount: int = 0
    added_up: bool = False
    """Two printed amounts or more make the total, apart from what was paid."""
    gap: int | None = None
    """What the article list is more (or, below zero, less) than it should be; None where it closes or is none."""

    def pin(self, relation: Relation, *, total: bool = True, tax: bool = False, between: bool = False) -> None:
        self.proofs.append(relation)
        self.total_pinned |= total
        self.tax_pinned |= tax
        self.between_pinned |= between

    @property
    def proven(self) -> bool:
        return self.total_pinned and self.tax_pinned and self.between_pinned and not self.faults


@dataclass(frozen=True, slots=True)
class Evidence:
    """What holds for every reading of one bill, computed once."""

    bill: Bill
    line_ways: tuple[tuple[int, tuple[int, ...]], ...]
    """What the article list may add up to, with its parts: discounts once, per piece, or not taken off."""
    line_discount: int
    unit_discount: int
    """The line discounts when each is meant per piece of the article above it."""
    tables: tuple[TaxTable, ...]
    """What the printed tax table may say: where its rates allow both, with tax on top and with tax inside."""
    columns: TaxTable | None
    """The same table as its columns stand; only a total they make says that they are net and tax."""
    rates: TaxRates
    cash_rounding: int
    prefix_sums: frozenset[int]
    mark_sums: tuple[int, ...]
    """What the lines with each tax mark add up to, where there are two marks or more (no mark is one)."""

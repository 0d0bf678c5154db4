"""finding: one receipt as reconciliation looks at it, and one thing found about a day; decides nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from agent.receipt import Kind, Report, State


@dataclass(frozen=True, slots=True)
class Slip:
    """One receipt of the ledger. `at` aware, when it was captured; `when` naive, the store's time it is of: as printed,
    else as captured, so that what prints or is booked late stands where it belongs. `counts`: no reprint and not
    removed as one.

    `open`: proven, and neither the paper nor a person has named a customer. Amounts in minor units.
    """

    id: int
    lane: str
    register: str | None
    cashier: str | None
    number: str | None
    kind: Kind
    state: State
    at: datetime
    day: date
    when: datetime
    counts: bool = True
    open: bool = False
    subtotal: int | None = None
    discount: int | None = None
    tax: int | None = None
    total: int | None = None
    exponent: int = 2
    report: Report | None = None

    @property
    def till(self) -> str:
        """In words; the register printed wins over the lane."""
        return f"register {self.register}" if self.register is not None else self.lane

    def same_till(self, other: "Slip") -> bool:
        """By the printed registers where both print one, else by the lane."""
        if self.register is not None and other.register is not None:
            return self.register == other.register
        return self.lane == other.lane


@dataclass(frozen=True, slots=True)
class Finding:
    """`good`: it fits, and only stands in the day's account. `subject` names it among its kind and day."""

    kind: str
    day: date
    subject: str
    words: str
    good: bool = False
    role: str = "manager"
    title: str = ""
    fix: str = ""

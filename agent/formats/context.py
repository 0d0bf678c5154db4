"""context: what the store's settings tell the reader; knows nothing of any paper."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoreContext:
    """`exponent` = decimals of the currency; `cash_rounding` = smallest coin in minor units (1: none is missing)."""

    country: str = "US"
    currency: str = "USD"
    exponent: int = 2
    date_order: str = "auto"
    cash_rounding: int = 1
    nobody: tuple[str, ...] = ("No Name", "Walk-in", "Guest", "Cash Customer")

"""money: amounts as integer minor units and how they are written; does no rounding but the one named floor."""

from decimal import ROUND_FLOOR, Decimal
from typing import NewType

Cents = NewType("Cents", int)
"""An amount in the currency's minor unit (cents, pence, yen), whatever the currency's exponent."""


def format_amount(amount: int, exponent: int = 2) -> str:
    """14946, 2 → '149.46'; 1914, 0 → '1914'; sign in front."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(exponent + 1, "0")
    return sign + (f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits)


def floor_points(base: int, exponent: int, rate: Decimal) -> int:
    """Points for `base` minor units at `rate` points per major unit, rounded down once. Base must not be negative."""
    if base < 0:
        raise ValueError("floor_points takes a magnitude; the caller decides the sign of a take-back")
    return int((Decimal(base).scaleb(-exponent) * rate).to_integral_value(ROUND_FLOOR))

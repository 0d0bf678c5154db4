"""roles: the names of what an amount on a receipt can be; decides nothing."""

from enum import StrEnum


class Role(StrEnum):
    LINE = "line"
    """No label known: an article in the list, something loose elsewhere."""
    SUBTOTAL = "subtotal"
    AMOUNT = "amount"
    """Words that some tills print for the subtotal and others for the total."""
    DISCOUNT = "discount"
    DISCOUNT_TOTAL = "discount_total"
    TAX = "tax"
    TAX_TOTAL = "tax_total"
    FEE = "fee"
    TIP = "tip"
    ROUNDING = "rounding"
    TOTAL = "total"
    DUE = "due"
    TENDER = "tender"
    CHANGE = "change"
    CASH_BACK = "cash_back"
    INFO = "info"
    """Savings, points, balances, suggested tips: printed, but part of no sum."""


SUMS = frozenset({Role.SUBTOTAL, Role.AMOUNT, Role.TOTAL, Role.DUE})
TAXES = frozenset({Role.TAX, Role.TAX_TOTAL})
PAYMENT = frozenset({Role.TENDER, Role.CHANGE, Role.CASH_BACK})

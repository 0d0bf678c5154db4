"""percentages: takes text, gives the per cents in it; judges none."""

import re
from decimal import Decimal

_PERCENT_re = re.compile(r"(\d{1,2}(?:[.,]\d{1,4})?)\s?%")


def percentages(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", ".")) for found in _PERCENT_re.findall(text)]


def percentage(text: str) -> Decimal | None:
    """The first one."""
    match = _PERCENT_re.search(text)
    return Decimal(match[1].replace(",", ".")) if match else None

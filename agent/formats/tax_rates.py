"""tax_rates: takes an amount and a rate, gives the tax as a till rounds it; reads no paper."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class TaxRates:
    """The rates in per cent that a tax may have here; `down`: fractions of a minor unit are dropped (Japan's tills)."""

    percents: tuple[Decimal, ...] = ()
    down: bool = False

    def added(self, net: int, percent: Decimal) -> int:
        return self._rounded(net * percent / HUNDRED)

    def included(self, gross: int, percent: Decimal) -> int:
        return self._rounded(gross * percent / (HUNDRED + percent))

    def _rounded(self, value: Decimal) -> int:
        return int(value.to_integral_value(ROUND_DOWN if self.down else ROUND_HALF_UP))

"""sheet: takes the lines of one paper, gives its bill, its kind and how it writes money; proves nothing."""

from dataclasses import dataclass, replace

from agent.formats.amounts import NumberStyle, currency_of, style_of
from agent.formats.bill import MOST_ROUNDING, MOST_ROUNDING_WHOLE, Bill, is_negative, sort_out, turned
from agent.formats.context import StoreContext
from agent.formats.dates import blank
from agent.formats.entries import read_entries
from agent.formats.form import Format
from agent.formats.kinds import KindSeen, kind_of
from agent.formats.roles import SUMS

MAX_AMOUNTS = 1000
"""No receipt comes near it, a poisoned stream does."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper on the way: its lines as printed and with dates blanked, and what was found so far."""

    lines: tuple[str, ...]
    blanked: tuple[str, ...]
    bill: Bill
    seen: KindSeen
    turned: bool
    """The paper prints negative amounts; `bill` has them with the other sign."""
    exponent: int
    currency: str


def read_sheet(lines: tuple[str, ...], form: Format, context: StoreContext, *, only: str = "") -> Sheet | None:
    """None where there are too many amounts; or, with `only` a currency, where none is printed in another one."""
    blanked = tuple(blank(line, form.dates.months) for line in lines)
    money = form.money
    style = style_of(blanked, money.decimal, context.exponent, money.symbols, money.exponents)
    found = read_entries(blanked, form, style)
    if len(found.entries) + len(found.tax_rows) > MAX_AMOUNTS:
        return None
    if only:
        own = tuple(entry for entry in found.entries if entry.currency in ("", only))
        if len(own) == len(found.entries) or not any(entry.role in SUMS and entry.sure for entry in own):
            return None
        found = replace(found, entries=own)
    negative = is_negative(found)
    bill = sort_out(turned(found) if negative else found, form, most_rounding=_most_rounding(style, context))
    with_amounts = {entry.line for entry in found.entries}
    texts = [(number, line) for number, line in enumerate(blanked) if number not in with_amounts]
    currency = only or currency_of(blanked, money.symbols) or money.currency or context.currency
    return Sheet(lines, blanked, bill, kind_of(texts, bill, form), negative, style.exponent, currency)


def _most_rounding(style: NumberStyle, context: StoreContext) -> int:
    return max(context.cash_rounding, MOST_ROUNDING if style.exponent else MOST_ROUNDING_WHOLE)

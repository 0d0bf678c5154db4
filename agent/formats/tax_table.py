"""tax_table: takes the rows of a printed tax table, gives its net and its tax; checks nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations

from agent.formats.printed import TaxRow
from agent.formats.tax_rates import HUNDRED, TaxRates

SLACK = 1
"""Minor units a tax may be off its rate in one row: tills round per line or per row."""


@dataclass(frozen=True, slots=True)
class TaxTable:
    net: int
    tax: int


def read_tables(rows: Sequence[TaxRow], rates: TaxRates) -> tuple[TaxTable, ...]:
    """The sum over the rows, read with tax on top and with tax inside where small amounts allow both.

    Empty when there is no table or a row cannot be told apart into net and tax.
    """
    ways = (_read(rows, rates, inside=inside) for inside in (False, True))
    return tuple(dict.fromkeys(table for table in ways if table))


def _read(rows: Sequence[TaxRow], rates: TaxRates, *, inside: bool) -> TaxTable | None:
    read = [_row(row, rates, inside=inside) for row in _without_sums(rows)]
    known = [row for row in read if row]
    if not known or len(known) < len(read):
        return None
    return TaxTable(sum(row.net for row in known), sum(row.tax for row in known))


def as_printed(rows: Sequence[TaxRow]) -> TaxTable | None:
    """Two columns taken for net and tax as they stand, whatever the rate: true only if they make a printed total."""
    single = _without_sums(rows)
    if not single or any(len(row.amounts) != 2 for row in single):
        return None
    table = TaxTable(sum(row.amounts[0] for row in single), sum(row.amounts[1] for row in single))
    sums = [row.amounts for row in rows if row.is_sum and len(row.amounts) == 2 and row not in single]
    contradicted = any(printed != (table.net, table.tax) for printed in sums)
    return table if abs(table.tax) * 2 < abs(table.net) and not contradicted else None


def possible_taxes(rows: Sequence[TaxRow]) -> list[int]:
    """What the tax may be in a table that cannot be read: its last column, or an amount alone in its row."""
    columns = as_printed(rows)
    return [columns.tax] if columns else [row.amounts[-1] for row in rows]


def _without_sums(rows: Sequence[TaxRow]) -> Sequence[TaxRow]:
    """The rows that are no sum of the others, by their name or because the last adds up what is above it."""
    named = [row for row in rows if not row.is_sum] or list(rows)
    above, last = named[:-1], named[-1:]
    if not above or last[0].percent is not None or any(len(row.amounts) != len(last[0].amounts) for row in above):
        return named
    sums = tuple(sum(column) for column in zip(*(row.amounts for row in above), strict=True))
    return above if sums == last[0].amounts else named


def _row(row: TaxRow, rates: TaxRates, *, inside: bool) -> TaxTable | None:
    amounts = row.amounts[-3:]
    if len(amounts) < 2:
        return None
    if len(amounts) == 3:
        for net, tax, gross in permutations(amounts):
            if net + tax == gross and abs(tax) <= abs(net):
                return TaxTable(net, tax)
        if not any(amounts[0] == rate * HUNDRED for rate in (Decimal(0), *rates.percents)):
            return None  # three columns that neither add up nor begin with a rate
    known = rates if row.percent is None else replace(rates, percents=(row.percent,))
    return _pair(amounts[-2], amounts[-1], known, inside=inside)


def _pair(first: int, second: int, rates: TaxRates, *, inside: bool) -> TaxTable | None:
    """Two columns: which is the tax, and whether the other is before or after it, is told by the rate."""
    big, small = (first, second) if abs(first) >= abs(second) else (second, first)
    known = [rate for rate in rates.percents if rate]
    if small == 0:
        is_taxed = len(rates.percents) == len(known) == 1 and rates.included(big, known[0]) != 0
        return None if is_taxed else TaxTable(big, 0)  # 'A 19%   8.40   0.00' says two things
    on_top = TaxTable(big, small) if any(rates.added(big, rate) == small for rate in known) else None
    within = TaxTable(big - small, small) if any(rates.included(big, rate) == small for rate in known) else None
    if on_top or within:
        return (within or on_top) if inside else (on_top or within)
    # Only where the net is printed may the tax be off: net + tax = total then proves both to the unit.
    return TaxTable(big, small) if any(abs(rates.added(big, rate) - small) <= SLACK for rate in known) else None

"""bill: takes labelled amounts, sorts them into the parts of a bill; proves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.formats.article_list import is_regular
from agent.formats.form import Format
from agent.formats.places import in_their_places, rows_of_pairs
from agent.formats.printed import Entry, PriceNote, Printed, TaxRow
from agent.formats.roles import SUMS, TAXES, Role

MOST_ROUNDING, MOST_ROUNDING_WHOLE = 5, 100
"""Minor units a rounding moves a total by at most (a smallest coin of ten); more where a currency has no decimals."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The parts, each in printed order. `regular`: the article list is one amount per article, so it can be added."""

    articles: tuple[Entry, ...]
    line_discounts: tuple[Entry, ...]
    subtotals: tuple[Entry, ...]
    sums: tuple[Entry, ...]
    """What may be the total: totals, amounts due, and sums of either name."""
    discounts: tuple[Entry, ...]
    """Taken off behind the article list."""
    discount_totals: tuple[Entry, ...]
    taxes: tuple[Entry, ...]
    tax_rows: tuple[TaxRow, ...]
    fees: tuple[Entry, ...]
    tips: tuple[Entry, ...]
    roundings: tuple[Entry, ...]
    tenders: tuple[Entry, ...]
    change: tuple[Entry, ...]
    cash_back: tuple[Entry, ...]
    loose: tuple[Entry, ...]
    """Amounts without a known label behind the article list."""
    regular: bool
    notes: tuple[PriceNote, ...]
    has_cash: bool
    """A payment may have been rounded to the smallest coin."""

    @property
    def is_empty(self) -> bool:
        return not (self.articles or self.sums or self.subtotals or self.tenders or self.taxes)

    @property
    def has_skeleton(self) -> bool:
        """Something on it calls itself a total, a subtotal, a tax or a payment."""
        return bool(self.sums or self.subtotals or self.tenders or self.taxes)


def turned(printed: Printed) -> Printed:
    """Every amount with the other sign: a return printed in negative amounts, read like a sale."""
    return replace(
        printed,
        entries=tuple(replace(e, value=-e.value, others=tuple(-value for value in e.others)) for e in printed.entries),
        tax_rows=tuple(replace(row, amounts=tuple(-value for value in row.amounts)) for row in printed.tax_rows),
    )


def is_negative(printed: Printed) -> bool:
    """Every total on it is below zero (or every subtotal, where no total is printed)."""
    sure = [entry for entry in printed.entries if entry.sure and entry.value]
    sums = [entry.value for entry in sure if entry.role in SUMS - {Role.SUBTOTAL}]
    sums = sums or [entry.value for entry in sure if entry.role is Role.SUBTOTAL]
    return bool(sums) and all(value < 0 for value in sums)


def sort_out(printed: Printed, form: Format, *, most_rounding: int = MOST_ROUNDING) -> Bill:
    settled, end = in_their_places(printed, form, most_rounding)
    head, tail = settled[:end], settled[end:]
    return Bill(
        articles=_having(head, Role.LINE),
        line_discounts=_having(head, Role.DISCOUNT),
        subtotals=_having(settled, Role.SUBTOTAL),
        sums=_having(settled, Role.TOTAL, Role.DUE, Role.AMOUNT),
        discounts=_having(tail, Role.DISCOUNT),
        discount_totals=_having(settled, Role.DISCOUNT_TOTAL),
        taxes=_having(settled, *TAXES),
        tax_rows=printed.tax_rows or rows_of_pairs(printed.entries),
        fees=_having(settled, Role.FEE),
        tips=_having(settled, Role.TIP),
        roundings=_having(settled, Role.ROUNDING),
        tenders=_having(settled, Role.TENDER),
        change=_having(settled, Role.CHANGE),
        cash_back=_having(settled, Role.CASH_BACK),
        loose=_having(tail, Role.LINE),
        regular=is_regular([entry for entry in head if entry.role is Role.LINE]),
        notes=printed.notes,
        has_cash=any(entry.role is Role.TENDER and form.cash_words.search(entry.words) for entry in settled),
    )


def _having(entries: Sequence[Entry], *roles: Role) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.role in roles)

"""bill: takes labelled amounts, sorts them into the parts of a bill; proves nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from agent.formats.article_list import end_of_articles, is_regular, sections_as_subtotals
from agent.formats.form import Format
from agent.formats.printed import Entry, PriceNote, Printed, TaxRow
from agent.formats.roles import PAYMENT, SUMS, TAXES, Role

DISCOUNTS = frozenset({Role.DISCOUNT, Role.DISCOUNT_TOTAL})
MOST_ROUNDING, MOST_ROUNDING_WHOLE = 5, 100
"""Minor units a rounding moves a total by at most (a smallest coin of ten); more where a currency has no decimals."""
ADJUSTMENTS = frozenset({Role.FEE, Role.TIP, Role.ROUNDING})


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
    entries = _without_remarks(printed.entries)
    entries = _totals_named_with_tax(_only_sure_taxes(entries, printed.tax_rows))
    entries = sections_as_subtotals(entries)
    end = end_of_articles(entries)
    has_subtotal = any(entry.role is Role.SUBTOTAL and entry.sure for entry in entries)
    entries = [_without_great_roundings(entry, number < end, most_rounding) for number, entry in enumerate(entries)]
    settled = [_settled(entry, number < end, has_subtotal, form) for number, entry in enumerate(entries)]
    settled = _promotions_as_articles(_fees_as_articles(_deposits_as_fees(settled), end), end)
    head, tail = settled[:end], settled[end:]
    return Bill(
        articles=_having(head, Role.LINE),
        line_discounts=_having(head, Role.DISCOUNT),
        subtotals=_having(settled, Role.SUBTOTAL),
        sums=_having(settled, Role.TOTAL, Role.DUE, Role.AMOUNT),
        discounts=_having(tail, Role.DISCOUNT),
        discount_totals=_having(settled, Role.DISCOUNT_TOTAL),
        taxes=_having(settled, *TAXES),
        tax_rows=printed.tax_rows or _rows_of_pairs(printed.entries),
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


def _without_remarks(entries: Sequence[Entry]) -> list[Entry]:
    """What is part of no sum left out; a till that calls every article 'TAXABLE' has no other articles."""
    first_sum = next((n for n, entry in enumerate(entries) if entry.role in SUMS | TAXES and entry.sure), 0)
    has_articles = any(entry.role is Role.LINE for entry in entries[:first_sum])
    return [
        replace(entry, role=Role.LINE) if entry.role is Role.INFO and number < first_sum and not has_articles else entry
        for number, entry in enumerate(entries)
        if not (entry.role is Role.INFO and entry.sure) or (number < first_sum and not has_articles)
    ]


def _only_sure_taxes(entries: Sequence[Entry], rows: Sequence[TaxRow]) -> list[Entry]:
    """'Duty free bag 9.00' may hide a tax only where no line is surely one and no article follows."""
    known = bool(rows) or any(entry.role in TAXES and entry.sure for entry in entries)
    first_sum = next((n for n, entry in enumerate(entries) if entry.role in SUMS and entry.sure), len(entries))
    last_article = max((n for n, entry in enumerate(entries[:first_sum]) if entry.role is Role.LINE), default=-1)
    return [
        replace(entry, role=Role.LINE, sure=True)
        if entry.role in TAXES and not entry.sure and number < (first_sum if known else last_article)
        else entry
        for number, entry in enumerate(entries)
    ]


def _totals_named_with_tax(entries: Sequence[Entry]) -> list[Entry]:
    """'Total incl. GST 9.00' and 'Total incl. GST 0.51' read alike, 'Total + tip 26.84' and 'Total tip 4.00' as well:

    no tax and no tip is more than half of what is paid.
    """
    most = max((abs(entry.value) for entry in entries if entry.role not in PAYMENT), default=0)
    return [
        replace(entry, role=Role.TOTAL if "total" in entry.words else Role.AMOUNT)
        if (entry.role in TAXES or (entry.role is Role.TIP and "total" in entry.words))
        and " " in entry.words
        and abs(entry.value) * 2 > most
        else entry
        for entry in entries
    ]


def _deposits_as_fees(entries: Sequence[Entry]) -> list[Entry]:
    """A deposit above the total is one on bottles; only behind it is it a part already paid."""
    total = next((n for n, entry in enumerate(entries) if entry.role in (Role.TOTAL, Role.DUE) and entry.sure), 0)
    return [
        replace(entry, role=Role.FEE) if n < total and entry.role is Role.TENDER and "deposit" in entry.words else entry
        for n, entry in enumerate(entries)
    ]


def _rows_of_pairs(entries: Sequence[Entry]) -> tuple[TaxRow, ...]:
    """'Taxable at 8%   290' and 'tax 8%   21' on lines one below the other: a tax table written downwards."""
    return tuple(
        TaxRow(tax.line, tax.percent, (base.value, tax.value), is_sum=False)
        for base, tax in pairwise(entries)
        if base.role is Role.INFO and tax.role is Role.TAX and tax.percent and base.percent == tax.percent
    )


def _fees_as_articles(entries: Sequence[Entry], end: int) -> list[Entry]:
    """'Parking fee 4.00' is what was sold where nothing else was."""
    sold = any(entry.role is Role.LINE for entry in entries[:end]) or any(e.role is Role.SUBTOTAL for e in entries)
    return [
        replace(entry, role=Role.LINE) if entry.role is Role.FEE and number < end and not sold else entry
        for number, entry in enumerate(entries)
    ]


def _promotions_as_articles(entries: Sequence[Entry], end: int) -> list[Entry]:
    """'CHICKEN PROMO 27.50' without a minus is an article where a printed sum says that it was added."""
    goods = sum(entry.value for entry in entries[:end] if entry.role is Role.LINE)
    positive = [entry for entry in entries[:end] if entry.role is Role.DISCOUNT and entry.value > 0]
    taken = sum(abs(entry.value) for entry in entries[:end] if entry.role is Role.DISCOUNT)
    sums = {entry.value for entry in entries if entry.role in SUMS}
    added = goods - taken + 2 * sum(entry.value for entry in positive)
    if not positive or added not in sums or goods - taken in sums:
        return list(entries)
    return [replace(entry, role=Role.LINE) if entry in positive else entry for entry in entries]


def _having(entries: Sequence[Entry], *roles: Role) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.role in roles)


def _without_great_roundings(entry: Entry, among_articles: bool, most: int) -> Entry:
    """'ROUNDED 0.01 (12.55)' is the total; 'GL ROUND POND 13.00' is an article."""
    if entry.role is not Role.ROUNDING or abs(entry.value) <= most:
        return entry
    return replace(entry, role=Role.LINE if among_articles else Role.TOTAL, value=abs(entry.value))


def _settled(entry: Entry, among_articles: bool, has_subtotal: bool, form: Format) -> Entry:
    """The role an entry has in its place: a payment word among the articles, or a fee above the subtotal, is one."""
    if entry.role in (Role.LINE, Role.INFO):
        role = Role.DISCOUNT if _is_discount(entry, among_articles, form) else Role.LINE
        return entry if entry.role is role else replace(entry, role=role)
    taken_off = entry.role in DISCOUNTS and entry.value < 0
    stays = _stays_among_articles(entry, has_subtotal) if among_articles else entry.sure or taken_off
    return entry if stays or entry.role in TAXES else replace(entry, role=Role.LINE)


def _stays_among_articles(entry: Entry, has_subtotal: bool) -> bool:
    if entry.role in DISCOUNTS:
        return entry.value <= 0 or (entry.sure and not entry.others)
    if entry.role in ADJUSTMENTS:
        return entry.sure and not has_subtotal
    return entry.role is Role.SUBTOTAL and entry.sure


def _is_discount(entry: Entry, among_articles: bool, form: Format) -> bool:
    """A negative amount with a percentage, a reason for being cheaper or no name; a returned article is none."""
    if entry.value >= 0 or form.return_words.search(entry.words):
        return False
    nameless = entry.words == "" or not any(character.isalpha() for character in entry.label)
    return entry.percent is not None or nameless or bool(form.discount_words.search(entry.words)) or not among_articles

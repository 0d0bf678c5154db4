"""places: takes labelled amounts, gives each the role it has in its place on the paper; proves nothing.

Words alone do not settle it: 'VISA gift card' among the articles was sold, below the total it pays.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from agent.formats.article_list import end_of_articles, sections_as_subtotals
from agent.formats.form import Format
from agent.formats.printed import Entry, Printed, TaxRow
from agent.formats.roles import PAYMENT, SUMS, TAXES, Role

DISCOUNTS = frozenset({Role.DISCOUNT, Role.DISCOUNT_TOTAL})
ADJUSTMENTS = frozenset({Role.FEE, Role.TIP, Role.ROUNDING})


def in_their_places(printed: Printed, form: Format, most_rounding: int) -> tuple[list[Entry], int]:
    """The entries that are part of a sum, and how many of them come before the end of the article list.

    `most_rounding`: minor units a rounding moves a total by at most.
    """
    entries = _without_remarks(printed.entries)
    entries = _totals_named_with_tax(_only_sure_taxes(entries, printed.tax_rows))
    entries = sections_as_subtotals(entries)
    end = end_of_articles(entries)
    has_subtotal = any(entry.role is Role.SUBTOTAL and entry.sure for entry in entries)
    entries = [_without_great_roundings(entry, number < end, most_rounding) for number, entry in enumerate(entries)]
    settled = [_settled(entry, number < end, has_subtotal, form) for number, entry in enumerate(entries)]
    settled = _fees_as_articles(_deposits_as_fees(settled), end)
    return _remarks_as_no_articles(_promotions_as_articles(settled, end), end)


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


def rows_of_pairs(entries: Sequence[Entry]) -> tuple[TaxRow, ...]:
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


def _remarks_as_no_articles(entries: Sequence[Entry], end: int) -> tuple[list[Entry], int]:
    """'Grilled onion ($0.75)' is negative by its brackets, or part of the price above: as a printed sum has it."""
    articles = [entry for entry in entries[:end] if entry.role in (Role.LINE, Role.DISCOUNT)]
    remarks = {entry for entry in articles if entry.bracketed}
    sums = {entry.value for entry in entries if entry.role in SUMS}
    whole = sum(entry.value if entry.role is Role.LINE else -abs(entry.value) for entry in articles)
    if not remarks or whole in sums or whole - sum(entry.value for entry in remarks) not in sums:
        return list(entries), end
    return [entry for entry in entries if entry not in remarks], end - len(remarks)


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

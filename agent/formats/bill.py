"""bill: takes labelled amounts, sorts them into the parts of a bill; proves nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.formats.entries import Entry, PriceNote, Printed, TaxRow
from agent.formats.form import Format
from agent.formats.roles import PAYMENT, SUMS, TAXES, Role
from agent.formats.words import plain

LEAST_FOR_A_COLUMN = 3
COLUMN_WIDTH = 6
"""An amount ending this far left of the others is a price in an article's name, not its amount."""
DISCOUNTS = frozenset({Role.DISCOUNT, Role.DISCOUNT_TOTAL})
MOST_ROUNDING = 5
"""Minor units; the largest step of a smallest coin is 10, so a rounding moves a total by at most this."""
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
        entries=tuple(
            replace(e, value=-e.value, others=tuple(-value for value in e.others)) for e in printed.entries
        ),
        tax_rows=tuple(replace(row, amounts=tuple(-value for value in row.amounts)) for row in printed.tax_rows),
    )


def is_negative(printed: Printed) -> bool:
    """Every total on it is below zero (or every subtotal, where no total is printed)."""
    sure = [entry for entry in printed.entries if entry.sure and entry.value]
    sums = [entry.value for entry in sure if entry.role in SUMS - {Role.SUBTOTAL}]
    sums = sums or [entry.value for entry in sure if entry.role is Role.SUBTOTAL]
    return bool(sums) and all(value < 0 for value in sums)


def sort_out(printed: Printed, form: Format) -> Bill:
    entries = [entry for entry in printed.entries if not (entry.role is Role.INFO and entry.sure)]
    entries = _totals_named_with_tax(_only_sure_taxes(entries, printed.tax_rows))
    entries = _sections_as_subtotals(entries)
    end = _end_of_articles(entries)
    has_subtotal = any(entry.role is Role.SUBTOTAL and entry.sure for entry in entries)
    settled = [_settled(entry, number < end, has_subtotal, form) for number, entry in enumerate(entries)]
    head, tail = settled[:end], settled[end:]
    return Bill(
        articles=_having(head, Role.LINE),
        line_discounts=_having(head, Role.DISCOUNT),
        subtotals=_having(settled, Role.SUBTOTAL),
        sums=_having(settled, Role.TOTAL, Role.DUE, Role.AMOUNT),
        discounts=_having(tail, Role.DISCOUNT),
        discount_totals=_having(settled, Role.DISCOUNT_TOTAL),
        taxes=_having(settled, *TAXES),
        tax_rows=printed.tax_rows,
        fees=_having(settled, Role.FEE),
        tips=_having(settled, Role.TIP),
        roundings=_having(settled, Role.ROUNDING),
        tenders=_having(settled, Role.TENDER),
        change=_having(settled, Role.CHANGE),
        cash_back=_having(settled, Role.CASH_BACK),
        loose=_having(tail, Role.LINE),
        regular=_is_regular([entry for entry in head if entry.role is Role.LINE]),
        notes=printed.notes,
    )


def _only_sure_taxes(entries: Sequence[Entry], rows: Sequence[TaxRow]) -> list[Entry]:
    """'Duty free bag 9.00' may hide a tax only where no line is surely one."""
    known = bool(rows) or any(entry.role in TAXES and entry.sure for entry in entries)
    return [
        replace(entry, role=Role.LINE, sure=True) if known and entry.role in TAXES and not entry.sure else entry
        for entry in entries
    ]


def _totals_named_with_tax(entries: Sequence[Entry]) -> list[Entry]:
    """'Total incl. GST 9.00' and 'Total incl. GST 0.51' read alike: no tax is more than half of what is paid."""
    most = max((abs(entry.value) for entry in entries), default=0)
    return [
        replace(entry, role=Role.TOTAL)
        if entry.role in TAXES and "total" in entry.words and abs(entry.value) * 2 > most
        else entry
        for entry in entries
    ]


def _having(entries: Sequence[Entry], *roles: Role) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.role in roles)


def _sections_as_subtotals(entries: Sequence[Entry]) -> list[Entry]:
    """A 'total' that adds up the articles above it while more articles follow is a department's subtotal."""
    found, since, last = list(entries), 0, _last_article_before_payment(entries)
    for number, entry in enumerate(entries):
        if entry.role is Role.LINE or (entry.role is Role.DISCOUNT and entry.value < 0):
            since += entry.value
        elif entry.role in SUMS and entry.sure and number < last and entry.value == since:
            found[number] = replace(entry, role=Role.SUBTOTAL)
            since = 0
    return found


def _last_article_before_payment(entries: Sequence[Entry]) -> int:
    paid = next((n for n, entry in enumerate(entries) if entry.role in PAYMENT and entry.sure), len(entries))
    sums = [n for n, entry in enumerate(entries[:paid]) if entry.role in SUMS and entry.sure]
    last_sum = sums[-1] if sums else 0
    return max((n for n, entry in enumerate(entries[:last_sum]) if entry.role is Role.LINE), default=0)


def _end_of_articles(entries: Sequence[Entry]) -> int:
    """Index of the first entry behind the article list: the last subtotal before a tax or a total, else that one."""
    closing = next((n for n, entry in enumerate(entries) if _closes(entry, entries[n + 1 :])), len(entries))
    subtotals = [n for n, entry in enumerate(entries[:closing]) if entry.role is Role.SUBTOTAL and entry.sure]
    return subtotals[-1] if subtotals else closing


def _closes(entry: Entry, behind: Sequence[Entry]) -> bool:
    """A sure total or tax ends the list; a payment does when no total follows; unsure words are an article's name."""
    if not entry.sure:
        return False
    if entry.role in TAXES or entry.role in SUMS - {Role.SUBTOTAL}:
        return True
    if entry.role is Role.SUBTOTAL:
        return not any(later.role in SUMS and later.sure for later in behind)
    return entry.role in PAYMENT and not any(later.role in SUMS and later.sure for later in behind)


def _settled(entry: Entry, among_articles: bool, has_subtotal: bool, form: Format) -> Entry:
    """The role an entry has in its place: a payment word among the articles, or a fee above the subtotal, is one."""
    if entry.role in (Role.LINE, Role.INFO):
        entry = replace(entry, role=Role.LINE)
        return replace(entry, role=Role.DISCOUNT) if _is_discount(entry, among_articles, form) else entry
    if entry.role is Role.ROUNDING and abs(entry.value) > MOST_ROUNDING:
        return replace(entry, role=Role.TOTAL)
    if not among_articles:
        return entry if entry.sure or entry.role in TAXES else replace(entry, role=Role.LINE)
    if entry.role in TAXES or (entry.role is Role.SUBTOTAL and entry.sure):
        return entry
    if entry.role in DISCOUNTS and (entry.value <= 0 or (entry.sure and not entry.others)):
        return entry
    if entry.role in ADJUSTMENTS and entry.sure and not has_subtotal:
        return entry
    return replace(entry, role=Role.LINE)


def _is_discount(entry: Entry, among_articles: bool, form: Format) -> bool:
    """A negative amount with a percentage or a reason for being cheaper; a returned article is no discount."""
    if entry.value >= 0 or form.return_words.search(entry.words):
        return False
    return entry.percent is not None or bool(form.discount_words.search(entry.words)) or not among_articles


def in_column(articles: Sequence[Entry]) -> tuple[Entry, ...]:
    """The articles whose amounts end where most do; all of them when there is no such column."""
    if len(articles) < LEAST_FOR_A_COLUMN:
        return tuple(articles)
    column, count = Counter(entry.end for entry in articles).most_common(1)[0]
    if count * 2 <= len(articles):
        return tuple(articles)
    return tuple(entry for entry in articles if entry.end > column - COLUMN_WIDTH)


def _is_regular(articles: Sequence[Entry]) -> bool:
    """Every amount has words of its own (or its own wrapped line), and columns beside it explain it."""
    return all(entry.words or entry.label for entry in articles) and all(
        not entry.others or _explains(entry) for entry in articles
    )


def _explains(entry: Entry) -> bool:
    """Quantity times price gives the amount, for some quantity on the line, or the price is the amount."""
    price = entry.others[-1]
    return price == entry.value or (price != 0 and entry.value % price == 0) or not plain(entry.label)

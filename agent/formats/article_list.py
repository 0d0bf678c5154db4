"""article_list: takes the entries of a paper, says where its list of articles ends and how far it can be added up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from agent.formats.printed import Entry
from agent.formats.roles import PAYMENT, SUMS, TAXES, Role
from agent.formats.words import plain

LEAST_FOR_A_COLUMN = 3
COLUMN_WIDTH = 6
"""An amount ending this far left of the others is a price in an article's name, not its amount."""


def sections_as_subtotals(entries: Sequence[Entry]) -> list[Entry]:
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


def end_of_articles(entries: Sequence[Entry]) -> int:
    """Index of the first entry behind the article list: the last subtotal before a tax or a total, else that one."""
    last_sum = max((n for n, entry in enumerate(entries) if entry.role in SUMS and entry.sure), default=-1)
    closing = next((n for n, entry in enumerate(entries) if _closes(entry, n >= last_sum)), len(entries))
    subtotals = [n for n, entry in enumerate(entries[:closing]) if entry.role is Role.SUBTOTAL and entry.sure]
    return subtotals[-1] if subtotals else closing


def _closes(entry: Entry, no_sum_follows: bool) -> bool:
    """A sure total or tax ends the list; a payment does when no total follows; unsure words are an article's name."""
    if entry.role in TAXES or entry.role in SUMS - {Role.SUBTOTAL}:
        return entry.sure
    return entry.sure and no_sum_follows and (entry.role is Role.SUBTOTAL or entry.role in PAYMENT)


def in_column(articles: Sequence[Entry]) -> tuple[Entry, ...]:
    """The articles whose amounts end where most do; all of them when there is no such column."""
    if len(articles) < LEAST_FOR_A_COLUMN:
        return tuple(articles)
    column, count = Counter(entry.end for entry in articles).most_common(1)[0]
    if count * 2 <= len(articles):
        return tuple(articles)
    return tuple(entry for entry in articles if entry.end > column - COLUMN_WIDTH)


def is_regular(articles: Sequence[Entry]) -> bool:
    """Every amount has words of its own (or its own wrapped line), and columns beside it explain it."""
    return all(entry.words or entry.label for entry in articles) and all(
        not entry.others or _explains(entry) for entry in articles
    )


def _explains(entry: Entry) -> bool:
    """Quantity times price gives the amount, for some quantity on the line, or the price is the amount."""
    prices = [value for value in entry.others if value]  # a column of 0.00 is a discount that was not given
    return not prices or entry.value % prices[-1] == 0 or not plain(entry.label)

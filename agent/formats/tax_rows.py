"""tax_rows: takes a line with its amounts, says whether it is a row of a tax table; adds nothing up."""

from collections.abc import Sequence
from itertools import pairwise

from agent.formats.amounts import Amount
from agent.formats.form import Format
from agent.formats.labels import what_is_said
from agent.formats.percentages import percentage
from agent.formats.printed import TaxRow
from agent.formats.roles import PAYMENT, TAXES, Role
from agent.formats.words import plain

MAX_ROW_WORDS = 3
SUM_ROWS = frozenset({Role.TOTAL, Role.TAX_TOTAL, Role.SUBTOTAL})


def tax_row(
    number: int, line: str, paid: Sequence[Amount], form: Format, *, in_table: bool, summed: bool
) -> TaxRow | None:
    """A row has two or more amounts, and stands under a tax heading or names a tax itself.

    `in_table`: a heading of a tax table stands above. `summed`: the article list is over.
    """
    if len(paid) < 2:
        return _split_row(number, line, paid, form) if in_table else None
    label = line[: paid[0].start]
    words = plain(label)
    said = what_is_said(words, form)
    between = [plain(line[one.end : two.start]) for one, two in pairwise(paid)]
    names_tax = said.role in TAXES and said.sure
    if any(between):
        named = any(what_is_said(label, form).role in TAXES for label in (words, *between))
        return _labelled_row(number, line, paid) if named and summed else None
    percent = percentage(line[: paid[-1].start])
    looks_like_one = summed and percent is not None
    if not (in_table or names_tax or looks_like_one) or len(words.split()) > MAX_ROW_WORDS:
        return None
    return TaxRow(number, percent, tuple(amount.value for amount in paid), said.role in SUM_ROWS)


def is_fee_row(line: str, paid: Sequence[Amount], form: Format) -> bool:
    """'SVC SERVICE CHARGE 10%   295.00   29.50' in a tax table: no tax, and printed above the total already."""
    said = what_is_said(plain(line[: paid[0].start]), form)
    return said.role is Role.FEE and len(paid) > 1


def _split_row(number: int, line: str, paid: Sequence[Amount], form: Format) -> TaxRow | None:
    """'SR = 6%   8.40' whose tax is printed on the line below, or nowhere: one amount that may be net or tax."""
    words = plain(line[: paid[0].start])
    said = what_is_said(words, form)
    percent = percentage(line[: paid[0].start])
    if percent is None or (said.role in PAYMENT | {Role.TOTAL, Role.DUE} and said.sure):
        return None
    return TaxRow(number, percent, (paid[0].value,), is_sum=False) if len(words.split()) <= MAX_ROW_WORDS else None


def _labelled_row(number: int, line: str, paid: Sequence[Amount]) -> TaxRow | None:
    """'A 19%  net 7.06  tax 1.34  gross 8.40' below the total: each column says what it is, and they add up."""
    values, percent = tuple(amount.value for amount in paid), percentage(line[: paid[0].start])
    adds_up = len(values) == 3 and 2 * max(values) == sum(values)
    return TaxRow(number, percent, values, is_sum=False) if adds_up or (len(values) == 2 and percent) else None

"""kinds: takes the lines and the bill of a paper, gives what kind of paper it is; proves no amount."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.formats.bill import Bill
from agent.formats.form import Format, Title
from agent.formats.words import plain
from agent.receipt import Kind

CARD_WORDS_NEEDED, BESIDE_A_SUBTOTAL = 2, 3
"""Words of a card terminal that make a slip; more where it calls the amount to sign a subtotal."""
_NUMBER_re = re.compile(r"\S*\d\S*")
BREAK = "/"
"""Stands for a number between words, so that no title is read across it: 'Order #4   Ticket #35'."""
_COLUMNS_re = re.compile(r"\s{3,}")
BEFORE_PAYMENT = frozenset({Kind.PRECHECK, Kind.KITCHEN})
"""Kinds that a payment on the paper speaks against."""
ABOVE_THE_TOTAL = frozenset({Kind.RETURN, Kind.EXCHANGE, Kind.OTHER, Kind.BUY})
"""Kinds whose words are also headings of the small print at the foot ('RETURNS', 'EXCHANGE')."""
WITHOUT_SUMS = frozenset({Kind.VOID, Kind.TRAINING})
"""Kinds that count even when the paper has no total."""


@dataclass(frozen=True, slots=True)
class KindSeen:
    kind: Kind
    reprint: bool
    doubt: str = ""
    named: bool = True
    """The paper says its kind; else it is concluded from what is missing."""


def kind_of(texts: Sequence[tuple[int, str]], bill: Bill, form: Format) -> KindSeen:
    """`texts`: line number and words of the lines that carry no amount (an article may be called 'Training pads')."""
    said = [(number, words) for number, text in texts for part in _parts(text) if (words := _spoken(part))]
    reprint = any(_speaks(form.reprint, words, form) for _, words in said)
    titled = [kind for kind, title in form.kinds if _is_titled(kind, title, said, bill, form)]
    if not bill.has_skeleton and WITHOUT_SUMS.isdisjoint(titled):
        return KindSeen(titled[0] if titled else _without_sums(said, form), reprint, named=bool(titled))
    if not titled and _is_card_slip(said, bill, form):
        return KindSeen(Kind.CARD_SLIP, reprint)
    if not titled and _is_owed(bill, form):
        return _unpaid(said, bill, reprint, form)
    return _chosen(titled, bill, reprint)


def _is_owed(bill: Bill, form: Format) -> bool:
    """'Balance Due 58.30' and no payment: whatever is owed was not paid when this was printed."""
    paid = any(entry.value for entry in (*bill.tenders, *bill.change))
    return not paid and any(entry.value and form.owed_words.search(entry.words) for entry in bill.sums)


def _unpaid(said: Sequence[tuple[int, str]], bill: Bill, reprint: bool, form: Format) -> KindSeen:
    """A restaurant's check comes before its receipt; elsewhere a person looks whether that money ever came.

    So does he where the amount is printed once more without a known name, or the words of a card terminal stand there:
    it may have been paid in a way that we do not know.
    """
    owed = {entry.value: entry.line for entry in bill.sums if form.owed_words.search(entry.words)}
    others = (entry for entry in (*bill.loose, *bill.sums) if not form.owed_words.search(entry.words))
    repeated = any(entry.value in owed and entry.line > owed[entry.value] for entry in others)
    card_words = sum(1 for _, words in said if form.card_slip.search(words))
    if _is_order(said, form) and not repeated and card_words < CARD_WORDS_NEEDED:
        return KindSeen(Kind.PRECHECK, reprint)
    return KindSeen(Kind.SALE, reprint, "it says what is still owed, and shows no payment")


def _parts(text: str) -> Iterator[str]:
    """The line, and each of its columns where it has several: 'X REPORT    Reg 1'."""
    yield text
    columns = _COLUMNS_re.split(text.strip())
    if len(columns) > 1:
        yield from columns


def _spoken(text: str) -> str:
    return f" {BREAK} ".join(plain(part) for part in _NUMBER_re.split(text)).strip(f" {BREAK}")


def _is_titled(kind: Kind, title: Title, said: Sequence[tuple[int, str]], bill: Bill, form: Format) -> bool:
    numbers = [number for number, words in said if _speaks(title, words, form)]
    if kind in ABOVE_THE_TOTAL:
        foot = min((entry.line for entry in bill.sums), default=None)
        numbers = [number for number in numbers if foot is None or number < foot]
    if kind is Kind.VOID:
        numbers = [number for number in numbers if not _is_about_one_line(number, bill)]
    return bool(numbers)


def _is_about_one_line(number: int, bill: Bill) -> bool:
    """'VOID' between the articles, one of which is taken off, cancels that article and not the sale."""
    lines = [entry.line for entry in bill.articles]
    taken_off = any(entry.value < 0 for entry in (*bill.articles, *bill.line_discounts))
    return taken_off and min(lines, default=number) < number < max(lines, default=number) + 1


def _speaks(title: Title, words: str, form: Format) -> bool:
    if title.anywhere.search(words):
        return True
    match = title.alone.search(words)
    if match is None:
        return False
    rest = {*words[: match.start()].split(), *words[match.end() :].split()}
    return form.title_filler.issuperset(rest - {BREAK})


def _chosen(titled: Sequence[Kind], bill: Bill, reprint: bool) -> KindSeen:
    """The first kind in the format's order; one that comes before payment gives way where a payment is printed."""
    paid = any(entry.value for entry in bill.tenders)
    for kind in titled:
        if not (kind in BEFORE_PAYMENT and paid):
            return KindSeen(kind, reprint)
    doubt = "it calls itself a check before payment, but shows a payment" if Kind.PRECHECK in titled else ""
    return KindSeen(Kind.SALE, reprint, doubt)


def _without_sums(said: Sequence[tuple[int, str]], form: Format) -> Kind:
    """No total, no payment: an order for whoever prepares it when it says so, else nothing we know."""
    return Kind.KITCHEN if _is_order(said, form) else Kind.OTHER


def _is_order(said: Sequence[tuple[int, str]], form: Format) -> bool:
    return any(not form.order_words.isdisjoint(words.split()) for _, words in said)


def _is_card_slip(said: Sequence[tuple[int, str]], bill: Bill, form: Format) -> bool:
    if bill.articles or bill.taxes or bill.tax_rows:
        return False
    needed = BESIDE_A_SUBTOTAL if bill.subtotals else CARD_WORDS_NEEDED
    return sum(1 for _, words in said if form.card_slip.search(words)) >= needed

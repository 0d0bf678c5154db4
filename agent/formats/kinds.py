"""kinds: takes the lines and the bill of a paper, gives what kind of paper it is; proves no amount."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.formats.bill import Bill
from agent.formats.form import Format, Title
from agent.formats.words import plain
from agent.receipt import Kind

TITLE_FILLER = frozenset(
    "receipt transaction sale ticket copy slip original the this is a an no number nr of for and report type mode customer store order "
    "check tax invoice cash by to paid".split()
)
"""Words that may stand beside a title without making the line say something else."""
CARD_WORDS_NEEDED = 2
UNPAID = frozenset({Kind.PRECHECK, Kind.KITCHEN, Kind.OTHER})
"""Kinds that a payment on the paper speaks against."""


@dataclass(frozen=True, slots=True)
class KindSeen:
    kind: Kind
    reprint: bool
    doubt: str = ""


def kind_of(texts: Sequence[str], bill: Bill, form: Format) -> KindSeen:
    """`texts`: the lines that carry no amount (an article called 'Training pads' is no training receipt)."""
    said = [words for words in map(plain, texts) if words]
    reprint = any(_speaks(form.reprint, words) for words in said)
    titled = [kind for kind, title in form.kinds if any(_speaks(title, words) for words in said)]
    if not bill.has_skeleton and not any(kind in (Kind.VOID, Kind.TRAINING) for kind in titled):
        return KindSeen(titled[0] if titled else _without_sums(said, bill), reprint)
    if _is_card_slip(said, bill, form) and not titled:
        return KindSeen(Kind.CARD_SLIP, reprint)
    return _chosen(titled, bill, reprint)


def _speaks(title: Title, words: str) -> bool:
    if title.anywhere.search(words):
        return True
    match = title.alone.search(words)
    return match is not None and TITLE_FILLER.issuperset((words[: match.start()] + " " + words[match.end() :]).split())


def _chosen(titled: Sequence[Kind], bill: Bill, reprint: bool) -> KindSeen:
    """The first kind in the format's order; a kind that is never paid for gives way where a payment is printed."""
    paid = any(entry.value for entry in bill.tenders)
    for kind in titled:
        if not (kind in UNPAID and paid):
            return KindSeen(kind, reprint)
    doubt = ""
    if Kind.PRECHECK in titled:
        doubt = "it calls itself a check before payment, but shows a payment"
    return KindSeen(Kind.SALE, reprint, doubt)


def _without_sums(said: Sequence[str], bill: Bill) -> Kind:
    """No total, no payment: an order for the kitchen when it lists things, else nothing we know."""
    orders = {"table", "tbl", "order", "server", "seat", "guests", "tisch", "mesa", "dine", "go", "chk", "tab", "pickup", "takeaway"}
    return Kind.KITCHEN if not bill.sums and any(orders & set(words.split()) for words in said) else Kind.OTHER


def _is_card_slip(said: Sequence[str], bill: Bill, form: Format) -> bool:
    if bill.articles or bill.subtotals or bill.taxes or bill.tax_rows:
        return False
    return sum(1 for words in said if form.card_slip.search(words)) >= CARD_WORDS_NEEDED

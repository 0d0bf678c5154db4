"""habits: takes the receipts of one till, gives how it writes dates, amounts, number and customer; proves none."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from agent.formats.amounts import currency_of
from agent.formats.context import StoreContext
from agent.formats.dates import blank
from agent.formats.form import Format
from agent.formats.people import find_customer
from agent.formats.words import level, plain
from agent.receipt import Receipt
from agent.teaching.lesson import Lesson, escaped

Papers = Sequence[Sequence[str]]

_DATE_re = re.compile(r"(?<![\d./-])(\d{1,4})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d./-])")
_POINT_re = re.compile(r"\d([.,])\d{2}(?!\d)(?![.,]\d)")
_BESIDE_re = re.compile(
    r"(?P<label>[^\W\d_][^\d:#]{1,24}?)[\s.:#º°]*(?P<value>[A-Za-z]{0,3}-?\d[\dA-Za-z/-]{1,20})(?![\w.,])"
)
_PHONE_re = re.compile(r"^(?P<label>.*?[^\W\d_].*?)[\s.:#]*\+?\(?\d(?:[\s().-]{0,2}\d){6,14}\s*$")
MOST_DAYS = 31
MONTHS = 12


def date_order(papers: Papers) -> str:
    """'dmy', 'mdy' or 'ymd' where the days tell it on some receipt and none speaks against it; '' otherwise."""
    seen = {order for lines in papers for line in lines for order in _orders(line)}
    return seen.pop() if len(seen) == 1 else ""


def _orders(line: str) -> Iterator[str]:
    for first, _, second, third in _DATE_re.findall(line):
        if len(first) == 4:
            yield "ymd"
        elif len(first) <= 2 and MONTHS < int(first) <= MOST_DAYS and int(second) <= MONTHS and third:
            yield "dmy"
        elif len(first) <= 2 and MONTHS < int(second) <= MOST_DAYS and 0 < int(first) <= MONTHS:
            yield "mdy"


def decimal_sign(papers: Papers, form: Format) -> str:
    """'.' or ',' where all amounts with two decimals are written so; '' otherwise."""
    signs = Counter(
        sign for lines in papers for line in lines for sign in _POINT_re.findall(blank(line, form.dates.months))
    )
    return next(iter(signs)) if len(signs) == 1 else ""


def currency(papers: Papers, form: Format, context: StoreContext) -> str:
    """The one all receipts name beside their amounts, where it is not the store's; '' otherwise."""
    named = {currency_of(lines, form.money.symbols) for lines in papers}
    only = named.pop() if len(named) == 1 else None
    return only if only and only != context.currency else ""


def number_label(papers: Papers, readings: Sequence[Receipt], form: Format) -> str:
    """The words before the receipt's number, where the format does not find one on every receipt; '' otherwise.

    It stands on every receipt, is another one on each, and its words are the same.
    """
    known = [reading.number for reading in readings]
    if all(known) and len(set(known)) == len(known):
        return ""
    values: dict[str, dict[int, str]] = defaultdict(dict)
    for paper, lines in enumerate(papers):
        for line in lines:
            for match in _BESIDE_re.finditer(blank(line, form.dates.months)):
                values[level(match["label"]).strip(" .:#")].setdefault(paper, match["value"])
    whole = [
        label
        for label, found in values.items()
        if len(found) == len(papers) and len(set(found.values())) == len(papers) and not _is_other(label, form)
    ]
    return escaped(min(whole, key=len)) if whole else ""


def _is_other(label: str, form: Format) -> bool:
    """A phone, a card or an approval changes from receipt to receipt, too."""
    words = plain(label)
    about = (form.customer.labels, form.customer.phone, form.customer.card, form.card_slip)
    return not words or any(pattern.search(words) for pattern in about)


def customer_label(papers: Papers, form: Format) -> str:
    """The words before a phone that differs from receipt to receipt; '' where the format knows them or none does."""
    if any(find_customer(lines, form.customer, ()).phone for lines in papers):
        return ""
    numbers: dict[str, set[str]] = defaultdict(set)
    for lines in papers:
        for line in lines:
            match = _PHONE_re.match(line)
            if match and plain(match["label"]):
                numbers[plain(match["label"])].add(re.sub(r"\D", "", line))
    changing = [label for label, found in numbers.items() if len(found) > 1]
    return escaped(changing[0]) if len(changing) == 1 else ""


def habits(papers: Papers, readings: Sequence[Receipt], form: Format, context: StoreContext, given: Lesson) -> Lesson:
    """`given` with what the receipts show beside; what a person said stands."""
    said = {field for field, _ in given.identifiers}
    number = "" if "number" in said else number_label(papers, readings, form)
    customer = "" if given.customer else customer_label(papers, form)
    return Lesson(
        labels=given.labels,
        identifiers=(*given.identifiers, *((("number", number),) if number else ())),
        customer=(*given.customer, *((customer,) if customer else ())),
        order=given.order or date_order(papers),
        decimal=given.decimal or decimal_sign(papers, form),
        currency=given.currency or currency(papers, form, context),
    )

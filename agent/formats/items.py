"""items: takes the article entries of a bill, gives the items with text and quantity; adds nothing up."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agent.formats.bill import Bill
from agent.formats.printed import Entry
from agent.formats.proof import quantity_of
from agent.receipt import Item

# Three digits in front of a name without an 'x', or leading zeros, are an article number, not a quantity.
_LEADING_re = re.compile(
    r"^\W*([1-9]\d{0,2}(?=\s?[xX×*]\s)|[1-9]\d?(?!\d))\s?(?:[xX×*]\s|(?:pcs?|st|ea)\b\.?|\s)\s*(?=\S*[^\W\d_])"
)
_TIMES_re = re.compile(
    r"\(?\s*(?:(?<!\d)(\d{1,3})\s{0,2}(?:[xX×]?\s?@|[xX×]|\*(?!\*))\s?\S*\d\)?|@\s?\S*\d|[xX×]\s?(\d{1,3}))\s*(?:(?:ea|each)\.?)?\s*$"
)
_QUANTITY_COLUMN_re = re.compile(r"(?<=\S)\s{2,}([1-9]\d{0,2})$")
_UNIT_PRICE_re = re.compile(r"\s+[^\w\s]?\s?\d+[.,]\d{2,3}$")
_WEIGHT_re = re.compile(r"\s+\d+[.,]\d{1,3}\s?(?:kg|lbs?|g|oz)\b.*$", re.I)
_MASK_re = re.compile(r"[*xX•#.]{2,}[\d*]*|\(?chip\)?$|\d{4}$", re.I)


def items_of(bill: Bill, sign: int = 1) -> tuple[Item, ...]:
    """`sign` -1 where the bill was turned, so that amounts come out as printed."""
    return tuple(_items(bill, sign))


def _items(bill: Bill, sign: int) -> Iterator[Item]:
    for entry in bill.articles:
        text, quantity = _text_and_quantity(entry.label)
        yield Item(text, quantity if quantity != 1 else quantity_of(entry, bill), sign * entry.value)


def _text_and_quantity(label: str) -> tuple[str, int]:
    """'2 Cortado' → Cortado, 2; 'Greenies  2 @ 32.99' → Greenies, 2; '001 Card' → as it stands, 1."""
    text, quantity = label.strip(), 1
    column = _QUANTITY_COLUMN_re.search(text)
    if column:
        text, quantity = text[: column.start()], int(column[1])
    times = _TIMES_re.search(text)
    if times and times.start() > 0:
        quantity = int(times[1] or times[2] or 1)
        text = text[: times.start()].strip()
    leading = _LEADING_re.match(text)
    if leading:
        quantity = int(leading[1]) if quantity == 1 else quantity
        text = text[leading.end() :]
    text = _UNIT_PRICE_re.sub("", _WEIGHT_re.sub("", text))
    return " ".join(text.split()).strip(" .:-") or label.strip(), quantity


def tenders_of(entries: Sequence[Entry], paid: Sequence[int], *, paid_out: bool) -> tuple[tuple[str, int], ...]:
    """Payments as printed, account digits left out: of `paid`, the amounts that make the total, each as often as it
    was paid; where nothing proves them, of a slip under the receipt only what is new."""
    left, new = Counter(paid), set[int]()
    found: list[tuple[str, int]] = []
    for entry in entries:
        amount = abs(entry.value)
        if amount and (left[amount] > 0 or amount not in new):
            found.append((_tender_label(entry), -amount if paid_out else amount))
        left[amount] -= 1
        new.add(amount)
    return tuple(found)


def discounts_of(entries: Sequence[Entry]) -> tuple[tuple[str, int], ...]:
    """Reductions by the words beside them; the amount taken off is positive, whatever sign is printed."""
    return tuple((" ".join(entry.label.split()).strip(" .:-"), abs(entry.value)) for entry in entries if entry.value)


def _tender_label(entry: Entry) -> str:
    """'VISA ************4729' → VISA; 'PAID OUT CASH' → CASH PAID OUT: the means first, as other tills print it."""
    label = re.split(r"\s{2,}|[:#]", _MASK_re.sub(" ", entry.label))[0].strip(" .:-$€£(")
    match = re.match(r"(?i)(paid out)\s+(.+)", label)
    return f"{match[2]} {match[1]}" if match else label or entry.words.upper()

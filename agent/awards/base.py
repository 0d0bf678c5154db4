"""base: takes a proven receipt and a programme, gives the amount points are counted on; knows no rate."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from agent.receipt import Item, Kind, Receipt
from agent.settings import Programme


@dataclass(frozen=True, slots=True)
class Base:
    """`amount`: minor units that earn, negative when they are taken back.

    `lines`: what each counted line brings of it, same sign, adding up to `amount`; empty when the lines printed do not
    add up to the receipt.
    """

    amount: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NoBase:
    """This base cannot be known from this receipt; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    amount: int


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A receipt turned so that what counts is positive: a return reads as the sale it undoes.

    `net` = pre-tax after discounts. `lines`: reductions folded into the line they stand below. `excluded`: minor units
    of lines that earn nothing. `proven`: the lines add up to the receipt; `inclusive`: with tax in their amounts.
    """

    sign: int
    net: int
    discount: int
    tax: int
    lines: tuple[_Line, ...]
    excluded: int
    proven: bool
    inclusive: bool


def count(receipt: Receipt, programme: Programme) -> Base | NoBase:
    """The base this programme counts on, after what it excludes.

    An excluded line comes off with the amount printed. Of what was paid with an excluded tender, the base loses the
    same share as of the whole total, rounded down: 20.00 of 100.00 paid with loyalty money leaves 4/5 of the base.
    """
    sheet = _sheet(receipt, programme)
    counted = BASES[programme.base](sheet, programme)
    if isinstance(counted, NoBase):
        return counted
    amount, weights = counted
    if receipt.kind is not Kind.EXCHANGE:  # only there one part may earn while the other is taken back
        amount = max(0, amount)
    amount = _without_excluded_tenders(amount, receipt, programme)
    lines = tuple(sheet.sign * part for part in share_out(amount, weights)) if sheet.proven else ()
    return Base(sheet.sign * amount, lines)


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` over `weights` in proportion; whole units that add up to it exactly, none when the weights cancel."""
    whole = sum(weights)
    if not whole:
        return []
    marks = (amount * reached // whole for reached in accumulate(weights, initial=0))
    return [upper - lower for lower, upper in pairwise(marks)]


Counted = tuple[int, Sequence[int]]
"""The amount, and the weight of each line it is spread over."""


def _pre_tax_after_discount(sheet: _Sheet, programme: Programme) -> Counted:
    return sheet.net - sheet.excluded, _earning_amounts(sheet, programme)


def _pre_tax_before_discount(sheet: _Sheet, programme: Programme) -> Counted:
    return sheet.net + sheet.discount - sheet.excluded, _earning_amounts(sheet, programme)


def _with_tax_after_discount(sheet: _Sheet, programme: Programme) -> Counted:
    """What was paid, without tip and fees: those are not goods."""
    return sheet.net + sheet.tax - sheet.excluded, _earning_amounts(sheet, programme)


def _category(sheet: _Sheet, programme: Programme) -> Counted | NoBase:
    """Lines holding a category word, as printed: before what is taken off the receipt as a whole, without tax."""
    if not sheet.proven:
        return NoBase("the item lines do not add up to the receipt, so its categories cannot be counted")
    amounts = [line.amount for line in _earning(sheet, programme) if holds(programme.categories, line.text)]
    whole = sum(line.amount for line in sheet.lines)
    if sheet.inclusive:
        return sum(amounts) * (whole - sheet.tax) // whole, amounts
    return sum(amounts), amounts


def _line_net(sheet: _Sheet, programme: Programme) -> Counted | NoBase:
    """Each line's own net: its share of the pre-tax total after all discounts."""
    if not sheet.proven:
        return NoBase("the item lines do not add up to the receipt, so their net amounts cannot be known")
    return _pre_tax_after_discount(sheet, programme)


BASES: Mapping[str, Callable[[_Sheet, Programme], Counted | NoBase]] = {
    "pre_tax_after_discount": _pre_tax_after_discount,
    "pre_tax_before_discount": _pre_tax_before_discount,
    "with_tax_after_discount": _with_tax_after_discount,
    "category": _category,
    "line_net": _line_net,
}


def holds(words: Sequence[str], text: str) -> bool:
    """Does the text hold one of the words, whole or as a plural, however it is spaced and cased?"""
    return any(_word_re(word).search(text) for word in words if word.strip())


def _word_re(word: str) -> re.Pattern[str]:
    parts = (re.escape(part) for part in re.split(r"[\s-]+", word.strip()))
    return re.compile(rf"(?<!\w){r'[ -]*'.join(parts)}(?:e?s)?(?!\w)", re.IGNORECASE)


def _sheet(receipt: Receipt, programme: Programme) -> _Sheet:
    sign = -1 if receipt.kind is Kind.RETURN or receipt.award_base < 0 else 1
    net, discount, tax = abs(receipt.award_base), _turned(receipt, receipt.discount), _turned(receipt, receipt.tax)
    lines = _lines(receipt)
    printed = sum(line.amount for line in lines)
    before_tax = printed in (net, net + discount)
    inclusive = not before_tax and printed in (net + tax, net + discount + tax)
    return _Sheet(
        sign=sign,
        net=net,
        discount=discount,
        tax=tax,
        lines=lines,
        excluded=sum(line.amount for line in lines if holds(programme.excluded_lines, line.text)),
        proven=bool(lines) and printed > 0 and (before_tax or inclusive),
        inclusive=inclusive,
    )


def _turned(receipt: Receipt, amount: int | None) -> int:
    """An exchange's amounts keep the side they are on; every other kind has only one side."""
    if receipt.kind is not Kind.EXCHANGE:
        return abs(amount or 0)
    return -(amount or 0) if receipt.award_base < 0 else (amount or 0)


def _turned_items(receipt: Receipt) -> Iterator[Item]:
    """Some tills print the lines of a return with a minus, some without."""
    items = receipt.items
    flip = receipt.award_base < 0 if receipt.kind is Kind.EXCHANGE else sum(item.amount for item in items) < 0
    for item in items:
        yield Item(item.text, item.quantity, -item.amount if flip else item.amount)


def _lines(receipt: Receipt) -> tuple[_Line, ...]:
    """An exchange's negative lines are goods brought back; anywhere else they are reductions."""
    items = _turned_items(receipt)
    if receipt.kind is Kind.EXCHANGE:
        return tuple(_Line(item.text, item.amount) for item in items)
    return tuple(_folded(items))


def _folded(items: Iterator[Item]) -> list[_Line]:
    """Lines with their reductions taken off: a reduction eats the line above it, then those further up."""
    lines: list[_Line] = []
    for item in items:
        rest = item.amount
        if rest >= 0:
            lines.append(_Line(item.text, rest))
            continue
        for place in range(len(lines) - 1, -1, -1):
            eaten = min(lines[place].amount, -rest)
            lines[place] = _Line(lines[place].text, lines[place].amount - eaten)
            rest += eaten
        if rest:
            lines.append(_Line(item.text, rest))
    return lines


def _earning(sheet: _Sheet, programme: Programme) -> list[_Line]:
    return [line for line in sheet.lines if not holds(programme.excluded_lines, line.text)]


def _earning_amounts(sheet: _Sheet, programme: Programme) -> list[int]:
    return [line.amount for line in _earning(sheet, programme)]


def _without_excluded_tenders(amount: int, receipt: Receipt, programme: Programme) -> int:
    spent = abs(sum(paid for label, paid in receipt.tenders if holds(programme.excluded_tenders, label)))
    if not spent:
        return amount
    total, size = abs(receipt.total or 0), abs(amount)
    left = max(0, size * (total - spent) // total if total else size - spent)
    return left if amount > 0 else -left

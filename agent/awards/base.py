"""base: takes a proven receipt and a programme, gives the amount points are counted on; knows no rate."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise, zip_longest

from agent.awards.goods import holds, means
from agent.receipt import Item, Kind, Receipt
from agent.settings import Goods, Programme

Skus = Sequence[str | None]
"""The product code of each item of a receipt, None where none is known; may be shorter than the items."""


@dataclass(frozen=True, slots=True)
class Base:
    """`amount`: minor units that earn, negative when they are taken back.

    `lines`: what each counted line brings of it, same sign, adding up to `amount`; empty when the lines printed do not
    add up to the receipt. `names`: text and product code of each of those lines.
    """

    amount: int
    lines: tuple[int, ...] = ()
    names: tuple[tuple[str, str | None], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class NoBase:
    """This base cannot be known from this receipt; `why` in words."""

    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """One article line of a receipt turned positive: `amount` after its reductions, of which `off` were taken."""

    text: str
    amount: int
    sku: str | None = None
    quantity: int = 1
    off: int = 0


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
    lines: tuple[Line, ...]
    excluded: int
    proven: bool
    inclusive: bool


def count(
    receipt: Receipt, programme: Programme, skus: Skus = (), only: Sequence[Goods] | None = None
) -> Base | NoBase:
    """The base this programme counts on, after what it excludes; of the lines among `only` goods where those are named.

    An excluded line comes off with the amount printed. Of what was paid with an excluded tender, the base loses the
    same share as of the whole total, rounded down: 20.00 of 100.00 paid with loyalty money leaves 4/5 of the base.
    """
    sheet = _sheet(receipt, programme, skus)
    counted = BASES[programme.base](sheet, programme)
    if isinstance(counted, NoBase):
        return counted
    amount, counting = counted
    if receipt.kind is not Kind.EXCHANGE:  # only there one part may earn while the other is taken back
        amount = max(0, amount)
    amount = _without_excluded_tenders(amount, receipt, programme)
    parts = share_out(amount, [line.amount for line in counting]) if sheet.proven else []
    named = [*zip(counting, (sheet.sign * part for part in parts), strict=False)]
    if only is None:
        return _based(sheet.sign * amount, named)
    if not sheet.proven:
        return NoBase("the item lines do not add up to the receipt, so its goods cannot be told apart")
    meant = [(line, part) for line, part in named if any(means(goods, line.text, line.sku) for goods in only)]
    return _based(sum(part for _, part in meant), meant)


def lines_of(receipt: Receipt, programme: Programme, skus: Skus = ()) -> tuple[Line, ...]:
    """The article lines that may earn, whether or not they add up to the receipt."""
    return tuple(_earning(_sheet(receipt, programme, skus), programme))


def _based(amount: int, named: Sequence[tuple[Line, int]]) -> Base:
    return Base(amount, tuple(part for _, part in named), tuple((line.text, line.sku) for line, _ in named))


def share_out(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` over `weights` in proportion; whole units that add up to it exactly, none when the weights cancel."""
    whole = sum(weights)
    if not whole:
        return []
    marks = (amount * reached // whole for reached in accumulate(weights, initial=0))
    return [upper - lower for lower, upper in pairwise(marks)]


Counted = tuple[int, Sequence[Line]]
"""The amount, and the lines it is spread over by their own amounts."""


def _pre_tax_after_discount(sheet: _Sheet, programme: Programme) -> Counted:
    return sheet.net - sheet.excluded, _earning(sheet, programme)


def _pre_tax_before_discount(sheet: _Sheet, programme: Programme) -> Counted:
    return sheet.net + sheet.discount - sheet.excluded, _earning(sheet, programme)


def _with_tax_after_discount(sheet: _Sheet, programme: Programme) -> Counted:
    """What was paid, without tip and fees: those are not goods."""
    return sheet.net + sheet.tax - sheet.excluded, _earning(sheet, programme)


def _category(sheet: _Sheet, programme: Programme) -> Counted | NoBase:
    """Lines holding a category word, as printed: before what is taken off the receipt as a whole, without tax."""
    if not sheet.proven:
        return NoBase("the item lines do not add up to the receipt, so its categories cannot be counted")
    counting = [line for line in _earning(sheet, programme) if holds(programme.categories, line.text)]
    amount, whole = sum(line.amount for line in counting), sum(line.amount for line in sheet.lines)
    return (amount * (whole - sheet.tax) // whole if sheet.inclusive else amount), counting


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


def _sheet(receipt: Receipt, programme: Programme, skus: Skus) -> _Sheet:
    sign = -1 if receipt.kind is Kind.RETURN or receipt.award_base < 0 else 1
    net, discount, tax = abs(receipt.award_base), _turned(receipt, receipt.discount), _turned(receipt, receipt.tax)
    lines = _lines(receipt, skus)
    printed = sum(line.amount for line in lines)
    before_tax = printed in (net, net + discount)
    inclusive = not before_tax and printed in (net + tax, net + discount + tax)
    return _Sheet(
        sign=sign,
        net=net,
        discount=discount,
        tax=tax,
        lines=lines,
        excluded=sum(line.amount for line in lines if _excluded(programme, line)),
        proven=bool(lines) and printed > 0 and (before_tax or inclusive),
        inclusive=inclusive,
    )


def _turned(receipt: Receipt, amount: int | None) -> int:
    """An exchange's amounts keep the side they are on; every other kind has only one side."""
    if receipt.kind is not Kind.EXCHANGE:
        return abs(amount or 0)
    return -(amount or 0) if receipt.award_base < 0 else (amount or 0)


def _turned_items(receipt: Receipt, skus: Skus) -> Iterator[tuple[Item, str | None]]:
    """Some tills print the lines of a return with a minus, some without."""
    items = receipt.items
    flip = receipt.award_base < 0 if receipt.kind is Kind.EXCHANGE else sum(item.amount for item in items) < 0
    for item, sku in zip_longest(items, skus[: len(items)]):
        yield Item(item.text, item.quantity, -item.amount if flip else item.amount), sku


def _lines(receipt: Receipt, skus: Skus) -> tuple[Line, ...]:
    """An exchange's negative lines are goods brought back; anywhere else they are reductions."""
    items = _turned_items(receipt, skus)
    if receipt.kind is Kind.EXCHANGE:
        return tuple(_line(item, sku) for item, sku in items)
    return tuple(_folded(items))


def _line(item: Item, sku: str | None) -> Line:
    return Line(item.text, item.amount, sku, abs(item.quantity) or 1)


def _folded(items: Iterator[tuple[Item, str | None]]) -> list[Line]:
    """Lines with their reductions taken off: a reduction eats the line above it, then those further up."""
    lines: list[Line] = []
    for item, sku in items:
        rest = item.amount
        if rest >= 0:
            lines.append(_line(item, sku))
            continue
        for place in range(len(lines) - 1, -1, -1):
            line = lines[place]
            eaten = min(line.amount, -rest)
            lines[place] = replace(line, amount=line.amount - eaten, off=line.off + eaten)
            rest += eaten
        if rest:
            lines.append(Line(item.text, rest))
    return lines


def _earning(sheet: _Sheet, programme: Programme) -> list[Line]:
    return [line for line in sheet.lines if not _excluded(programme, line)]


def _excluded(programme: Programme, line: Line) -> bool:
    return holds(programme.excluded_lines, line.text) or (line.sku is not None and line.sku in programme.excluded_skus)


def _without_excluded_tenders(amount: int, receipt: Receipt, programme: Programme) -> int:
    spent = abs(sum(paid for label, paid in receipt.tenders if holds(programme.excluded_tenders, label)))
    if not spent:
        return amount
    total, size = abs(receipt.total or 0), abs(amount)
    left = max(0, size * (total - spent) // total if total else size - spent)
    return left if amount > 0 else -left

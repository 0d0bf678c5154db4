"""papers: prints any receipt a story needs, line by line, as a till of the shop would; knows no rules."""

from collections.abc import Sequence
from datetime import datetime

from tests.story.slips import CUT_AND_KICK, START

COLUMNS = 42
Line = tuple[str, int, int]
"""Text, quantity, amount of the whole line in minor units."""


def paper(
    number: str,
    lines: Sequence[Line],
    phone: str = "",
    *,
    kind: str = "SALE",
    at: datetime,
    register: str = "1",
    discounts: Sequence[tuple[str, int]] = (),
    tax: int = 0,
    paid: Sequence[tuple[str, int]] = (),
    original: str = "",
    name: str = "",
) -> bytes:
    """A receipt that adds up: lines, subtotal, discounts below it, tax, total, tenders (cash when none are named).

    A return prints all of it with minus signs.
    """
    sign = -1 if kind == "RETURN" else 1
    goods, off = sum(amount for _, _, amount in lines), sum(amount for _, amount in discounts)
    total = goods - off + tax
    rows = ["EXAMPLE PETS", "12 Example Street", _row(f"Receipt #{number}", f"Register {register}")]
    rows += [_row(at.strftime("%m/%d/%Y"), at.strftime("%I:%M:%S %p")), kind, "-" * COLUMNS]
    rows += [f"Original receipt: {original}"] if original else []
    rows += [f"Customer phone: {phone}"] if phone else []
    rows += [f"Customer: {name}"] if name else []
    rows += [_row(f"{quantity} x {text}" if quantity > 1 else text, money(sign * amt)) for text, quantity, amt in lines]
    rows += [_row("Subtotal", money(sign * goods))]
    rows += [_row(label, money(-sign * amount)) for label, amount in discounts]
    rows += [_row("Sales tax", money(sign * tax))] if tax else []
    rows += [_row("TOTAL", money(sign * total))]
    rows += [
        _row(label, money(sign * amount)) for label, amount in paid or [("Cash refund" if sign < 0 else "Cash", total)]
    ]
    return START + "".join(f"{row}\n" for row in rows).encode("cp437") + CUT_AND_KICK


def buy(number: str, price: int, phone: str, *, at: datetime) -> bytes:
    """The shop buys goods from the customer and pays out cash."""
    rows = [
        "EXAMPLE PETS",
        _row(f"Receipt #{number}", "Register 1"),
        _row(f"{at:%m/%d/%Y}", f"{at:%I:%M:%S %p}"),
        "BUY",
    ]
    rows += ["WE BUY - SELLER COPY", f"Customer phone: {phone}", _row("Used aquarium set", money(price))]
    rows += [_row("Buy subtotal", money(price)), _row("TOTAL PAID TO CUSTOMER", money(price))]
    rows += [_row("CASH PAID OUT", money(-price))]
    return START + "".join(f"{row}\n" for row in rows).encode("cp437") + CUT_AND_KICK


def plain(*rows: str) -> bytes:
    """Any other slip."""
    return START + "".join(f"{row}\n" for row in rows).encode("cp437") + CUT_AND_KICK


def money(amount: int) -> str:
    return f"{amount / 100:,.2f}"


def _row(left: str, right: str) -> str:
    return left + right.rjust(COLUMNS - len(left))

"""slips: makes ESC/POS receipts as a shop's till prints them, each with the truth beside it; sends nothing."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

COLUMNS = 42
TAX_PER_MILLE = 85
START, BOLD_ON, BOLD_OFF = b"\x1b@", b"\x1bE\x01", b"\x1bE\x00"
CENTRE, LEFT = b"\x1ba\x01", b"\x1ba\x00"
CUT_AND_KICK = b"\n\n\n\x1dVA\x03\x1bp\x00\x19\xfa"
GOODS = (
    ("Dry dog food 12kg", 5499),
    ("Cat litter 10L", 1299),
    ("Chew toy, rope", 799),
    ("Leather collar M", 2450),
    ("Canned tuna feast", 189),
    ("Bird seed mix 2kg", 1075),
    ("Aquarium filter", 3899),
)


@dataclass(frozen=True, slots=True)
class Slip:
    """One printed slip: its bytes, and what a perfect reader would say of it (minor units, returns negative)."""

    kind: str
    number: str
    phone: str
    subtotal: int
    tax: int
    total: int
    printed: datetime
    data: bytes
    original: str = ""
    reprint: bool = False

    @property
    def points(self) -> int:
        """At one point per whole dollar of the pre-tax total, rounded down; a return takes back what it gave."""
        earns = self.kind in ("sale", "buy", "return") and not self.reprint and self.phone
        return int(abs(self.subtotal) / 100) * (-1 if self.subtotal < 0 else 1) if earns else 0


class Shop:
    """Prints numbered slips from one till; the same seed prints the same day."""

    def __init__(self, name: str, register: str, seed: int, first_number: int, opens: datetime) -> None:
        self._name, self._register = name, register
        self._random, self._number, self._now = random.Random(seed), first_number, opens
        self._goods: dict[str, list[tuple[str, int]]] = {}

    def sale(self, phone: str = "", lines: int = 0, *, percent_off: int = 0) -> Slip:
        """A sale of `lines` goods (0: one to five), paid in cash or by card; `percent_off`: a discount key."""
        chosen = [self._random.choice(GOODS) for _ in range(lines or self._random.randint(1, 5))]
        number, printed = self._next()
        return self._sale(phone, [(text, price) for text, price in chosen], number, printed, percent_off)

    def longer(self, sale: Slip) -> Slip:
        """The same sale printed once more, after the customer added an article."""
        return self._sale(sale.phone, [*self._goods[sale.number], GOODS[0]], sale.number, sale.printed, 0)

    def _sale(self, phone: str, goods: list[tuple[str, int]], number: str, printed: datetime, percent_off: int) -> Slip:
        self._goods[number] = goods
        gross = sum(price for _, price in goods)
        off = gross * percent_off // 100
        subtotal = gross - off
        tax = _tax_on(subtotal)
        total = subtotal + tax
        body = [*self._head("SALE", number, printed), *_customer(phone)]
        body += [_columns(text, _money(price)) for text, price in goods]
        body += [_columns(f"Discount {percent_off}%", "-" + _money(off))] if off else []
        body += ["", _columns("Subtotal", _money(subtotal)), _columns("Sales tax 8.5%", _money(tax)), BOLD_ON]
        body += [_columns("TOTAL", _money(total)), BOLD_OFF, *self._paid(total), "", "Thank you!"]
        return Slip("sale", number, phone, subtotal, tax, total, printed, _bytes(body))

    def buy(self, phone: str, price: int) -> Slip:
        """The shop buys goods from the customer and pays out cash; no tax."""
        number, printed = self._next()
        body = [*self._head("BUY", number, printed), "WE BUY - SELLER COPY", *_customer(phone)]
        body += [_columns("Used aquarium set", _money(price)), "", _columns("Buy subtotal", _money(price))]
        body += [_columns("TOTAL PAID TO CUSTOMER", _money(price)), _columns("CASH PAID OUT", "-" + _money(price))]
        return Slip("buy", number, phone, price, 0, price, printed, _bytes(body))

    def take_back(self, sale: Slip) -> Slip:
        """The whole of an earlier sale comes back."""
        number, printed = self._next()
        body = [*self._head("RETURN", number, printed), f"Original receipt: {sale.number}", *_customer(sale.phone)]
        body += [_columns("Goods returned", "-" + _money(sale.subtotal)), ""]
        body += [_columns("Subtotal", "-" + _money(sale.subtotal)), _columns("Sales tax 8.5%", "-" + _money(sale.tax))]
        body += [_columns("TOTAL", "-" + _money(sale.total)), _columns("CASH REFUND", "-" + _money(sale.total))]
        return Slip(
            "return", number, sale.phone, -sale.subtotal, -sale.tax, -sale.total, printed, _bytes(body), sale.number
        )

    def print_again(self, slip: Slip) -> Slip:
        """The same slip once more, marked as most tills mark it."""
        marked = slip.data.replace(START, START + CENTRE + b"*** DUPLICATE ***\n" + LEFT, 1)
        return Slip(
            slip.kind, slip.number, slip.phone, slip.subtotal, slip.tax, slip.total, slip.printed, marked, "", True
        )

    def day(self, count: int, phones: tuple[str, ...]) -> Iterator[Slip]:
        """`count` sales; about every third customer gives no phone."""
        for _ in range(count):
            yield self.sale(self._random.choice((*phones, *[""] * (len(phones) // 2))))

    def _next(self) -> tuple[str, datetime]:
        self._number += 1
        self._now += timedelta(seconds=self._random.randint(20, 90))
        return str(self._number), self._now

    def _head(self, kind: str, number: str, printed: datetime) -> list[str | bytes]:
        return [
            START,
            CENTRE,
            self._name,
            "12 Example Street",
            "Tel (415) 555-0100",
            LEFT,
            _columns(f"Receipt #{number}", f"Register {self._register}"),
            _columns(printed.strftime("%m/%d/%Y"), printed.strftime("%I:%M:%S %p")),
            kind,
            "-" * COLUMNS,
        ]

    def _paid(self, total: int) -> list[str | bytes]:
        if self._random.random() < 0.5:
            return [_columns("VISA ************1111", _money(total))]
        given = -(-total // 2000) * 2000
        return [_columns("Cash", _money(given)), _columns("Change", _money(given - total))]


def _tax_on(subtotal: int) -> int:
    return (subtotal * TAX_PER_MILLE + 500) // 1000


def _customer(phone: str) -> list[str | bytes]:
    return [f"Customer phone: {phone}"] if phone else []


def _money(amount: int) -> str:
    return f"{amount / 100:,.2f}"


def _columns(left: str, right: str) -> str:
    return left + right.rjust(COLUMNS - len(left))


def _bytes(body: list[str | bytes]) -> bytes:
    return b"".join(part if isinstance(part, bytes) else part.encode("cp437") + b"\n" for part in body) + CUT_AND_KICK

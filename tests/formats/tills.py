"""tills: draws a made-up receipt for hypothesis: articles, discounts, taxes, fees, tip, payments, and its truth."""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

ARTICLES = (
    "Dry food",
    "Rubber toy",
    "Latte",
    "Scarf",
    "Pens 12pk",
    "Oat milk 1L",
    "Book of songs",
    "Lamp",
    "Soap 3x90g",
)
DISCOUNTS = ("MEMBER 10%", "Mfr coupon", "Promo", "Loyalty discount", "Staff discount 15%")
CART_DISCOUNTS = ("Coupon SPRING10", "Discount", "Member discount 10%", "Rewards redeemed")
FEES = ("Service charge", "Delivery fee", "Bag fee", "Bottle deposit", "Card surcharge")
TAXES = ("Sales Tax 8.625%", "GST 5%", "PST 7%", "City tax", "HST 13%", "State Sales Tax")
CARDS = ("VISA ****4729", "MASTERCARD XXXXXXXXXXXX5555", "DEBIT", "AMEX")
REMARKS = (
    "YOU SAVED 3.00",
    "Points earned: 12",
    "Points balance 145.20",
    "Items sold: 4",
    "Survey code: 0279-4033-2211",
)


@dataclass
class Slip:
    """What is printed so far, and what it must be read as."""

    lines: list[str] = field(default_factory=list)
    base: int = 0
    tax: int = 0
    total: int = 0

    def add(self, label: str, amount: int) -> None:
        self.lines.append(f"{label:32}{amount / 100:10.2f}")


@st.composite
def slips(draw: st.DrawFn) -> Slip:
    slip = Slip(["EXAMPLE SHOP", "11/14/2026 4:42 PM   Reg 2", "Receipt #: 200184"])
    subtotal = _articles(draw, slip)
    slip.add(draw(st.sampled_from(("Subtotal", "SUB-TOTAL", "Sub Total:"))), subtotal)
    slip.base = subtotal - _cart_discount(draw, slip, subtotal)
    fees = _lines(draw, slip, FEES, draw(st.integers(0, 2)), st.integers(10, 900))
    slip.tax = _lines(draw, slip, TAXES, draw(st.integers(1, 3)), st.integers(1, max(1, slip.base // 8)))
    tip = _lines(draw, slip, ("Tip", "Gratuity"), draw(st.integers(0, 1)), st.integers(100, 2000))
    slip.total = slip.base + fees + slip.tax + tip
    slip.add(draw(st.sampled_from(("TOTAL", "Total", "GRAND TOTAL", "Total Due"))), slip.total)
    _payments(draw, slip)
    slip.lines += draw(st.lists(st.sampled_from(REMARKS), max_size=2, unique=True))
    return slip


def _articles(draw: st.DrawFn, slip: Slip) -> int:
    total = 0
    for _ in range(draw(st.integers(1, 7))):
        name, price, quantity = draw(st.sampled_from(ARTICLES)), draw(st.integers(100, 9999)), draw(st.integers(1, 3))
        text = name if quantity == 1 else f"{name}  {quantity} @ {price / 100:.2f}"
        slip.add(text, price * quantity)
        total += price * quantity
        if draw(st.integers(0, 3)) == 0:
            off = draw(st.integers(1, price // 2))
            slip.add("  " + draw(st.sampled_from(DISCOUNTS)), -off)
            total -= off
    return total


def _cart_discount(draw: st.DrawFn, slip: Slip, subtotal: int) -> int:
    if subtotal < 100 or draw(st.integers(0, 2)):
        return 0
    off = draw(st.integers(1, subtotal // 3))
    slip.add(draw(st.sampled_from(CART_DISCOUNTS)), -off)
    return off


def _lines(draw: st.DrawFn, slip: Slip, names: tuple[str, ...], count: int, amounts: st.SearchStrategy[int]) -> int:
    total = 0
    for name in draw(st.lists(st.sampled_from(names), min_size=min(count, len(names)), max_size=count, unique=True)):
        amount = draw(amounts)
        slip.add(name, amount)
        total += amount
    return total


def _payments(draw: st.DrawFn, slip: Slip) -> None:
    way = draw(st.sampled_from(("card", "cash", "split", "gift card")))
    if way == "cash":
        given = int((Decimal(slip.total) / 500).to_integral_value(ROUND_HALF_UP) + 1) * 500
        slip.add("CASH", given)
        slip.add("CHANGE", given - slip.total)
        return
    first = 0 if way == "card" or slip.total < 3 else draw(st.integers(1, slip.total - 1))
    if first:
        slip.add("GIFT CARD" if way == "gift card" else draw(st.sampled_from(("CASH", "DEBIT"))), first)
    slip.add(draw(st.sampled_from(CARDS)), slip.total - first)

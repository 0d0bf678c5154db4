"""printed: takes a receipt typed into a test, gives how the generic format reads it."""

from textwrap import dedent
from typing import Any

from agent.formats import StoreContext, load_format, read_paper
from agent.receipt import Receipt

GENERIC = load_format("generic")
HOME = StoreContext()
CANADA = StoreContext(country="CA", currency="CAD", cash_rounding=5)
GERMANY = StoreContext(country="DE", currency="EUR")


def lines_of(text: str) -> list[str]:
    return dedent(text).strip("\n").split("\n")


def read(text: str, context: StoreContext = HOME, **more: Any) -> Receipt:
    """The one receipt on the paper."""
    (receipt,) = read_paper(lines_of(text), GENERIC, context, **more)
    return receipt


SALE = """
    HAPPY PAWS EXAMPLE SHOP
    1 Example St, Sampletown CA 90000
    (415) 555-0142

    11/14/2026 4:42 PM   Reg 2   Cashier: Dana
    Receipt #: 200184
    Customer: PAT EXAMPLE  (415) 555-0188
    ------------------------------------------
    Dry Food 25lb                        74.99
      SKU 064992501252
    Dental Chews 36ct     2 @ 32.99      65.98
      Mfr coupon $5                      -5.00
    Rubber Toy Lg                        14.99
      MEMBER 10%                         -1.50
    ------------------------------------------
    Subtotal                            149.46
    Sales Tax 8.625%                     12.89
    TOTAL         $162.35
    VISA ************4729               162.35
    AUTH 083412  AID A0000000031010
    CHANGE                                0.00
    ------------------------------------------
    Items sold: 4
    You saved $6.50 today!
    Thank you! Returns within 30 days
"""
"""A sale with everything on it; every number, name and place in it is made up."""

"""test_parts: several receipts, slips and coupons on one paper, because nobody cut between them."""

import pytest

from agent.formats import read_paper
from agent.formats.parts import parts_of
from agent.receipt import Kind, Receipt, State
from tests.formats.printed import GENERIC, HOME, lines_of

RECEIPT = """
    BLUEBIRD EXAMPLE CAFE
    1 Example St
    Receipt #: {number}   11/14/2026 12:4{minute}
    Cortado                           4.25
    Croissant                         4.50
    Subtotal                          8.75
    Tax 8%                            0.70
    TOTAL                             9.45
    VISA ****4729                     9.45
    Thank you
"""
SLIP = """
    BLUEBIRD EXAMPLE CAFE
    MERCHANT COPY
    TERMINAL 0091   BATCH 0412
    VISA ****4729   CHIP
    AMOUNT                           $9.45
    APPROVED 074411
"""
COUPON = """
    $5.00 OFF
    your next purchase of $25.00 or more
"""


def sale(number: int) -> str:
    return RECEIPT.format(number=number, minute=number % 10)


def read(*papers: str) -> list[Receipt]:
    return read_paper([line for paper in papers for line in lines_of(paper)], GENERIC, HOME)


def test_two_sales_that_differ_in_number_and_minute_only() -> None:
    first, second = read(sale(42), sale(43))
    assert (first.number, second.number) == ("42", "43")
    assert [receipt.award_base for receipt in (first, second)] == [875, 875]


def test_a_receipt_and_the_merchants_slip() -> None:
    first, second = read(sale(42), SLIP)
    assert (first.state, first.award_base, second.kind, second.state) == (
        State.ACCEPTED,
        875,
        Kind.CARD_SLIP,
        State.NOTED,
    )


def test_a_coupon_below_belongs_to_the_receipt() -> None:
    (receipt,) = read(sale(42), COUPON)
    assert (receipt.state, receipt.award_base, receipt.number) == (State.ACCEPTED, 875, "42")


def test_a_second_one_that_cannot_be_proven_holds_the_paper() -> None:
    (receipt,) = read(sale(42), sale(43).replace("0.70", "0.71").replace("8.75", "8.80"))
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)


def test_the_shops_name_at_the_foot_begins_nothing() -> None:
    (receipt,) = read(sale(42), "    BLUEBIRD EXAMPLE CAFE\n    see you soon")
    assert (receipt.state, receipt.award_base) == (State.ACCEPTED, 875)


@pytest.mark.parametrize("lines", [[], ["", ""], ["=====", "a", "b", "c", "d"] * 2, ["EXAMPLE SHOP"] * 9])
def test_nothing_to_part(lines: list[str]) -> None:
    assert parts_of(lines) == []

"""test_amounts: money as tills write it, and what only looks like it."""

import pytest

from agent.formats.amounts import NumberStyle, currency_of, find_amounts, style_of
from tests.formats.printed import GENERIC

MONEY = GENERIC.money
SYMBOLS = tuple(sorted(MONEY.symbols, key=len, reverse=True))
POINT = NumberStyle(".", 2, SYMBOLS)
COMMA = NumberStyle(",", 2, SYMBOLS)
WHOLE = NumberStyle(".", 0, SYMBOLS)


def paid(line: str, style: NumberStyle = POINT) -> list[int]:
    return [amount.value for amount in find_amounts(line, style) if not amount.unit]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("Dry Food            74.99", [7499]),
        ("TOTAL   $162.35", [16235]),
        ("TOTAL 1,234.56", [123456]),
        ("PapeX trap 1234.56", [123456]),
        ("tax            .60", [60]),
        ("tax           $.60", [60]),
        ("Coupon -1.00", [-100]),
        ("Coupon -$1.00", [-100]),
        ("Coupon $-1.00", [-100]),
        ("Coupon 1.00-", [-100]),
        ("Slippers 11.99-G", [-1199]),
        ("Coupon (1.00)", [-100]),
        ("Coupon ($1.00)", [-100]),
        ("Credit 5.00 CR", [-500]),
        ("Milk 4.50 T", [450]),
        ("Milk 16.90SR", [1690]),
        ("RM      100.00 C", [10000]),
        ("CASH $20", [2000]),
        ("-RM0.02", [-2]),
    ],
)
def test_amounts_are_found_in_every_form(line: str, values: list[int]) -> None:
    assert paid(line) == values


@pytest.mark.parametrize(
    "line",
    [
        "Tel 818.855.1280",
        "SKU 064992501252",
        "Total Items: 6",
        "Sales Tax 8.625%",
        "2 @ 32.99",
        "1.22 lb @ $1.99/lb",
        "2/$8.99",
        "30CM*7.62M",
        "(2.50 each)",
        "version 2.1.0",
        "card 4111.11.11",
    ],
)
def test_other_numbers_are_not_paid(line: str) -> None:
    assert paid(line) == []


def test_a_price_each_is_no_line_amount() -> None:
    assert paid("Dental Chews 36ct  2 @ 32.99      65.98") == [6598]
    assert paid("4 X   8.90  35.60") == [3560]


def test_decimal_comma_and_thousands_point() -> None:
    assert paid("Summe EUR     1.065,00", COMMA) == [106500]
    assert paid("Total       7,80 EUR", COMMA) == [780]


def test_currencies_without_decimals() -> None:
    assert paid("合計          ¥1,914", WHOLE) == [1914]
    assert paid("お釣り            ¥86", WHOLE) == [86]
    assert paid("Total        160.000", WHOLE) == [160000]


@pytest.mark.parametrize(
    ("lines", "decimal", "exponent"),
    [
        (["a 1.50", "b 2.50"], ".", 2),
        (["a 1,50", "b 2,50"], ",", 2),
        (["a \\1,280", "b \\560"], ".", 0),
        (["a 1,234.56"], ".", 2),
        (["a 1.234,56"], ",", 2),
    ],
)
def test_the_paper_shows_its_own_style(lines: list[str], decimal: str, exponent: int) -> None:
    style = style_of(lines, "auto", 2, MONEY.symbols, MONEY.exponents)
    assert (style.decimal, style.exponent) == (decimal, exponent)


def test_the_currency_is_the_one_named_beside_numbers() -> None:
    assert currency_of(["Summe 7,80 EUR", "Bar 10,00 EUR"], MONEY.symbols) == "EUR"
    assert currency_of(["TOTAL $5.00"], MONEY.symbols) is None

"""What clouds call a transaction: a name for ever, nothing negative, payments that add up, what is left of a sale."""

from typing import Any

import pytest

from agent.providers.transaction import (
    Line,
    Payment,
    Reduction,
    from_money,
    lines,
    money,
    national_digits,
    payments,
    receipt_discount,
    reduced,
    reference,
    request_id,
    without,
)
from tests.providers.conformance.facts import fact
from tests.providers.vendor import bought, line


def test_all_facts_of_one_receipt_have_one_reference() -> None:
    one = fact(7)
    assert reference(one) == "store-1-20261114-7-0000abcd0000010000007"
    assert reference({**one, "key": one["key"].replace("/club", "/cards")}) == reference(one)
    assert reference({**one, "key": f"{one['key']}~2"}) == f"{reference(one)}-2"
    assert reference({**one, "receipt": {}}).startswith("store-till1-20261114-none-")
    assert reference(fact(8)) != reference(one)


def test_a_request_is_the_same_for_each_attempt_and_another_for_another_fact() -> None:
    assert request_id(fact(1)) == request_id({**fact(1), "points": 5})
    assert len({request_id(fact(1)), request_id(fact(2)), request_id({**fact(1), "again": 1})}) == 3


@pytest.mark.parametrize(
    ("amount", "exponent", "written"), [(1234, 2, 12.34), (5, 2, 0.05), (1914, 0, 1914.0), (1, 3, 0.001)]
)
def test_money_there_and_back(amount: int, exponent: int, written: float) -> None:
    assert money(amount, exponent) == written
    assert from_money(written, exponent) == amount
    assert from_money(str(written), exponent) == amount


@pytest.mark.parametrize("nonsense", [None, "", "x", [], {}])
def test_what_is_no_money(nonsense: Any) -> None:
    assert from_money(nonsense, 2) is None


def test_a_return_reads_as_what_came_back() -> None:
    articles, reductions = lines(bought(1, line("Kibble", -4000, -2, sku="K"), line("COUPON", 500)))
    assert articles == [Line("Kibble", 2, 4000, "K", 1)]
    assert reductions == [Reduction("COUPON", 500)]


@pytest.mark.parametrize(
    ("tenders", "total", "kept"),
    [
        ([["CASH", 2000]], 1700, [("CASH", 1700)]),
        ([["VISA", 1000], ["CASH", 1000]], 1700, [("VISA", 1000), ("CASH", 700)]),
        ([["CASH", 500], ["CASH", 300]], 100, [("CASH", 100)]),
        ([], 1700, [("OTHER", 1700)]),
        ([["CASH", -1700]], -1700, [("CASH", 1700)]),
        ([[None, 1700]], 1700, [("OTHER", 1700)]),
    ],
)
def test_payments_add_up_to_what_was_paid(tenders: list[Any], total: int, kept: list[tuple[str, int]]) -> None:
    one = {"receipt": {"tenders": tenders, "total": total}}
    assert [(paid.label, paid.amount) for paid in payments(one)] == kept


@pytest.mark.parametrize(
    ("subtotal", "discount", "off"), [(5000, 500, 500), (5500, 500, 0), (5500, None, 0), (5500, 0, 0)]
)
def test_a_discount_of_the_whole_is_told_from_one_that_is_a_line(subtotal: int, discount: int | None, off: int) -> None:
    paper = {"subtotal": subtotal, "discount": discount}
    assert receipt_discount(bought(1, line("Kibble", 5500), receipt=paper)) == off


KIBBLE, BOWLS = Line("Kibble", 1, 4000, "K1", 1), Line("Bowl", 3, 1500, "", 2)


@pytest.mark.parametrize(
    ("back", "left"),
    [
        ([Line("anything", 1, 4000, "K1")], [BOWLS]),
        ([Line("BOWL ", 1, 500)], [KIBBLE, Line("Bowl", 2, 1000, "", 2)]),
        ([Line("bowl", 3, 1500), Line("x", 1, 4000, "K1")], []),
        ([Line("Bowl", 4, 2000)], None),
        ([Line("Leash", 1, 100)], None),
        ([Line("Kibble", 1, 4000, "K2")], None),
    ],
)
def test_what_is_left_of_a_sale(back: list[Line], left: list[Line] | None) -> None:
    assert without([KIBBLE, BOWLS], back) == left


def test_what_was_paid_back_comes_off_the_last_payment_first() -> None:
    paid = [Payment("VISA", 1000), Payment("CASH", 700)]
    assert reduced(paid, 800) == [Payment("VISA", 900)]
    assert reduced(paid, 300) == [Payment("VISA", 1000), Payment("CASH", 400)]
    assert reduced(paid, 1700) == []


def test_national_numbers() -> None:
    assert national_digits("+14155550188", "1") == "4155550188"
    assert national_digits("+442079460000", "1") == "442079460000"

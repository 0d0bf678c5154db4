"""test_item_codes: the product code beside an article, on its line or below, and never a number that is none."""

import pytest

from agent.formats import StoreContext, load_format, read_paper
from tests.formats.printed import SALE, read

GENERIC = load_format("generic")


def codes(*articles: str) -> tuple[str | None, ...]:
    lines = [*articles, "Subtotal   30.00", "Tax   0.00", "TOTAL   30.00", "CASH  30.00"]
    (receipt,) = read_paper(lines, GENERIC, StoreContext())
    assert len(receipt.items) == 2, receipt.items
    return receipt.codes


def test_below_the_article_with_its_label() -> None:
    assert read(SALE).codes == ("064992501252", None, None)


@pytest.mark.parametrize(
    ("article", "code"),
    [
        (("Dog food    10.00", "  SKU: DF-25"), "DF-25"),
        (("Dog food    10.00", "  Art.-Nr. 10442"), "10442"),
        (("064992501252 Dog food    10.00",), "064992501252"),
        (("Dog food 4006381333931    10.00",), "4006381333931"),
        (("Dog food    10.00", "  4006381333931"), "4006381333931"),
        (("Dog food    10.00", "  4006381333932"), None),
        (("Dog food    10.00", "  Serial 12345678901"), None),
        (("Dog food    10.00",), None),
        (("2027 calendar    10.00",), None),
        (("Cod 500g fresh    10.00",), None),
    ],
)
def test_where_a_code_may_stand(article: tuple[str, ...], code: str | None) -> None:
    found = codes(*article, "Cat toy    20.00")
    assert (found or (None, None))[0] == code
    assert (found or (None, None))[1] is None


def test_short_numbers_in_front_count_where_every_article_has_one() -> None:
    assert codes("1044 Dog food    10.00", "2207 Cat toy    20.00") == ("1044", "2207")


def test_a_code_belongs_to_the_article_above_it_only() -> None:
    assert codes("Dog food    10.00", "Cat toy    20.00", "  SKU: CT-1") == (None, "CT-1")

"""test_labels: what the words beside an amount say, and when they may be an article's name."""

import pytest

from agent.formats.labels import what_is_said
from agent.formats.roles import Role
from agent.formats.words import plain
from tests.formats.printed import GENERIC


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Sub-Total:", Role.SUBTOTAL),
        ("TOTAL (EXCLUDING GST):", Role.SUBTOTAL),
        ("TOTAL (INCLUSIVE OF GST):", Role.TOTAL),
        ("Take-Out Total", Role.TOTAL),
        ("Castro Valley Sales Tax", Role.TAX),
        ("TOTAL GST", Role.TAX_TOTAL),
        ("AMOUNT DUE", Role.DUE),
        ("Total Savings", Role.INFO),
        ("Total Items:", Role.INFO),
        ("Total Discount", Role.DISCOUNT_TOTAL),
        ("CASH BACK", Role.CASH_BACK),
        ("Due Customer", Role.CHANGE),
        ("Change Due", Role.CHANGE),
        ("Gift card balance", Role.INFO),
        ("VISA ************4729", Role.TENDER),
        ("Pay By Bank Fee:", Role.FEE),
        ("Suggested tip: 18%", Role.INFO),
        ("RÜCKGELD", Role.CHANGE),
        ("MwSt 19%", Role.TAX),
        ("Umsatz 19% exkl.", Role.SUBTOTAL),
        ("Importe total", Role.TOTAL),
        ("合計", Role.TOTAL),
        ("ｵﾂﾘ", Role.CHANGE),
    ],
)
def test_sure_labels(label: str, role: Role) -> None:
    said = what_is_said(plain(label), GENERIC)
    assert (said.role, said.sure) == (role, True)


@pytest.mark.parametrize("name", ["Tip Top Bread", "Total Cereal", "Cash box", "Coupon book", "Tax guide book"])
def test_names_of_articles_are_never_sure(name: str) -> None:
    said = what_is_said(plain(name), GENERIC)
    assert not said.sure or said.role in (Role.LINE, Role.DISCOUNT)


def test_cashier_is_no_cash_and_spinach_no_ach() -> None:
    assert what_is_said(plain("CASHIER"), GENERIC).role is Role.LINE
    assert what_is_said(plain("Spinach"), GENERIC).role is Role.LINE

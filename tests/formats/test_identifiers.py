"""test_identifiers: the number beside its label, and not the survey's."""

import pytest

from agent.formats.identifiers import find_cashier, find_number, find_original, find_register
from tests.formats.printed import GENERIC


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Receipt #: 200184", "200184"),
        ("Buy #: B-55120    11:08 AM", "B-55120"),
        ("Check 184   Table 9", "184"),
        ("Sale ID: 77120451", "77120451"),
        ("2026  ﾚｼﾞ03  No.008812", "008812"),
        ("PGM  Rg.-Nr.: 42", "42"),
        ("INVOICE NO : 18385/103/T0148", "18385/103/T0148"),
        ("DOC NO.     : CS00012727", "CS00012727"),
        ("Ticket nº: 000123", "000123"),
        ("Bon-Nr. 77", "77"),
    ],
)
def test_number_beside_its_label(line: str, number: str) -> None:
    assert find_number([line], GENERIC) == number


@pytest.mark.parametrize(
    "line",
    ["Survey Code: 0279-4033-2211", "Table No. 5", "Check us out on example.com", "GST Reg. No: 000123", "Item no 5"],
)
def test_other_numbers_are_not_the_receipts(line: str) -> None:
    assert find_number([line], GENERIC) is None


def test_receipt_wins_over_order() -> None:
    assert find_number(["Order 55", "Receipt 99"], GENERIC) == "99"


def test_the_original_sale_is_named_apart() -> None:
    lines = ["Original receipt #: 200184", "Receipt #: 200240"]
    assert find_original(lines, GENERIC) == "200184"
    assert find_number(lines, GENERIC, skip=GENERIC.identifiers.original) == "200240"


def test_register_and_cashier() -> None:
    line = "11/14/2026   Reg 2   Cashier: Dana"
    assert find_register([line], GENERIC) == "2"
    assert find_cashier([line], GENERIC) == "Dana"
    assert find_cashier(["Table 9   Server MAYA   12:31"], GENERIC) == "MAYA"


def test_an_amount_beside_a_word_for_numbers_is_no_number() -> None:
    assert find_number(["Total refund                16.28", "Receipt #: 77"], GENERIC) == "77"
    assert find_number(["Total refund                16.28"], GENERIC) is None


def test_the_own_number_beside_the_original_one() -> None:
    lines = ["Receipt #: 200191   Orig #: 200184"]
    assert find_number(lines, GENERIC, skip=GENERIC.identifiers.original) == "200191"
    assert find_original(lines, GENERIC) == "200184"


@pytest.mark.parametrize(
    ("line", "number", "register", "cashier"),
    [
        ("ST# 3001 OP# 00001234 TE# 12 TR# 04567", "04567", "12", None),
        ("TRANS 0042 REG 02 CSHR 7", "0042", "02", "7"),
        ("Store: 12 Reg: 3 Cashier: 104 Tran: 5512", "5512", "3", "104"),
        ("Rcpt# 55 Opr: 9 Term 4", "55", "4", "9"),
        ("Check #: 12 Server: MAYA Table 9", "12", None, "MAYA"),
        ("Bon 0077 Kasse 1 Bediener 12", "0077", "1", "12"),
        ("Ticket 000123 Caja 2 Cajero: ANA", "000123", "2", "ANA"),
        ("レジ03 No.008812 担当:山田", "008812", "03", "山田"),
        ("영수증번호: 20261114-01-0042  POS: 01  담당: 김", "20261114-01-0042", "01", "김"),
        ("NO. RESI 000123  Kassa: 1  Kasir: Budi", "000123", "1", "Budi"),
    ],
)
def test_number_register_and_cashier_on_one_line(
    line: str, number: str, register: str | None, cashier: str | None
) -> None:
    assert (find_number([line], GENERIC), find_register([line], GENERIC)) == (number, register)
    assert find_cashier([line], GENERIC) == cashier

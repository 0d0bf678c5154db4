"""test_shipped: the formats that come with the product, on receipts laid out as they say; every text is made up."""

from dataclasses import replace

import pytest

from agent.formats import StoreContext, load_format, read_paper
from agent.formats.agreement import contradictions
from agent.formats.format_file import FOLDER, names
from agent.receipt import Item, Receipt, State
from tests.formats.printed import GERMANY, HOME, lines_of

KOREA = StoreContext(country="KR", currency="KRW", exponent=0)

DISPENSARY = """
            EXAMPLE DISPENSARY
       100 Sample Road, Sampletown CA
               555-555-0100
Order #: 100234
11/14/2026 04:42 PM
Cashier: Dana
------------------------------------------------
EXAMPLE - GUMMY - MIDNIGHT BLUE (.10g)
1A4060300000000000000001
Category: Edible
Batch: B-1001
  2 @ 25.00 ea                             50.00
--STAFF                                   -$1.00
EXAMPLE - PRE ROLL (1g)
1A4060300000000000000002
Category: Flower
Batch: B-1002
  1 @ 12.00 ea                             12.00
--CART - $5 OFF ORDER                     -$5.00
------------------------------------------------
Total Items: 3
Total Grams: 4.20
Subtotal:                                 $53.45
Total Discount:                            $7.00
Excise Tax:                                $4.65
Sales Tax:                                 $4.39
Pay By Bank Fee: $0.26
Total:                                    $55.75
Cash:                                     $60.00
Due Customer:                              $4.25
Loyalty Points Earned: 0.96
Starting Allotment: 28.00
** Not opted-into program **
"""
RESTAURANT = """
         Gasthaus Beispiel
    Musterweg 1, 12345 Musterstadt
Rg.-Nr.: 42                  Tisch 7
03.11.2026                  20:15:31
------------------------------------
2 x Pils 0,5            4,20    8,40
1 Schnitzel                    14,90
------------------------------------
Total                    23,30 EUR
Umsatz 19% exkl.              19,58
MwSt 19%                       3,72
BAR                           23,30
Es bediente Sie: Dana
"""
APPROVAL = """
            예시상점
영수증번호: 20261114-0042
거래일시: 2026-11-14 16:01:01
출력일시: 2026-11-14 16:32:18
아메리카노       2      9,000
샌드위치         1     27,500
--------------------------------
공급가액                 33,182
부가세                    3,318
합계                     36,500
현금                     36,500
승인번호: 123456789
[재발행]
"""
CSTORE = """
            EXAMPLE FUEL STOP
----------------------------------------
03/11/2026 04:42 PM
Register: 1  Tran Seq No: 200184
Store No: 79201  1234, Dana
           (CUSTOMER RECEIPT)

I1 COLA 20OZ                       $1.99
I2 CHIPS                           $3.98
----------------------------------------
Sub. Total:                        $5.97
Tax:                               $0.51
Total:                             $6.48
Discount Total:                    $0.00
Cash                              $10.00
Change                             $3.52
Card Num : XXXX8321
Approval: 001234
Point Balance: 120
"""


def read(form: str, text: str, context: StoreContext) -> Receipt:
    (receipt,) = read_paper(lines_of(text), load_format(form), context)
    assert receipt.state is State.ACCEPTED, receipt.reason
    return receipt


def test_a_dispensary() -> None:
    receipt = read("us-dispensary", DISPENSARY, HOME)
    assert (receipt.award_base, receipt.discount, receipt.tax, receipt.fees, receipt.total) == (
        4645,
        700,
        904,
        26,
        5575,
    )
    assert receipt.items[1] == Item("EXAMPLE - PRE ROLL (1g)", 1, 1200)
    assert receipt.items[0].quantity == 2
    assert not any("Batch" in item.text for item in receipt.items)
    assert (receipt.number, receipt.change) == ("100234", 425)


def test_a_german_restaurant() -> None:
    receipt = read("de-restaurant", RESTAURANT, replace(GERMANY, date_order="auto"))
    assert (receipt.award_base, receipt.tax, receipt.total, receipt.number) == (1958, 372, 2330, "42")
    assert receipt.date
    assert (receipt.date.day, receipt.date.month) == (3, 11)
    assert receipt.cashier == "Dana"


def test_a_korean_approval_slip() -> None:
    receipt = read("kr-approval", APPROVAL, KOREA)
    assert (receipt.award_base, receipt.tax, receipt.total) == (33182, 3318, 36500)
    assert (receipt.number, receipt.reprint) == ("20261114-0042", True)
    assert receipt.date
    assert receipt.date.hour == 16
    assert receipt.date.minute == 1


def test_a_convenience_store() -> None:
    receipt = read("us-cstore", CSTORE, HOME)
    assert (receipt.award_base, receipt.total, receipt.change) == (597, 648, 352)
    assert receipt.items == (Item("COLA 20OZ", 1, 199), Item("CHIPS", 2, 398))
    assert (receipt.number, receipt.register, receipt.cashier) == ("200184", "1", "Dana")
    assert receipt.date
    assert (receipt.date.month, receipt.date.day) == (3, 11)


@pytest.mark.parametrize("name", [name for name in names(FOLDER) if name != "generic"])
def test_each_says_what_it_was_drawn_from_and_that_no_shop_has_used_it(name: str) -> None:
    form = load_format(name)
    assert form.name == name
    assert form.drawn_from
    assert form.seen_in_service is False


def test_settings_that_contradict_a_format_are_named() -> None:
    said = list(contradictions(load_format("de-restaurant"), StoreContext(currency="USD", date_order="mdy")))
    assert len(said) == 2
    assert "store.date_order is mdy" in said[0]
    assert "prints EUR, but store.currency is USD" in said[1]
    assert list(contradictions(load_format("de-restaurant"), GERMANY)) == []
    assert "decimals" in next(contradictions(load_format("generic"), StoreContext(currency="JPY")))

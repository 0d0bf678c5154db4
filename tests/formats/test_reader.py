"""test_reader: whole receipts with the traps of real tills; every one made up."""

import dataclasses

import pytest

from agent.formats import StoreContext, read_paper
from agent.receipt import Item, Kind, State
from tests.formats.printed import CANADA, GENERIC, GERMANY, HOME, SALE, read


def test_a_sale_in_full() -> None:
    receipt = read(SALE)
    assert (receipt.kind, receipt.state, receipt.reason) == (Kind.SALE, State.ACCEPTED, "")
    assert (receipt.number, receipt.register, receipt.cashier) == ("200184", "2", "Dana")
    assert (receipt.subtotal, receipt.tax, receipt.total, receipt.discount) == (14946, 1289, 16235, 650)
    assert (receipt.award_base, receipt.change, receipt.tenders) == (14946, 0, (("VISA", 16235),))
    assert (receipt.phone, receipt.name) == ("4155550188", "PAT EXAMPLE")
    assert receipt.items == (
        Item("Dry Food 25lb", 1, 7499),
        Item("Dental Chews 36ct", 2, 6598),
        Item("Rubber Toy Lg", 1, 1499),
    )


def test_every_proof_adds_up() -> None:
    for relation in read(SALE).proof:
        assert abs(sum(relation.parts) - relation.whole) <= relation.tolerance


def test_a_wrapped_line_keeps_its_amount() -> None:
    narrow = SALE.replace("Dental Chews 36ct     2 @ 32.99      65.98", "Dental Chews 36ct  2 @ 32.99\n    65.98")
    assert read(narrow).items[1] == Item("Dental Chews 36ct", 2, 6598)


@pytest.mark.parametrize(
    ("printed", "wrong", "words"),
    [
        ("14.99", "14.98", "lines do not add up"),
        ("149.46", "149.47", "two sums|lines"),
        ("TOTAL         $162.35", "TOTAL         $162.36", ""),
        ("VISA ************4729               162.35", "VISA ************4729               162.34", "payments"),
        ("CHANGE                                0.00", "CHANGE                                0.01", "payments"),
    ],
)
def test_a_receipt_that_does_not_add_up_is_held(printed: str, wrong: str, words: str) -> None:
    receipt = read(SALE.replace(printed, wrong))
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)
    assert any(word in receipt.reason for word in words.split("|"))


def test_a_subtotal_before_the_discount() -> None:
    receipt = read("""
        Shirt                          20.00
        Socks                          10.00
        Subtotal                       30.00
        Discount 10%                   -3.00
        Tax 8%                          2.16
        Total                          29.16
        Visa                           29.16
    """)
    assert (receipt.state, receipt.subtotal, receipt.discount, receipt.award_base) == (
        State.ACCEPTED,
        2700,
        300,
        2700,
    )


def test_a_discount_per_piece_a_fee_and_change_called_due_customer() -> None:
    receipt = read("""
        Customer:: 12345
        EXAMPLE GUMMIES MIDNIGHT (.10g)
          2 @ 25.00 ea                   50.00
        --HOUSE DEAL                    -$1.00
        --CART - $5 OFF ORDER           -$5.00
        Total Items: 2
        Total Grams: 4.20
        Subtotal                        $45.66
        Total Discount                  -$7.00
        Tax                              $4.34
        Pay By Bank Fee:                 $0.26
        Total                           $43.26
        Cash                            $50.00
        Due Customer                     $6.74
        Loyalty Points Earned: 0.96
    """)
    assert receipt.state is State.ACCEPTED
    assert (receipt.subtotal, receipt.discount, receipt.tax, receipt.fees) == (3866, 700, 434, 26)
    assert (receipt.total, receipt.change, receipt.award_base) == (4326, 674, 3866)


def test_prices_with_tax_inside_and_a_tax_table() -> None:
    receipt = read(
        """
        Beleg-Nr.: 2026-00417   14.11.2026 10:12
        2 x Flat White 4,20               8,40 A
        1 Franzbrötchen                   2,90 B
        SUMME EUR                        11,30
        BAR                              20,00
        RÜCKGELD                          8,70
        A 19%  Netto 7,06  MwSt 1,34  Brutto 8,40
        B  7%  Netto 2,71  MwSt 0,19  Brutto 2,90
        """,
        GERMANY,
    )
    assert receipt.state is State.ACCEPTED
    assert (receipt.total, receipt.tax, receipt.subtotal, receipt.award_base) == (1130, 153, 977, 977)
    assert (receipt.currency, receipt.number, receipt.change) == ("EUR", "2026-00417", 870)
    assert receipt.items[0] == Item("Flat White", 2, 840)


def test_an_included_tax_is_proven_by_its_rate() -> None:
    paid = "EXAMPLE TOY    4.50\nTOTAL    4.50\nEFTPOS    4.50\nGST 10% INCLUDED IN TOTAL    {}"
    australia = StoreContext(country="AU", currency="AUD")
    assert read(paid.format("0.41"), australia).award_base == 409
    assert read(paid.format("0.42"), australia).state is State.HELD


def test_included_tax_without_its_amount_is_held() -> None:
    receipt = read("Toy   4.50\nTOTAL   4.50\nCASH   4.50\nAll prices include GST")
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)
    assert "does not say how much" in receipt.reason


def test_no_tax_line_where_prices_always_include_tax() -> None:
    receipt = read("Brot   4,50\nSUMME   4,50\nBAR   4,50", GERMANY)
    assert (receipt.state, receipt.total) == (State.HELD, 450)


def test_yen_in_half_width_katakana() -> None:
    receipt = read("""
        2026/11/14 18:05  ﾚｼﾞ03  No.008812
        ﾄﾞｯｸﾞﾌｰﾄﾞ                           ¥1,280
        ｵﾔﾂ  2ｺ                               ¥560
        ﾈﾋﾞｷ                                 -¥100
        ｼｮｳｹｲ                               ¥1,740
        ｼｮｳﾋｾﾞｲ 10%                           ¥174
        ｺﾞｳｹｲ          ¥1,914
        ｵｱｽﾞｶﾘ                              ¥2,000
        ｵﾂﾘ                                    ¥86
    """)
    assert (receipt.state, receipt.exponent, receipt.currency) == (State.ACCEPTED, 0, "JPY")
    assert (receipt.subtotal, receipt.tax, receipt.total, receipt.change) == (1740, 174, 1914, 86)
    assert (receipt.number, receipt.discount) == ("008812", 100)


def test_won_with_the_supply_value() -> None:
    korea = StoreContext(country="KR", currency="KRW", exponent=0)
    receipt = read("아메리카노    36,500\n공급가액    33,183\n부가세    3,317\n합계    36,500\n현금    36,500", korea)
    assert (receipt.state, receipt.award_base, receipt.tax) == (State.ACCEPTED, 33183, 3317)


def test_a_return_in_negative_amounts() -> None:
    receipt = read("""
        RETURN RECEIPT
        Receipt #: 200240
        Original receipt #: 200184
        Rubber Toy Lg                       -14.99
          MEMBER 10%                          1.50
        Subtotal                            -13.49
        Sales Tax 8.625%                     -1.16
        REFUND TOTAL                        -14.65
        VISA ************4729               -14.65
    """)
    assert (receipt.kind, receipt.state, receipt.number, receipt.original) == (
        Kind.RETURN,
        State.ACCEPTED,
        "200240",
        "200184",
    )
    assert (receipt.subtotal, receipt.tax, receipt.total, receipt.award_base) == (-1349, -116, -1465, -1349)
    assert (receipt.tenders, receipt.discount) == ((("VISA", -1465),), 150)
    assert receipt.items == (Item("Rubber Toy Lg", 1, -1499),)


def test_a_return_in_positive_amounts() -> None:
    receipt = read("""
        *** REFUND ***
        Receipt #: 200241
        Orig. Receipt: 200184
        Rubber Toy Lg                        14.99
        Subtotal                             14.99
        Sales Tax 8.625%                      1.29
        TOTAL REFUND                         16.28
        CASH REFUND                          16.28
    """)
    assert (receipt.kind, receipt.original) == (Kind.RETURN, "200184")
    assert (receipt.subtotal, receipt.tax, receipt.total, receipt.award_base) == (-1499, -129, -1628, -1499)


def test_an_exchange() -> None:
    receipt = read("""
        Return Sweater               -30.00
        Jacket                        50.00
        SUBTOTAL                      20.00
        TAX 8%                         1.60
        TOTAL                         21.60
        VISA                          21.60
    """)
    assert (receipt.kind, receipt.award_base) == (Kind.EXCHANGE, 2000)


def test_a_buy_pays_the_customer() -> None:
    receipt = read("""
        BUY TICKET
        Buy #: B-55120    11/14/2026 11:08 AM
        Seller: J EXAMPLE   Ph: 415-555-0119
        3 WOMENS TOPS                        18.00
        1 JEANS                              14.50
        2 SHOES                              21.00
        BUY TOTAL                           $53.50
        PAID OUT CASH                        53.50
    """)
    assert (receipt.kind, receipt.state, receipt.total, receipt.award_base) == (Kind.BUY, State.ACCEPTED, 5350, 5350)
    assert (receipt.tenders, receipt.phone) == ((("CASH PAID OUT", -5350),), "4155550119")


def test_split_tender_with_a_tip_behind_the_total() -> None:
    receipt = read("""
        Check 184   Table 9   Server MAYA   11/14/2026 12:44 PM
        2 Cortado                             8.50
           Oat milk                           1.50
        1 Almond croissant                    4.50
        Subtotal                             14.50
        Tax 8%                                1.16
        TOTAL                                15.66
        Tip                                   3.00
        GRAND TOTAL                          18.66
        MASTERCARD XXXXXXXXXXXX5555           8.66
        CASH                                 10.00
    """)
    assert (receipt.state, receipt.total, receipt.tip, receipt.award_base) == (State.ACCEPTED, 1866, 300, 1450)
    assert receipt.tenders == (("MASTERCARD", 866), ("CASH", 1000))


def test_store_credit_gift_card_points_and_another_balance() -> None:
    receipt = read("""
        Receipt #: 200190
        Member: (415) 555-0177
        Dry Food 25lb                        74.99
          Reward $10 off                    -10.00
        Subtotal                             64.99
        Sales Tax 8.625%                      5.61
        TOTAL                                70.60
        STORE CREDIT                         20.00
        GIFT CARD ************1234           30.00
        VISA ************4729                20.60
        Gift card balance                    12.50
        Points redeemed: 100  Balance: 250
    """)
    assert (receipt.state, receipt.award_base, receipt.discount) == (State.ACCEPTED, 6499, 1000)
    assert receipt.tenders == (("STORE CREDIT", 2000), ("GIFT CARD", 3000), ("VISA", 2060))


def test_suggested_tips_are_no_tip() -> None:
    receipt = read("""
        Cortado                    8.50
        Subtotal                   8.50
        Tax                        0.68
        Total                      9.18
        Suggested Gratuity:
        15% 1.28
        18% 1.53
        20% 1.70
    """)
    assert (receipt.state, receipt.tip, receipt.total) == (State.ACCEPTED, None, 918)


def test_a_card_slip_glued_below_with_a_second_total() -> None:
    slip = "TERMINAL 0091\nVISA ****4729\nAMOUNT   $5.93\nTIP   1.00\nTOTAL   $6.93\nAPPROVED 012345"
    receipt = read("Receipt 5512\nMilk   5.49\nSUBTOTAL   5.49\nTAX 8%   0.44\nTOTAL   5.93\nVISA   5.93\n" + slip)
    assert (receipt.state, receipt.award_base, receipt.number) == (State.ACCEPTED, 549, "5512")


def test_cash_rounded_to_the_smallest_coin() -> None:
    paper = "Milk   5.49\nBread   4.69\nSUBTOTAL   10.18\nGST 5%   0.51\nTOTAL   10.69\nCASH   20.00\nCHANGE   9.30"
    assert read(paper, CANADA).award_base == 1018
    assert read(paper, HOME).state is State.HELD


def test_a_printed_rounding_belongs_to_the_total() -> None:
    receipt = read(
        "Tea   7.90\nSUB-TOTAL   7.90\n6% GST   0.47\nROUNDING   -0.02\nTOTAL   8.35\nCASH   10.50\nCHANGE   2.15"
    )
    assert (receipt.state, receipt.total, receipt.award_base) == (State.ACCEPTED, 835, 790)


def test_cash_back_is_given_on_top() -> None:
    receipt = read("Milk   5.49\nSUBTOTAL   5.49\nTAX   0.00\nTOTAL   5.49\nDEBIT   25.49\nCASH BACK   20.00")
    assert (receipt.state, receipt.award_base) == (State.ACCEPTED, 549)


def test_a_deposit_does_not_pay_the_total() -> None:
    receipt = read("Lamp   100.00\nTOTAL   100.00\nDEPOSIT PAID   20.00\nBALANCE DUE   80.00")
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)


def test_articles_named_like_sums_stay_articles() -> None:
    receipt = read("""
        Tip Top Bread                3.99
        Total Cereal                 4.49
        VISA Gift card              25.00
        Cash box                    10.00
        Coupon book                  5.00
        Subtotal                    48.48
        Tax                          1.50
        TOTAL                       49.98
        CASH                        50.00
        CHANGE                       0.02
    """)
    assert (receipt.state, receipt.award_base, len(receipt.items)) == (State.ACCEPTED, 4848, 5)


def test_an_article_named_like_a_tax_is_never_taken_for_one() -> None:
    receipt = read("ALV mango drink   3.00\nBread   2.00\nSUBTOTAL   5.00\nTOTAL   5.00\nCASH   5.00")
    assert (receipt.state, receipt.award_base, receipt.tax) == (State.ACCEPTED, 500, 0)
    last = read("Bread   2.00\nVAT free drink   3.00\nTOTAL   5.00\nCASH   5.00")
    assert last.award_base in (0, 500)


def test_a_total_that_nothing_proves_is_held() -> None:
    receipt = read("EXAMPLE CAFE\nTOTAL   9.18")
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)


def test_two_totals_that_exclude_each_other_are_held() -> None:
    receipt = read("Toy   10.00\nTOTAL   10.00\nTOTAL   12.00\nCASH   12.00")
    assert receipt.state is State.HELD


def test_unknown_words_are_held_and_not_dropped() -> None:
    receipt = read("??? ???      1,280.00\n????      560.00\n?????    1,840.00\n???   2,000.00\n??   160.00")
    assert receipt.state is State.HELD


def test_doubts_from_the_steps_before_force_holding() -> None:
    receipt = read(SALE, suspicions=["bytes of this job are missing: tap killed"])
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)
    assert "missing" in receipt.reason
    assert receipt.total == 16235


def test_nothing_printed_and_only_pictures() -> None:
    assert read_paper([], GENERIC, HOME) == []
    assert read_paper(["", "-----", "   "], GENERIC, HOME) == []
    (pictures,) = read_paper([], GENERIC, HOME, pictures=2)
    assert (pictures.state, pictures.reason) == (State.HELD, "it prints pictures, not text")


def test_kinds_that_never_earn_keep_their_amounts_even_when_they_do_not_add_up() -> None:
    receipt = read("VOID\n" + SALE.replace("149.46", "150.00"))
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.VOID, State.NOTED, 0)
    assert receipt.total == 16235


def test_a_placeholder_customer_is_nobody() -> None:
    nobody = dataclasses.replace(HOME, nobody=("No Name",))
    assert read(SALE.replace("PAT EXAMPLE", "No Name"), nobody).name is None


@pytest.mark.parametrize(
    "payment", ["Cash                          -53.50", "Cash paid to customer          53.50", "Cash paid out  53.50"]
)
def test_a_payment_to_the_customer_without_a_word_why_is_held(payment: str) -> None:
    receipt = read(f"""
        Used set                       53.50
        Subtotal                       53.50
        Total                          53.50
        {payment}
    """)
    assert receipt.state is not State.ACCEPTED or receipt.kind is not Kind.SALE
    assert receipt.award_base == 0


def test_a_till_that_prints_what_it_takes_in_with_a_minus_still_sells() -> None:
    receipt = read("""
        Stapler                         7.30
        Tax 8%                          0.58
        Total                           7.88
        Cash                          -10.00
        Change                          2.12
    """)
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.ACCEPTED, 730)

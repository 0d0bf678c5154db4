"""test_kinds: what kind of paper it is, by titles that stand alone and by what is on it."""

import pytest

from agent.receipt import Kind, State
from tests.formats.printed import SALE, read

BODY = """
Receipt #: 5512   11/14/2026 9:00 AM
Toy                              10.00
Subtotal                         10.00
Tax 8%                            0.80
TOTAL                            10.80
"""
PAID = BODY + "VISA ****4729                    10.80\n"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("***** VOID *****", Kind.VOID),
        ("TRANSACTION VOIDED - NO SALE", Kind.VOID),
        ("STORNO", Kind.VOID),
        ("** TRAINING MODE **", Kind.TRAINING),
        ("GUEST CHECK - NOT A RECEIPT", Kind.PRECHECK),
        ("PRO FORMA", Kind.PRECHECK),
        ("*** Unpaid ***", Kind.PRECHECK),
        ("ZWISCHENRECHNUNG", Kind.PRECHECK),
        ("QUOTE", Kind.QUOTE),
        ("PRESUPUESTO", Kind.QUOTE),
        ("Z REPORT #0412", Kind.Z_REPORT),
        ("X-READING", Kind.X_REPORT),
        ("KITCHEN COPY", Kind.KITCHEN),
    ],
)
def test_titles_that_never_earn(title: str, kind: Kind) -> None:
    receipt = read(title + BODY)
    assert (receipt.kind, receipt.state, receipt.award_base) == (kind, State.NOTED, 0)
    assert receipt.total == 1080


def test_a_void_at_the_foot_counts_as_well() -> None:
    assert read(BODY + "TRANSACTION VOIDED - NO SALE").kind is Kind.VOID


@pytest.mark.parametrize(
    "footer",
    [
        "NO REFUNDS",
        "RETURNS",
        "REFUND / EXCHANGE",
        "EXCHANGE",
        "Returns within 30 days",
        "No refund no exchange without receipt",
        "Training classes every Saturday",
        "Ask for a gift receipt",
        "Get a free quote today",
    ],
)
def test_small_print_does_not_change_a_sale(footer: str) -> None:
    receipt = read(PAID + footer)
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.ACCEPTED, 1000)


def test_an_article_named_like_a_title_is_an_article() -> None:
    receipt = read(SALE.replace("Rubber Toy Lg       ", "Void training pads  "))
    assert (receipt.kind, receipt.state) == (Kind.SALE, State.ACCEPTED)


def test_a_voided_line_is_no_voided_sale() -> None:
    receipt = read("""
        Toy                              10.00
        Ball                              5.00
        ** VOID **
        Ball                             -5.00
        Subtotal                         10.00
        Tax 8%                            0.80
        TOTAL                            10.80
        CASH                             10.80
    """)
    assert (receipt.kind, receipt.award_base) == (Kind.SALE, 1000)


def test_a_check_that_shows_a_payment_is_asked_about() -> None:
    receipt = read("GUEST CHECK - NOT A RECEIPT" + PAID)
    assert (receipt.kind, receipt.state) == (Kind.SALE, State.HELD)
    assert "before payment" in receipt.reason


def test_a_card_slip_has_no_articles() -> None:
    receipt = read("""
        BLUEBIRD EXAMPLE CAFE
        MERCHANT COPY
        TERMINAL 0091   BATCH 0412
        11/14/2026 12:43:51
        MASTERCARD  XXXXXXXXXXXX5555  CHIP
        AMOUNT                               $8.66
        TIP                                _______
        TOTAL                              _______
        APPROVED 074411
    """)
    assert (receipt.kind, receipt.state, receipt.number, receipt.total) == (Kind.CARD_SLIP, State.NOTED, None, 866)


def test_a_receipt_with_a_copy_line_stays_a_sale() -> None:
    assert read(PAID + "CUSTOMER COPY\nAPPROVED 012345\nAID A0000000031010").kind is Kind.SALE


def test_a_kitchen_ticket_without_prices() -> None:
    receipt = read("Order 184   Table 9   12:05\n2 Cortado\n   Oat milk\n1 Almond croissant")
    assert (receipt.kind, receipt.state) == (Kind.KITCHEN, State.NOTED)


def test_no_sale_and_coupon() -> None:
    assert read("11/14/2026 Reg 1\nNO SALE\nDRAWER OPENED").kind is Kind.NO_SALE
    assert read("$5.00 OFF\nyour next purchase of $25.00 or more").state is State.NOTED


@pytest.mark.parametrize("mark", ["DUPLICATE RECEIPT", "*** REPRINT ***", "Reprint #: 2", "KOPIE", "Copy of Receipt"])
def test_reprint_is_a_flag_only(mark: str) -> None:
    receipt = read(mark + PAID)
    assert receipt.reprint
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.ACCEPTED, 1000)


def test_a_customer_copy_is_no_reprint() -> None:
    assert not read(PAID + "CUSTOMER COPY").reprint


def test_money_paid_out_of_the_drawer_is_no_sale() -> None:
    receipt = read("PAID OUT\nWindow cleaner      20.00\nTOTAL      20.00\nCASH      20.00")
    assert (receipt.kind, receipt.state) == (Kind.OTHER, State.NOTED)


def test_a_title_in_a_column_of_its_own() -> None:
    receipt = read("""
        X REPORT          Reg 1
        Gross sales                   4852.85
        Net sales                     4836.57
        Cash                          1200.00
        Card                          3636.57
    """)
    assert (receipt.kind, receipt.state) == (Kind.X_REPORT, State.NOTED)


CHECK = """
BLUEBIRD EXAMPLE CAFE
Server: MAYA     Table 9     Guests: 2
Check 184        11/14/2026 12:31 PM
2 Cortado                         8.50
1 Almond croissant                4.50
Subtotal                         13.00
Tax 8%                            1.04
Total                            14.04
"""


@pytest.mark.parametrize("owed", ["Balance Due    14.04", "PLEASE PAY THIS AMOUNT   14.04", "Balance owed   14.04"])
def test_a_check_that_is_still_owed_is_no_sale(owed: str) -> None:
    receipt = read(CHECK + owed)
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.PRECHECK, State.NOTED, 0)
    assert (receipt.subtotal, receipt.tax, receipt.total) == (1300, 104, 1404)


@pytest.mark.parametrize("paid", ["VISA ****4729   14.04", "CASH   20.00\nCHANGE   5.96", "Gift Card   14.04"])
def test_the_same_check_paid_is_a_sale(paid: str) -> None:
    receipt = read(f"{CHECK}Balance Due    14.04\n{paid}")
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.ACCEPTED, 1300)


@pytest.mark.parametrize("paid", ["SQUIGGLE PAY   14.04", "APPROVED 012345\nAUTH CODE 77\nAID A0000000031010"])
def test_a_check_that_may_have_been_paid_is_asked_about(paid: str) -> None:
    receipt = read(f"{CHECK}Balance Due    14.04\n{paid}")
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.HELD, 0)


def test_nothing_owed_any_more_is_a_sale() -> None:
    assert read(f"{CHECK}VISA   14.04\nBalance Due   0.00").state is State.ACCEPTED


def test_an_invoice_that_is_still_owed_is_asked_about() -> None:
    receipt = read(
        "INVOICE 5512\nLamp   100.00\nSubtotal   100.00\nTax 8%   8.00\nTotal   108.00\nBalance due   108.00"
    )
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.HELD, 0)
    assert "owed" in receipt.reason


def test_order_and_ticket_numbers_on_one_line_are_no_order_ticket() -> None:
    receipt = read("Order #004-864\tTicket #35\n" + BODY)
    assert (receipt.kind, receipt.state) == (Kind.SALE, State.ACCEPTED)


def test_a_card_slip_that_calls_its_amount_a_subtotal() -> None:
    receipt = read("""
        Card Type: Visa
        Acct #: XXXXXXXXXXXX1779
        Auth Code: 08116C
        Subtotal:                        22.70
        Tip:                  ________________
        Total                 ________________
        I agree to pay above total
        Customer Copy
    """)
    assert (receipt.kind, receipt.state) == (Kind.CARD_SLIP, State.NOTED)


def test_a_suspended_sale_is_no_sale() -> None:
    receipt = read("SALE SUSPENDED\nTransaction 75   11/14/2026 9:40 AM" + BODY)
    assert (receipt.kind, receipt.state) == (Kind.PRECHECK, State.NOTED)


def test_a_resumed_sale_has_its_own_number_and_time() -> None:
    receipt = read("""
        *** TRANS'N RESUMED ***
        TRANSACTION #: 75   11/14/2026 09:40
        Lamp                              20.00
        SUBTOTAL                          20.00
        GST 5%                             1.00
        TOTAL                             21.00
        VISA                              21.00
        TRANS #: 78  REG 3  11/14/2026 10:05
    """)
    assert (receipt.kind, receipt.state, receipt.award_base) == (Kind.SALE, State.ACCEPTED, 2000)
    assert (receipt.number, receipt.date and receipt.date.hour) == ("78", 10)


def test_a_resumed_sale_with_one_number_keeps_it() -> None:
    assert read("SALE RESUMED\nTRANS #: 78\n" + PAID.replace("Receipt #: 5512", "")).number == "78"


def test_a_gift_receipt_and_a_layaway_deposit_earn_nothing() -> None:
    assert read("GIFT RECEIPT\nReceipt 5512\nToy\nBall").state is State.NOTED
    layaway = read("LAYAWAY 77\nLamp   100.00\nTOTAL   100.00\nDEPOSIT PAID   20.00\nBALANCE DUE   80.00")
    assert (layaway.state, layaway.award_base) == (State.HELD, 0)

"""Points: bases, rates by day, rounding, exclusions, what returns take back, and why there is nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.awards import (
    NO_CUSTOMER,
    Award,
    Cause,
    GivenAward,
    NoAward,
    already_counted,
    decide,
    fact_body,
    fact_key,
)
from agent.awards.base import Base, NoBase, count, share_out
from agent.awards.goods import holds
from agent.money import floor_points
from agent.providers import Call
from agent.receipt import Item, Kind, Receipt, State
from agent.settings import Programme, Rate, Store

DAY = date(2026, 11, 14)
STORE = Store()
GOODS = (Item("Dog food 25lb", 1, 7499), Item("Dental chews", 2, 6598), Item("Rubber ball", 1, 1499))


def programme(**fields: Any) -> Programme:
    return Programme(provider="cloud", **fields)


def receipt(kind: Kind = Kind.SALE, base: int = 14946, **fields: Any) -> Receipt:
    return Receipt(kind=kind, state=State.ACCEPTED, award_base=base, **fields)


PET_SALE = receipt(subtotal=14946, discount=650, tax=1289, total=16235, items=GOODS, tenders=(("VISA", 16235),))


def decided(paper: Receipt, earlier: GivenAward | None = None, day: date = DAY, **fields: Any) -> Award | NoAward:
    return decide(paper, "club", programme(**fields), day, earlier, STORE)


def points(paper: Receipt, earlier: GivenAward | None = None, day: date = DAY, **fields: Any) -> int:
    award = decided(paper, earlier, day, **fields)
    assert isinstance(award, Award), award
    return award.points


def cause(paper: Receipt, earlier: GivenAward | None = None, day: date = DAY, **fields: Any) -> Cause:
    answer = decided(paper, earlier, day, **fields)
    assert isinstance(answer, NoAward), answer
    assert answer.why
    return answer.cause


class TestBases:
    @pytest.mark.parametrize(
        ("base", "amount"),
        [
            ("pre_tax_after_discount", 14946),
            ("pre_tax_before_discount", 15596),
            ("with_tax_after_discount", 16235),
            ("category", 7499),
            ("line_net", 14946),
        ],
    )
    def test_each_on_one_receipt(self, base: str, amount: int) -> None:
        award = decided(PET_SALE, base=base, categories=("food",))
        assert isinstance(award, Award)
        assert award.base == amount
        assert award.points == amount // 100

    def test_with_tax_leaves_out_tip_and_fees(self) -> None:
        bar = receipt(base=4000, tax=320, fees=150, tip=800, total=5270)
        assert points(bar, base="with_tax_after_discount") == 43

    def test_55_less_5_gives_50_or_55(self) -> None:
        sale = receipt(base=5000, discount=500, subtotal=5000, total=5000)
        assert points(sale) == 50
        assert points(sale, base="pre_tax_before_discount") == 55

    @pytest.mark.parametrize("base", ["category", "line_net"])
    def test_lines_that_do_not_add_up_are_held(self, base: str) -> None:
        short = receipt(items=GOODS[:2], discount=650, total=16235)
        assert cause(short, base=base, categories=("food",)) is Cause.HELD

    def test_category_without_any_such_line_gives_nothing(self) -> None:
        assert cause(PET_SALE, base="category", categories=("aquarium",)) is Cause.TOO_SMALL

    def test_category_takes_a_line_discount_off_its_line(self) -> None:
        lines = (Item("Dog food", 2, 1000), Item("Member saving", 1, -200), Item("Rubber ball", 1, 500))
        assert count(receipt(base=1300, items=lines), programme(base="category", categories=("food",))) == Base(
            800, (800,)
        )

    def test_category_of_prices_with_tax_in_them_is_counted_without(self) -> None:
        lines = (Item("Dog food", 1, 1190), Item("Rubber ball", 1, 1190))
        sale = receipt(base=2000, tax=380, total=2380, items=lines)
        assert count(sale, programme(base="category", categories=("food",))) == Base(1000, (1000,))

    @pytest.mark.parametrize(("discount", "net"), [(0, 2000), (200, 1800)])
    def test_so_are_lines_before_or_after_a_discount(self, discount: int, net: int) -> None:
        """Two lines of 11.90 with 19 % in them, 2.00 taken off before tax or not at all."""
        lines = (Item("Dog food", 1, 1190), Item("Rubber ball", 1, 1190))
        sale = receipt(base=net, discount=discount, tax=380, total=net + 380, items=lines)
        assert count(sale, programme(base="line_net")) == Base(net, (net // 2, net // 2))

    def test_lines_after_the_discount_prove_the_receipt_too(self) -> None:
        lines = (Item("Dog food", 1, 1200), Item("Rubber ball", 1, 600))
        sale = receipt(base=1800, discount=200, tax=145, total=1945, items=lines)
        assert count(sale, programme(base="line_net")) == Base(1800, (1200, 600))
        with_tax = receipt(base=1655, discount=200, tax=145, total=1800, items=lines)
        assert count(with_tax, programme(base="category", categories=("food",))) == Base(1103, (1103,))

    def test_a_coupon_bigger_than_the_line_above_it_eats_further_up(self) -> None:
        lines = (Item("Dog food", 1, 1000), Item("Rubber ball", 1, 300), Item("Coupon", 1, -500), Item("Leash", 1, 700))
        assert count(receipt(base=1500, items=lines), programme(base="line_net")) == Base(1500, (800, 0, 700))

    def test_line_net_shares_the_discount_out_to_the_cent(self) -> None:
        counted = count(PET_SALE, programme(base="line_net"))
        assert isinstance(counted, Base)
        assert sum(counted.lines) == counted.amount == 14946
        assert counted.lines == (7186, 6323, 1437)


class TestRounding:
    def test_down_once(self) -> None:
        assert points(receipt(base=1999)) == 19

    def test_one_point_per_ten(self) -> None:
        assert points(receipt(base=1999), rates=(Rate(sale=Decimal("0.1")),)) == 1

    def test_per_line_gives_less(self) -> None:
        lines = (Item("a", 1, 199), Item("b", 1, 199), Item("c", 1, 199))
        sale = receipt(base=597, items=lines)
        assert points(sale) == 5
        assert points(sale, rounding="floor_per_line") == 3

    def test_per_line_without_lines_is_held(self) -> None:
        assert cause(receipt(base=597), rounding="floor_per_line") is Cause.HELD

    def test_a_currency_without_decimals(self) -> None:
        assert points(receipt(base=1914, exponent=0), rates=(Rate(sale=Decimal("0.01")),)) == 19

    @given(base=some.integers(0, 10**9), rate=some.decimals(0, 1000, places=4))
    def test_never_more_than_the_exact_product(self, base: int, rate: Decimal) -> None:
        given_points = floor_points(base, 2, rate)
        exact = Decimal(base) * rate / 100
        assert given_points <= exact < given_points + 1

    @given(amount=some.integers(0, 10**9), weights=some.lists(some.integers(0, 10**7), min_size=1))
    def test_shares_add_up(self, amount: int, weights: list[int]) -> None:
        shares = share_out(amount, weights)
        assert sum(shares) == (amount if sum(weights) else 0)
        assert all(share >= 0 for share in shares)


class TestRates:
    RATES = (
        Rate(since=date(2026, 11, 1), sale=Decimal(2), buy=Decimal("0.5")),
        Rate(since=date(2026, 1, 1), sale=Decimal(1)),
    )

    @pytest.mark.parametrize(
        ("day", "expected"), [(date(2026, 10, 31), 100), (date(2026, 11, 1), 200), (date(2026, 12, 24), 200)]
    )
    def test_the_receipts_own_day_decides(self, day: date, expected: int) -> None:
        assert points(receipt(base=10000), day=day, rates=self.RATES) == expected

    def test_before_the_first_rate_there_is_none(self) -> None:
        assert cause(receipt(), day=date(2025, 12, 31), rates=self.RATES) is Cause.NO_RATE

    def test_a_buy_has_its_own(self) -> None:
        buy = receipt(Kind.BUY, 5350, total=5350, tenders=(("CASH PAID OUT", -5350),))
        assert points(buy, rates=self.RATES) == 26
        assert cause(buy) is Cause.NO_RATE


class TestExcluded:
    def test_a_gift_card_sold_earns_nothing(self) -> None:
        sale = receipt(base=7500, items=(Item("Dog food", 1, 5000), Item("Gift card", 1, 2500)))
        assert points(sale) == 50

    def test_a_discount_on_goods_is_not_spread_over_the_gift_card(self) -> None:
        sale = receipt(base=7000, discount=500, items=(Item("Dog food", 1, 5000), Item("GIFT-CARD", 1, 2500)))
        assert points(sale) == 45

    def test_only_a_gift_card_gives_nothing(self) -> None:
        assert cause(receipt(base=2500, items=(Item("GIFTCARDS", 1, 2500),))) is Cause.TOO_SMALL

    @pytest.mark.parametrize("base", ["pre_tax_before_discount", "with_tax_after_discount", "line_net"])
    def test_a_bottle_deposit_comes_off_every_base(self, base: str) -> None:
        sale = receipt(base=1100, tax=0, total=1100, items=(Item("Water", 1, 1000), Item("BOTTLE DEPOSIT", 1, 100)))
        assert points(sale, base=base) == 10

    def test_loyalty_money_is_not_money_paid(self) -> None:
        sale = receipt(base=10000, tax=800, total=10800, tenders=(("LOYALTY", 2160), ("VISA", 8640)))
        assert points(sale) == 80

    def test_paid_with_points_alone_gives_nothing(self) -> None:
        assert cause(receipt(base=10000, total=10800, tenders=(("Loyalty points", 10800),))) is Cause.TOO_SMALL

    def test_the_share_is_rounded_down(self) -> None:
        sale = receipt(base=1000, total=1080, tenders=(("POINTS", 1), ("CASH", 1079)))
        assert count(sale, programme()) == Base(999)

    def test_without_a_total_the_loyalty_money_comes_off_whole(self) -> None:
        assert count(receipt(base=1000, tenders=(("POINTS", 300),)), programme()) == Base(700)
        assert count(receipt(base=1000, tenders=(("POINTS", 3000),)), programme()) == Base(0)

    def test_loyalty_money_paid_back_is_not_taken_back(self) -> None:
        back = receipt(Kind.RETURN, -10000, total=-10800, tenders=(("LOYALTY", -2160), ("VISA", -8640)))
        assert points(back) == -80

    def test_below_the_smallest_that_earns(self) -> None:
        assert cause(receipt(base=999), minimum=1000) is Cause.BELOW_MINIMUM
        assert points(receipt(base=1000), minimum=1000) == 10

    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("GIFT CARD $25", True),
            ("gift  cards", True),
            ("GiftCard", True),
            ("Gift wrap card", False),
            ("deposition", False),
            ("Bottle deposit 5c", True),
        ],
    )
    def test_words(self, text: str, *, held: bool) -> None:
        assert holds(("GIFT CARD", "DEPOSIT"), text) is held


class TestReturns:
    BACK = receipt(Kind.RETURN, -4982, subtotal=-4982, tax=-430, total=-5412)

    def test_the_share_of_what_was_given(self) -> None:
        award = decided(self.BACK, GivenAward(points=298, base=14946, rate=Decimal(2)))
        assert isinstance(award, Award)
        assert (award.call, award.points, award.base, award.rate) == (Call.TAKE_BACK, -99, -4982, Decimal(2))

    def test_the_whole_sale_takes_all(self) -> None:
        assert points(receipt(Kind.RETURN, -14946), GivenAward(points=149, base=14946)) == -149

    def test_the_reason_is_told(self) -> None:
        known, unknown = decided(self.BACK, GivenAward(149, 14946)), decided(self.BACK)
        assert isinstance(known, Award)
        assert known.why == "-49.82 USD of 149.46 USD, which gave 149 points"
        assert isinstance(unknown, Award)
        assert unknown.why == "-49.82 USD at 1, the sale is not known"
        gone, tiny = (
            decided(self.BACK, GivenAward(149, 14946, taken_back=149)),
            decided(self.BACK, GivenAward(1, 14946)),
        )
        assert isinstance(gone, NoAward)
        assert "taken back before" in gone.why
        assert isinstance(tiny, NoAward)
        assert "less than one point" in tiny.why

    def test_never_more_than_is_left(self) -> None:
        assert points(self.BACK, GivenAward(points=149, base=14946, taken_back=120)) == -29
        assert points(receipt(Kind.RETURN, -99999), GivenAward(points=149, base=14946)) == -149

    def test_more_where_the_store_allows_it(self) -> None:
        earlier = GivenAward(points=149, base=14946, taken_back=120)
        assert points(self.BACK, earlier, allow_negative_balance=True) == -49

    @pytest.mark.parametrize(
        "earlier",
        [GivenAward(0, 14946), GivenAward(0, 0), GivenAward(149, 14946, taken_back=149), GivenAward(1, 14946)],
    )
    def test_nothing_left_to_take(self, earlier: GivenAward) -> None:
        assert cause(self.BACK, earlier) is Cause.NOTHING_GIVEN

    def test_a_sale_we_do_not_know_goes_by_the_returns_own_rate(self) -> None:
        rates = (Rate(since=date(2026, 1, 1), sale=Decimal(1)), Rate(since=date(2026, 11, 14), sale=Decimal(3)))
        assert points(self.BACK, rates=rates) == -149
        assert points(self.BACK, day=date(2026, 11, 13), rates=rates) == -49

    def test_a_take_back_is_rounded_toward_the_customer(self) -> None:
        assert points(receipt(Kind.RETURN, -199)) == -1

    @pytest.mark.parametrize("sign", [1, -1])
    def test_lines_printed_with_and_without_a_minus(self, sign: int) -> None:
        back = receipt(Kind.RETURN, -5000, items=(Item("Dog food", 1, sign * 5000),))
        assert points(back, base="line_net") == -50
        assert points(back, base="category", categories=("food",)) == -50

    @given(
        whole=some.integers(1, 10**6), given_points=some.integers(0, 10**5), parts=some.lists(some.integers(1, 10**5))
    )
    def test_many_returns_never_take_more_than_was_given(self, whole: int, given_points: int, parts: list[int]) -> None:
        taken = 0
        for part in parts:
            award = decided(receipt(Kind.RETURN, -part), GivenAward(given_points, whole, taken_back=taken))
            taken -= award.points if isinstance(award, Award) else 0
        assert 0 <= taken <= given_points


class TestExchanges:
    def test_the_net_earns(self) -> None:
        assert points(receipt(Kind.EXCHANGE, 2000)) == 20

    def test_the_net_is_taken_back(self) -> None:
        award = decided(receipt(Kind.EXCHANGE, -2050))
        assert isinstance(award, Award)
        assert (award.call, award.points) == (Call.TAKE_BACK, -20)

    def test_an_even_one_gives_nothing(self) -> None:
        assert cause(receipt(Kind.EXCHANGE, 0)) is Cause.TOO_SMALL

    def test_discount_and_tax_keep_their_side(self) -> None:
        """The net goes back: 50.00 of goods returned with 4.00 tax, 20.00 bought with 1.60 tax and 2.00 off."""
        lines = (Item("Dog food", 1, -5000), Item("Leash", 1, 2000))
        exchange = receipt(Kind.EXCHANGE, -3200, discount=200, tax=-240, total=-3440, items=lines)
        assert count(exchange, programme(base="with_tax_after_discount")) == Base(-3440, (-5733, 2293))
        assert points(exchange, base="pre_tax_before_discount") == -30
        assert points(exchange, base="line_net") == -32

    def test_loyalty_money_in_the_net(self) -> None:
        lines = (Item("Dog food", 1, -5000), Item("Aquarium", 1, 8000))
        exchange = receipt(Kind.EXCHANGE, 3000, total=3000, items=lines, tenders=(("POINTS", 1500), ("CASH", 1500)))
        assert points(exchange, base="category", categories=("food",)) == -25

    def test_by_category_only_that_goods_side_counts(self) -> None:
        lines = (Item("Dog food", 1, -5000), Item("Aquarium", 1, 8000))
        exchange = receipt(Kind.EXCHANGE, 3000, items=lines)
        assert points(exchange, base="category", categories=("food",)) == -50
        assert points(exchange, base="category", categories=("aquarium",)) == 80


class TestNothing:
    @pytest.mark.parametrize("kind", [Kind.VOID, Kind.TRAINING, Kind.PRECHECK, Kind.Z_REPORT, Kind.CARD_SLIP])
    def test_kinds_that_never_earn(self, kind: Kind) -> None:
        assert cause(Receipt(kind=kind, state=State.NOTED, total=500)) is Cause.NEVER_EARNS
        assert cause(receipt(kind)) is Cause.NEVER_EARNS

    def test_a_held_receipt_says_why(self) -> None:
        answer = decided(Receipt(kind=Kind.SALE, state=State.HELD, reason="lines add up to 12.00, not 12.10"))
        assert answer == NoAward("held: lines add up to 12.00, not 12.10", Cause.HELD)

    def test_another_currency_is_held(self) -> None:
        assert cause(receipt(currency="CAD")) is Cause.HELD

    def test_a_sale_below_zero_is_held(self) -> None:
        assert cause(receipt(base=-100)) is Cause.HELD

    def test_the_reasons_that_others_find(self) -> None:
        assert already_counted("42").cause is Cause.ALREADY_COUNTED
        assert "42" in already_counted("42").why
        assert NO_CUSTOMER.cause is Cause.NO_CUSTOMER

    def test_unknown_lines_are_a_reason_in_words(self) -> None:
        assert isinstance(count(receipt(), programme(base="line_net")), NoBase)


class TestFact:
    CAPTURED = datetime(2026, 11, 14, 17, 0, tzinfo=UTC)

    def body(self, paper: Receipt) -> dict[str, Any]:
        award = decided(paper)
        assert isinstance(award, Award)
        return fact_body(
            award,
            paper,
            key=fact_key("TP-1", "till1", "0000abcd-000001-0000064", "club"),
            customer={"phone": "+14155550188", "email": ""},
            store=STORE,
            device="TP-1",
            lane="till1",
            captured_at=self.CAPTURED,
            business_day=DAY,
        )

    def test_every_field(self) -> None:
        assert self.body(PET_SALE) == {
            "v": 1,
            "key": "TP-1/till1/0000abcd-000001-0000064/club",
            "kind": "award",
            "programme": "club",
            "points": 149,
            "base": 14946,
            "rate": "1",
            "unit": "points",
            "worth": "149.46",
            "currency": "USD",
            "exponent": 2,
            "customer": {"phone": "+14155550188"},
            "store": "store",
            "device": "TP-1",
            "lane": "till1",
            "captured_at": "2026-11-14T17:00:00+00:00",
            "business_day": "2026-11-14",
            "receipt": {
                "kind": "sale",
                "number": None,
                "register": None,
                "cashier": None,
                "date": None,
                "original": None,
                "subtotal": 14946,
                "discount": 650,
                "tax": 1289,
                "fees": None,
                "tip": None,
                "total": 16235,
                "tenders": [["VISA", 16235]],
                "items": [
                    {"text": "Dog food 25lb", "quantity": 1, "amount": 7499, "sku": None},
                    {"text": "Dental chews", "quantity": 2, "amount": 6598, "sku": None},
                    {"text": "Rubber ball", "quantity": 1, "amount": 1499, "sku": None},
                ],
                "reprint": False,
            },
        }

    def test_no_payment_card_gets_out(self) -> None:
        printed = receipt(
            base=500,
            items=(Item("REF 4111 1111 1111 1111", 1, 500),),
            tenders=(("VISA 4111111111111111", 500),),
            cashier="5555-5555-5555-4444",
        )
        sent = self.body(printed)["receipt"]
        assert sent["items"][0]["text"] == "REF **** **** **** 1111"
        assert sent["tenders"][0][0] == "VISA ************1111"
        assert sent["cashier"] == "****-****-****-4444"

"""Points by the line: tiers of rates, cashback, conditions of time, place and goods, and exact shares of them."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.awards import Award, Cause, GivenAward, NoAward, Unit, decide
from agent.providers import Call
from agent.receipt import Item, Kind, Receipt, State
from agent.settings import Condition, Goods, Programme, Rate, Store, Tier

DAY = date(2026, 11, 14)
SATURDAY_NOON = datetime(2026, 11, 14, 12, 0)  # noqa: DTZ001 - as printed, local
GOODS = (Item("Dog food 25lb", 1, 5000), Item("Chew toy", 2, 2000), Item("Fish tank", 1, 3000))
FOOD_DOUBLE = Rate(sale=Decimal(1), tiers=(Tier(words=("food",), sale=Decimal(2)),))


def receipt(items: tuple[Item, ...] = GOODS, kind: Kind = Kind.SALE, **more: Any) -> Receipt:
    total = sum(item.amount for item in items)
    plain = {"award_base": total, "total": total, "tax": 0, "date": SATURDAY_NOON}
    return Receipt(kind=kind, state=State.ACCEPTED, items=items, **{**plain, **more})


def decided(paper: Receipt, earlier: GivenAward | None = None, **fields: Any) -> Award | NoAward:
    inputs = {name: fields.pop(name) for name in ("skus", "channel", "at") if name in fields}
    store = fields.pop("store", Store())
    return decide(paper, "club", Programme(provider="cloud", **fields), DAY, earlier, store, **inputs)


def points(paper: Receipt, earlier: GivenAward | None = None, **fields: Any) -> int:
    award = decided(paper, earlier, **fields)
    assert isinstance(award, Award), award
    return award.points


def cause(paper: Receipt, earlier: GivenAward | None = None, **fields: Any) -> Cause:
    answer = decided(paper, earlier, **fields)
    assert isinstance(answer, NoAward), answer
    assert answer.why
    return answer.cause


def condition(**fields: Any) -> tuple[Condition, ...]:
    return (Condition(**fields),)


class TestTiers:
    def test_each_line_has_the_rate_of_its_goods(self) -> None:
        assert points(receipt(), rates=(FOOD_DOUBLE,)) == 150

    def test_by_product_code(self) -> None:
        rate = Rate(sale=Decimal(1), tiers=(Tier(skus=("T-9",), sale=Decimal(5)),))
        assert points(receipt(), rates=(rate,), skus=(None, "T-9", None)) == 50 + 100 + 30

    def test_the_first_that_fits_counts(self) -> None:
        rate = Rate(tiers=(Tier(words=("dog",), sale=Decimal(3)), Tier(words=("food",), sale=Decimal(2))))
        assert points(receipt(), rates=(rate,)) == 150 + 50

    def test_a_buy_has_tiers_of_its_own(self) -> None:
        rate = Rate(buy=Decimal(0), tiers=(Tier(words=("tank",), buy=Decimal("0.5")),))
        assert points(receipt((Item("Fish tank used", 1, 3000),), Kind.BUY), rates=(rate,)) == 15

    def test_rounded_once_over_all_goods(self) -> None:
        paper = receipt((Item("Dog food", 1, 125), Item("Chew toy", 1, 150)))
        assert points(paper, rates=(FOOD_DOUBLE,)) == 4
        assert points(paper, rates=(FOOD_DOUBLE,), rounding="floor_per_line") == 3

    def test_versioned_by_day(self) -> None:
        later = FOOD_DOUBLE.model_copy(update={"since": date(2026, 11, 15)})
        assert points(receipt(), rates=(Rate(), later)) == 100

    def test_lines_that_do_not_add_up_are_held(self) -> None:
        assert cause(receipt(award_base=9999), rates=(FOOD_DOUBLE,)) is Cause.HELD

    def test_a_receipt_discount_is_shared_out_over_the_goods(self) -> None:
        paper = receipt(award_base=9000, discount=1000, total=9000)
        assert points(paper, rates=(FOOD_DOUBLE,)) == 135

    def test_a_return_takes_back_what_its_goods_had_earned(self) -> None:
        """The toys came back: 20.00 of 100.00, but 20 of 150 points, for the food had earned double."""
        sold = decided(receipt(), rates=(FOOD_DOUBLE,))
        assert isinstance(sold, Award)
        had = GivenAward(sold.points, sold.base, sold.rate, worth=sold.worth, day=DAY)
        toys = receipt((Item("Chew toy", 2, -2000),), Kind.RETURN)
        food = receipt((Item("Dog food 25lb", 1, -5000),), Kind.RETURN)
        assert points(toys, had, rates=(FOOD_DOUBLE,)) == -20
        assert points(food, had, rates=(FOOD_DOUBLE,)) == -100

    def test_at_the_rates_of_the_day_it_was_sold(self) -> None:
        had = GivenAward(150, 10000, worth=Decimal(150), day=date(2026, 11, 1))
        tomorrow = Rate(since=DAY, tiers=(Tier(words=("toy",), sale=Decimal(9)),))
        toys = receipt((Item("Chew toy", 2, -2000),), Kind.RETURN)
        assert points(toys, had, rates=(FOOD_DOUBLE, tomorrow)) == -20

    @given(some.lists(some.integers(1, 99999), min_size=1, max_size=6), some.data())
    def test_however_it_comes_back_never_more_than_was_given(self, prices: list[int], data: some.DataObject) -> None:
        items = tuple(Item("Dog food" if n % 2 else "Chew toy", 1, price) for n, price in enumerate(prices))
        sold = decided(receipt(items), rates=(FOOD_DOUBLE,))
        if not isinstance(sold, Award):
            return
        taken = 0
        for item in data.draw(some.permutations(items)):
            had = GivenAward(sold.points, sold.base, sold.rate, taken, sold.worth, DAY)
            back = decided(receipt((replace(item, amount=-item.amount),), Kind.RETURN), had, rates=(FOOD_DOUBLE,))
            if isinstance(back, Award):
                exact = sold.points * item.amount * (2 if item.text == "Dog food" else 1)
                assert sold.worth is not None
                assert -back.points <= exact / (sold.worth * 100)
                taken -= back.points
        assert taken <= sold.points


class TestCashback:
    FIVE_PERCENT = (Rate(sale=Decimal("0.05")),)

    def test_gives_minor_units(self) -> None:
        award = decided(receipt(), rule="cashback", rates=self.FIVE_PERCENT)
        assert isinstance(award, Award)
        assert (award.points, award.unit) == (500, Unit.MONEY)

    def test_rounded_down_to_the_cent(self) -> None:
        assert points(receipt((Item("Toy", 1, 1999),)), rule="cashback", rates=self.FIVE_PERCENT) == 99

    def test_less_than_a_cent_is_nothing(self) -> None:
        assert cause(receipt((Item("Toy", 1, 19),)), rule="cashback", rates=self.FIVE_PERCENT) is Cause.TOO_SMALL

    def test_a_return_takes_its_share_back(self) -> None:
        had = GivenAward(500, 10000, worth=Decimal(500), day=DAY)
        assert points(receipt((Item("Chew toy", 2, -2000),), Kind.RETURN), had, rule="cashback",
                      rates=self.FIVE_PERCENT) == -100  # fmt: skip

    @pytest.mark.parametrize("rates", [None, ({"sale": 5},)])
    def test_five_instead_of_five_percent_is_refused(self, rates: Any) -> None:
        with pytest.raises(ValueError, match=r"0\.05"):
            Programme(provider="cloud", rule="cashback", **({"rates": rates} if rates else {}))


class TestConditions:
    def test_no_condition_at_all_is_always(self) -> None:
        assert points(receipt()) == 100

    @pytest.mark.parametrize(
        ("fields", "holds"),
        [
            ({"days": ("sat",)}, True),
            ({"days": ("mon", "tue")}, False),
            ({"starts": time(11), "ends": time(13)}, True),
            ({"starts": time(11), "ends": time(12)}, False),
            ({"starts": time(12)}, True),
            ({"ends": time(12)}, False),
            ({"since": date(2026, 11, 14), "until": date(2026, 11, 14)}, True),
            ({"since": date(2026, 11, 15)}, False),
            ({"until": date(2026, 11, 13)}, False),
            ({"stores": ("store",)}, True),
            ({"stores": ("other",)}, False),
            ({"channels": ("drive",)}, True),
            ({"channels": ("bar",)}, False),
            ({"days": ("sat",), "stores": ("other",)}, False),
        ],
    )
    def test_all_that_is_named_must_hold(self, fields: dict[str, Any], *, holds: bool) -> None:
        answer = decided(receipt(), conditions=condition(**fields), channel="drive")
        assert isinstance(answer, Award) is holds
        if isinstance(answer, NoAward):
            assert answer.cause is Cause.NOT_NOW

    @pytest.mark.parametrize(
        ("hour", "day", "holds"), [(23, 14, True), (1, 15, True), (3, 15, False), (1, 14, False), (12, 14, False)]
    )
    def test_a_span_over_midnight_belongs_to_the_day_it_began_on(self, hour: int, day: int, *, holds: bool) -> None:
        late = condition(days=("sat",), starts=time(22), ends=time(2))
        paper = receipt(date=datetime(2026, 11, day, hour))  # noqa: DTZ001
        assert isinstance(decided(paper, conditions=late), Award) is holds

    def test_the_printed_time_counts_and_not_when_it_was_captured(self) -> None:
        happy_hour = condition(starts=time(11), ends=time(13))
        captured = datetime(2026, 11, 14, 18, 0)  # noqa: DTZ001
        assert points(receipt(), conditions=happy_hour, at=captured) == 100
        assert cause(receipt(date=None), conditions=happy_hour, at=captured) is Cause.NOT_NOW

    def test_only_its_goods_count(self) -> None:
        assert points(receipt(), conditions=condition(words=("toy",))) == 20
        assert points(receipt(), conditions=condition(skus=("F-1",)), skus=("F-1",)) == 50
        assert cause(receipt(), conditions=condition(words=("shampoo",))) is Cause.NOT_ELIGIBLE

    def test_of_several_any_may_hold_and_their_goods_add_up(self) -> None:
        several = (Condition(words=("toy",)), Condition(words=("tank",)), Condition(days=("mon",)))
        assert points(receipt(), conditions=several) == 50
        assert points(receipt(), conditions=(*several, Condition(days=("sat",)))) == 100

    def test_its_own_minimum(self) -> None:
        assert cause(receipt(), conditions=condition(words=("toy",), minimum=2001)) is Cause.BELOW_MINIMUM

    def test_goods_on_paper_that_does_not_add_up_are_held(self) -> None:
        assert cause(receipt(award_base=9999), conditions=condition(words=("toy",))) is Cause.HELD

    def test_a_return_asks_only_whether_its_goods_are_meant(self) -> None:
        """Sold in the happy hour, returned on Monday morning."""
        toys_on_saturday = condition(days=("sat",), words=("toy",))
        had = GivenAward(20, 2000, worth=Decimal(20), day=DAY, only=(Goods(words=("toy",)),))
        monday = datetime(2026, 11, 16, 9, 0)  # noqa: DTZ001
        toy = receipt((Item("Chew toy", 1, -1000),), Kind.RETURN, date=monday)
        tank = receipt((Item("Fish tank", 1, -3000),), Kind.RETURN, date=monday)
        assert points(toy, had, conditions=toys_on_saturday) == -10
        assert cause(tank, had, conditions=toys_on_saturday) is Cause.NOTHING_GIVEN

    def test_a_return_of_a_sale_nobody_knows_takes_nothing_on_a_guess(self) -> None:
        back = receipt((Item("Chew toy", 1, -1000),), Kind.RETURN)
        assert cause(back, conditions=condition(days=("sat",))) is Cause.NOTHING_GIVEN


class TestExcluded:
    def test_by_product_code(self) -> None:
        assert points(receipt(), excluded_skus=("G-1",), skus=(None, None, "G-1")) == 70

    def test_returns_that_take_nothing_off(self) -> None:
        back = receipt((Item("Chew toy", 1, -1000),), Kind.RETURN)
        assert cause(back, return_policy="never") is Cause.LEFT_ON
        award = decided(back, return_policy="automatic")
        assert isinstance(award, Award)
        assert award.call is Call.TAKE_BACK

    def test_goods_without_words_or_codes_are_all_goods(self) -> None:
        assert Goods() == Goods(words=(), skus=())
        assert points(receipt(), conditions=(Condition(),)) == 100

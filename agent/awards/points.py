"""points: takes an occasion, gives so many points (or so much money back) per unit of money; knows no customer."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from agent.awards.base import Base, NoBase, count
from agent.awards.conditions import holding, in_words
from agent.awards.goods import means
from agent.awards.occasion import Award, Cause, GivenAward, NoAward, Occasion, Unit, money
from agent.providers import Call
from agent.receipt import Kind
from agent.settings import Condition, Goods, Rate, Tier


def points(occasion: Occasion) -> Award | NoAward:
    """Rate x base, rounded down; a return takes back its exact share of what its sale was really given."""
    if occasion.receipt.award_base < 0 and occasion.earlier is not None:
        return _taken_back(occasion, occasion.earlier)
    if occasion.programme.conditions and occasion.receipt.kind is Kind.RETURN:
        why = "the sale is not known, so it cannot be told whether it met the programme's conditions"
        return NoAward(why, Cause.NOTHING_GIVEN)
    conditions = holding(occasion)
    if conditions is not None and not conditions:
        return NoAward(f"it gives only {in_words(occasion.programme.conditions)}", Cause.NOT_NOW)
    base = count(occasion.receipt, occasion.programme, occasion.skus, _goods_of(conditions))
    if isinstance(base, NoBase):
        return NoAward(f"held: {base.why}", Cause.HELD)
    if base.amount < 0 and occasion.receipt.kind in (Kind.SALE, Kind.BUY):
        return NoAward("held: a sale cannot come out below zero", Cause.HELD)
    return _at_rate(occasion, base, conditions)


def _taken_back(occasion: Occasion, given: GivenAward) -> Award | NoAward:
    """Whether it gives was decided when it was sold, and on which goods."""
    if not given.points or not given.base:
        return NoAward("the sale gave no points", Cause.NOTHING_GIVEN)
    base = count(occasion.receipt, occasion.programme, occasion.skus, given.only)
    if isinstance(base, NoBase):
        return NoAward(f"held: {base.why}", Cause.HELD)
    if not base.amount:
        return NoAward("nothing of what came back had earned any points", Cause.NOTHING_GIVEN)
    if base.amount > 0:  # an exchange whose counted goods are worth more than those that came back
        return _at_rate(occasion, base, holding(occasion))
    return _take_back_share(occasion, base, given)


def _goods_of(conditions: Sequence[Condition] | None) -> Sequence[Condition] | None:
    """None: all goods, because no condition holds them apart."""
    if conditions is None or any(not one.words and not one.skus for one in conditions):
        return None
    return conditions


def _at_rate(occasion: Occasion, base: Base, conditions: Sequence[Condition] | None) -> Award | NoAward:
    """Awards, and take-backs of a sale we do not know: at the rates of the receipt's own day."""
    rate = _rate(occasion)
    if rate is None or not (_of(occasion, rate) or rate.tiers):
        return NoAward(f"no rate for a {occasion.receipt.kind.value} on {occasion.business_day}", Cause.NO_RATE)
    least = max(occasion.programme.minimum, min((one.minimum for one in conditions or ()), default=0))
    if 0 <= base.amount < least:
        shown = money(least, occasion)
        return NoAward(f"{money(base.amount, occasion)} is below the smallest that earns, {shown}", Cause.BELOW_MINIMUM)
    if not base.amount and conditions and _goods_of(conditions) is not None:
        return NoAward(f"nothing on it is {in_words(conditions)}", Cause.NOT_ELIGIBLE)
    if base.amount and not base.lines and (rate.tiers or occasion.programme.rounding == "floor_per_line"):
        return NoAward("held: points are counted per line, but the lines do not add up to the receipt", Cause.HELD)
    return _counted(occasion, base, rate, _goods_of(conditions))


def _counted(occasion: Occasion, base: Base, rate: Rate, only: Sequence[Goods] | None) -> Award | NoAward:
    parts = _worths(occasion, base, rate)
    whole = sum(parts, Decimal())
    each = parts if occasion.programme.rounding == "floor_per_line" else [whole]
    given = sum(_floored(part) for part in each)
    why = f"{money(base.amount, occasion)} at {_rates_in_words(occasion, rate)}"
    if not given:
        return NoAward(f"{why} gives no whole {'cent' if _is_money(occasion) else 'point'}", Cause.TOO_SMALL)
    if occasion.receipt.kind is Kind.RETURN:
        why += ", the sale is not known"
    call = Call.TAKE_BACK if given < 0 else Call.AWARD
    goods = None if only is None else tuple(Goods(words=one.words, skus=one.skus) for one in only)
    return Award(
        occasion.name, call, given, base.amount, _of(occasion, rate), why, unit_of(occasion), whole.normalize(),
        only=goods,
    )  # fmt: skip


def _take_back_share(occasion: Occasion, base: Base, given: GivenAward) -> Award | NoAward:
    """The floor of the exact share of what the sale was really given; the customer keeps the fraction."""
    share = int(given.points * _part_of(occasion, base, given))
    taken = share if occasion.programme.allow_negative_balance else min(share, given.left)
    if not taken:
        why = "everything was taken back before" if not given.left else "the share of it is less than one point"
        return NoAward(f"the sale gave {given.points} points; {why}", Cause.NOTHING_GIVEN)
    why = f"{money(base.amount, occasion)} of {money(given.base, occasion)}, which gave {given.points} points"
    return Award(occasion.name, Call.TAKE_BACK, -taken, base.amount, given.rate, why, unit_of(occasion))


def _part_of(occasion: Occasion, base: Base, given: GivenAward) -> Fraction:
    """How much of the sale came back, exactly: by what its goods were worth at the sale's own rates, else by money."""
    rate = _rate(occasion, given)
    if given.worth and rate and rate.tiers and base.lines:
        return Fraction(-sum(_worths(occasion, base, rate), Decimal())) / Fraction(given.worth)
    return Fraction(-base.amount, given.base)


def _worths(occasion: Occasion, base: Base, rate: Rate) -> list[Decimal]:
    """What each line gives before it is rounded, in whole points or minor units of money back; signed."""
    scale = 0 if _is_money(occasion) else -occasion.receipt.exponent
    by_line = base.lines and (rate.tiers or occasion.programme.rounding == "floor_per_line")
    if not by_line:
        return [Decimal(base.amount).scaleb(scale) * _of(occasion, rate)]
    return [
        Decimal(part).scaleb(scale) * _of(occasion, _tier(rate, text, sku))
        for part, (text, sku) in zip(base.lines, base.names, strict=True)
    ]


def _tier(rate: Rate, text: str, sku: str | None) -> Rate | Tier:
    return next((tier for tier in rate.tiers if means(tier, text, sku)), rate)


def _of(occasion: Occasion, rate: Rate | Tier) -> Decimal:
    return rate.buy if occasion.receipt.kind is Kind.BUY else rate.sale


def _rate(occasion: Occasion, given: GivenAward | None = None) -> Rate | None:
    """The newest that held on the receipt's business day, or on that of the sale it takes back."""
    day = given.day if given and given.day else occasion.business_day
    return max(
        (rate for rate in occasion.programme.rates if rate.since <= day), key=lambda rate: rate.since, default=None
    )


def unit_of(occasion: Occasion) -> Unit:
    return Unit.MONEY if _is_money(occasion) else Unit.POINTS


def _is_money(occasion: Occasion) -> bool:
    return occasion.programme.rule == "cashback"


def _floored(worth: Decimal) -> int:
    """Towards nothing: a take-back of a sale we do not know leaves the fraction with the customer, too."""
    size = int(abs(worth).to_integral_value(ROUND_FLOOR))
    return -size if worth < 0 else size


def _rates_in_words(occasion: Occasion, rate: Rate) -> str:
    tiers = sorted({_of(occasion, tier) for tier in rate.tiers} - {_of(occasion, rate)})
    return " and ".join([str(_of(occasion, rate)), *map(str, tiers)])

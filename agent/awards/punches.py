"""punches: takes an occasion, gives a frequent-buyer card its punch per unit bought, or the ones that come off."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from agent.awards.base import Line, lines_of
from agent.awards.conditions import holding, in_words
from agent.awards.goods import holds, means
from agent.awards.occasion import Award, Cause, NoAward, Occasion, Punch, Unit
from agent.providers import Call
from agent.receipt import Kind

ONE_EACH = Decimal(1)
FREE_WORDS = ("FREE", "BOGO", "REWARD", "FREQUENT BUYER")
"""Words beside a discount by which tills name a good that is given away."""


def punches(occasion: Occasion) -> Award | NoAward:
    """One for each unit of the eligible goods that was paid for; a return takes the latest matching ones off."""
    if occasion.receipt.kind is Kind.BUY:
        return NoAward("goods the store buys are not punched", Cause.NOT_ELIGIBLE)
    if occasion.receipt.kind is Kind.RETURN:
        return _come_off(occasion)
    if occasion.programme.conditions and not holding(occasion):
        return NoAward(f"it punches only {in_words(occasion.programme.conditions)}", Cause.NOT_NOW)
    given = [Punch(str(number), line.text, line.sku) for number, line in enumerate(_units(occasion), 1)]
    if not given:
        return NoAward("nothing on it is on the frequent-buyer list", Cause.NOT_ELIGIBLE)
    why = f"{len(given)} on the card: {_named(given)}"
    return Award(
        occasion.name, Call.AWARD, len(given), _amount(occasion), ONE_EACH, why, Unit.PUNCHES, Decimal(len(given)),
        tuple(given),
    )  # fmt: skip


def _come_off(occasion: Occasion) -> Award | NoAward:
    """Each returned unit takes one: of the sale it names, where that is known, else the customer's most recent."""
    left, off = list(occasion.card), list[Punch]()
    for line in _units(occasion):
        match = next((punch for punch in _nearest(left) if _same(punch, line)), None)
        if match is not None:
            left.remove(match)
            off.append(match)
    if not off:
        return NoAward("nothing that came back is on the customer's card", Cause.NOTHING_GIVEN)
    why = f"{len(off)} off the card: {_named(off)}"
    return Award(
        occasion.name, Call.TAKE_BACK, -len(off), _amount(occasion), ONE_EACH, why, Unit.PUNCHES, None, tuple(off)
    )


def _units(occasion: Occasion) -> Iterator[Line]:
    """Each unit of an eligible line that was paid for, on its own."""
    gifts = _gifts(occasion)
    for line in lines_of(occasion.receipt, occasion.programme, occasion.skus):
        if line.amount > 0 and means(occasion.programme.eligible, line.text, line.sku):
            yield from [line] * (line.quantity - _free(line, gifts))


def _free(line: Line, gifts: list[int]) -> int:
    """Units of it that cost nothing, because as much as their price was taken off: a free good earns no punch."""
    each = (line.amount + line.off) // line.quantity
    free = line.off // each if each and line.off % each == 0 else 0
    while free < line.quantity and each in gifts:
        gifts.remove(each)
        free += 1
    return free


def _gifts(occasion: Occasion) -> list[int]:
    """Amounts taken off elsewhere on the paper by a word that says a good is given away."""
    words = (*FREE_WORDS, *(word for reward in occasion.programme.rewards for word in reward.shows))
    return [amount for label, amount in occasion.receipt.discounts if holds(words, label)]


def _nearest(card: Sequence[Punch]) -> list[Punch]:
    return [punch for punch in card if punch.of_sale] or list(card)


def _same(punch: Punch, line: Line) -> bool:
    if punch.sku and line.sku:
        return punch.sku == line.sku
    return _plain(punch.text) == _plain(line.text)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _amount(occasion: Occasion) -> int:
    sign = -1 if occasion.receipt.kind is Kind.RETURN else 1
    lines = lines_of(occasion.receipt, occasion.programme, occasion.skus)
    return sign * sum(line.amount for line in lines if means(occasion.programme.eligible, line.text, line.sku))


def _named(punched: Sequence[Punch]) -> str:
    counted = {text: sum(punch.text == text for punch in punched) for text in dict.fromkeys(p.text for p in punched)}
    return ", ".join(f"{number} x {text}" for text, number in counted.items())

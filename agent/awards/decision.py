"""decision: takes a receipt and a programme's rules, gives the award or why there is none; sends and stores nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from agent.awards.base import Skus
from agent.awards.occasion import Award, Cause, GivenAward, NoAward, Occasion, Punch
from agent.awards.points import points
from agent.awards.punches import punches
from agent.receipt import EARNING, Kind, Receipt, State
from agent.settings import Programme, Store

NO_CUSTOMER = NoAward("the receipt names no customer; one can still be attached", Cause.NO_CUSTOMER)

RULES: Mapping[str, Callable[[Occasion], Award | NoAward]] = {
    "points": points,
    "cashback": points,
    "frequent_buyer": punches,
}
"""The kinds of programme; each takes the occasion and gives its award or why not."""


def already_counted(number: str | None) -> NoAward:
    return NoAward(
        f"receipt {number or 'without a number'} printed again; it has counted already", Cause.ALREADY_COUNTED
    )


def decide(  # noqa: PLR0917 - six values without which there is no answer
    receipt: Receipt,
    name: str,
    programme: Programme,
    business_day: date,
    earlier: GivenAward | None,
    store: Store,
    *,
    at: datetime | None = None,
    skus: Skus = (),
    channel: str = "",
    card: Sequence[Punch] = (),
) -> Award | NoAward:
    """What programme `name` gives or takes for this receipt.

    `business_day`: the receipt's own, so that a late one keeps its rate. `earlier`: what the sale that a return names
    was given, None when that sale is not known. `at`: when it was captured, naive local, for paper without a time.
    `skus`: the product code of each item. `card`: the customer's punches, latest first. Whether the receipt is a
    reprint and whom it belongs to are other questions: see `already_counted` and `NO_CUSTOMER`.
    """
    if receipt.state is State.HELD:
        return NoAward(f"held: {receipt.reason or 'not proven'}", Cause.HELD)
    if receipt.kind not in EARNING or receipt.state is State.NOTED:
        return NoAward(f"a {receipt.kind.value.replace('_', ' ')} earns nothing", Cause.NEVER_EARNS)
    if receipt.currency not in (None, store.currency):
        return NoAward(f"held: printed in {receipt.currency}, but rates are per {store.currency}", Cause.HELD)
    if receipt.kind is Kind.RETURN and programme.returns == "never":
        return NoAward("returns take nothing off in this programme", Cause.LEFT_ON)
    when = receipt.date or at
    return RULES[programme.rule](
        Occasion(receipt, name, programme, business_day, earlier, store, when, skus, channel, card)
    )

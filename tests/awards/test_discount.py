"""Does the paper show the reward? By words where the store has named them, else by the amount."""

from decimal import Decimal

import pytest

from agent.awards.discount import Expected, Shown, shown
from agent.receipt import Item, Kind, Receipt, State

PAPER = Receipt(
    kind=Kind.SALE,
    state=State.ACCEPTED,
    award_base=5000,
    discount=1000,
    discounts=(("LOYALTY 5", 500), ("STAFF", 500)),
    tenders=(("VISA", 5000),),
    items=(Item("Leash", 1, 6000),),
)


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (Expected(value=500, shows=("LOYALTY",)), Shown(500)),
        (Expected(value=300, shows=("LOYALTY",)), Shown(500, exact=False)),
        (Expected(value=500, shows=("COUPON",)), None),
        (Expected(value=500), Shown(500)),
        (Expected(value=1000), Shown(1000)),
        (Expected(value=700), None),
        (Expected(percent=Decimal(10)), None),
        (Expected(percent=Decimal("8.333")), Shown(500)),
        (Expected(item="collar"), None),
        (Expected(), Shown(500)),
    ],
)
def test_what_is_shown(expected: Expected, seen: Shown | None) -> None:
    assert shown(PAPER, expected) == seen


def test_nothing_taken_off_shows_nothing() -> None:
    plain = Receipt(kind=Kind.SALE, state=State.ACCEPTED, award_base=6000)
    assert shown(plain, Expected()) is None


def test_a_tender_may_be_the_proof() -> None:
    paid = Receipt(kind=Kind.SALE, state=State.ACCEPTED, award_base=6000, tenders=(("LOYALTY", 700), ("CASH", 5300)))
    assert shown(paid, Expected(shows=("LOYALTY",))) == Shown(700)

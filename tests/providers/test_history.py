"""Where only amount and time can be seen: what is left over when all that we know is explained."""

from datetime import datetime, timedelta

import pytest

from agent.providers import AlreadyDone, NotFound, Unknown
from agent.providers.history import Booked, Sibling, judge, windows
from tests.hand_clock import START

WHEN = windows([START], 20, 120)
OURS = Booked(450, START + timedelta(seconds=5))
BEFORE = Booked(450, START - timedelta(seconds=121))
LATE = Booked(450, START + timedelta(seconds=141))


def sibling(after_s: float = 0, amount: int = 450) -> Sibling:
    return Sibling(amount, windows([START + timedelta(seconds=after_s)], 20, 120))


@pytest.mark.parametrize(
    ("booked", "siblings", "expected"),
    [
        ([], [], NotFound),
        ([OURS], [], AlreadyDone),
        ([OURS], [sibling()], NotFound),
        ([OURS, OURS], [sibling()], AlreadyDone),
        ([OURS, OURS], [], Unknown),
        ([BEFORE, LATE, Booked(451, START)], [], NotFound),
        ([Booked(None, START)], [], Unknown),
        ([Booked(450, None)], [], Unknown),
        ([OURS], [sibling(amount=451)], AlreadyDone),
        ([OURS], [Sibling(450, [])], Unknown),
    ],
)
def test_judged(booked: list[Booked], siblings: list[Sibling], expected: type) -> None:
    assert isinstance(judge(booked, 450, WHEN, siblings, "r"), expected)


def test_a_sibling_that_we_learnt_of_late_explains_its_own_entry_and_not_ours() -> None:
    """It was booked twenty minutes ago, in a trouble that kept us from looking until just now."""
    early = Booked(450, START - timedelta(minutes=20))
    late_news = sibling(after_s=-20 * 60)
    assert isinstance(judge([early, OURS], 450, WHEN, [late_news], "r"), AlreadyDone)
    assert isinstance(judge([early], 450, WHEN, [late_news], "r"), NotFound)


def test_without_an_attempt_nothing_can_be_said() -> None:
    assert isinstance(judge([OURS], 450, [], [], "r"), Unknown)


def test_each_attempt_has_its_window() -> None:
    second = START + timedelta(hours=2)
    both = windows([START, second], 20, 120)
    moments: list[datetime] = [START, second, START + timedelta(hours=1)]
    assert [any(window.holds(moment) for window in both) for moment in moments] == [True, True, False]

"""Where only amount and time can be seen: what is left over when all that we know is explained."""

from datetime import datetime, timedelta

import pytest

from agent.providers import AlreadyDone, NotFound, Unknown
from agent.providers.history import Booked, judge, windows
from tests.hand_clock import START

WHEN = windows([START], 20, 120)
OURS = Booked(450, START + timedelta(seconds=5))
BEFORE = Booked(450, START - timedelta(seconds=121))
LATE = Booked(450, START + timedelta(seconds=141))


@pytest.mark.parametrize(
    ("booked", "siblings", "expected"),
    [
        ([], [], NotFound),
        ([OURS], [], AlreadyDone),
        ([OURS], [OURS], NotFound),
        ([OURS, OURS], [OURS], AlreadyDone),
        ([OURS, OURS], [], Unknown),
        ([BEFORE, LATE, Booked(451, START)], [], NotFound),
        ([Booked(None, START)], [], Unknown),
        ([Booked(450, None)], [], Unknown),
        ([OURS], [BEFORE], AlreadyDone),
    ],
)
def test_judged(booked: list[Booked], siblings: list[Booked], expected: type) -> None:
    assert isinstance(judge(booked, 450, WHEN, siblings, "r"), expected)


def test_without_an_attempt_nothing_can_be_said() -> None:
    assert isinstance(judge([OURS], 450, [], [], "r"), Unknown)


def test_each_attempt_has_its_window() -> None:
    second = START + timedelta(hours=2)
    both = windows([START, second], 20, 120)
    moments: list[datetime] = [START, second, START + timedelta(hours=1)]
    assert [any(window.holds(moment) for window in both) for moment in moments] == [True, True, False]

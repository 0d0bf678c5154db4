"""Waits shorten towards closing and never overshoot into the next period; calls keep their pace."""

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from agent.backoff import (
    BASE_S,
    CAP_IN_LAST_HOURS_S,
    CAP_IN_LAST_MINUTES_S,
    CAP_S,
    LAST_HOURS_S,
    LAST_MINUTES_S,
    Pace,
    full_jitter_s,
    longest_wait_s,
)


@given(st.floats(0, 24 * 3600))
def test_the_cap_of_the_period_in_which_a_wait_ends_holds_too(left_s: float) -> None:
    longest = longest_wait_s(left_s, trusted=True)
    assert 0 < longest <= CAP_S
    if left_s <= LAST_HOURS_S:
        assert longest <= CAP_IN_LAST_HOURS_S
    if left_s <= LAST_MINUTES_S:
        assert longest <= CAP_IN_LAST_MINUTES_S
    for border, cap in ((LAST_HOURS_S, CAP_IN_LAST_HOURS_S), (LAST_MINUTES_S, CAP_IN_LAST_MINUTES_S)):
        inside = border - (left_s - longest)
        if left_s > border and inside > 0:
            assert inside <= cap + 1e-6


def test_without_a_deadline_ahead_or_a_clock_to_trust() -> None:
    assert longest_wait_s(None, trusted=True) == CAP_S
    assert longest_wait_s(60, trusted=False) == longest_wait_s(None, trusted=False) == CAP_IN_LAST_HOURS_S


@given(st.integers(-5, 10_000), st.floats(1, CAP_S), st.integers())
def test_jitter_stays_within_its_bounds(faults: int, longest: float, seed: int) -> None:
    wait = full_jitter_s(faults, longest, Random(seed))
    assert 0 <= wait <= min(longest, BASE_S * 2.0 ** min(max(faults - 1, 0), 1000))


def test_jitter_is_full_and_rises() -> None:
    chance = Random(1)
    waits = [full_jitter_s(4, CAP_S, chance) for _ in range(400)]
    assert min(waits) < 1
    assert 15 < max(waits) <= 16


@given(st.lists(st.floats(0, 3), min_size=2, max_size=60), st.floats(0.5, 50))
def test_a_pace_is_never_exceeded_and_saves_nothing_up(gaps: list[float], per_second: float) -> None:
    pace, now, starts = Pace(per_second), 100.0, list[float]()
    for gap in gaps:
        now += gap
        starts.append(now + pace.reserve(now))
        now = starts[-1]
    between = [later - earlier for earlier, later in pairwise(starts)]
    assert min(between) >= 1 / per_second - 1e-6

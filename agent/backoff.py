"""backoff: how long to wait before the next try, and how fast calls may follow each other; reads no clock.

The nearer the store's closing, the shorter the longest wait. Full jitter, so that ten thousand boxes whose cloud came
back do not all call in the same second.
"""

from random import Random

BASE_S = 2.0
CAP_S = 15 * 60.0
CAP_IN_LAST_HOURS_S = 5 * 60.0
CAP_IN_LAST_MINUTES_S = 60.0
LAST_HOURS_S = 2 * 3600.0
LAST_MINUTES_S = 30 * 60.0
LONGEST_RETRY_AFTER_S = 3600.0
"""A cloud may ask for patience; one that asks for a day has a fault, and would cost the store its promise."""
DOUBLINGS = 20


def longest_wait_s(left_s: float | None, *, trusted: bool) -> float:
    """The longest wait with `left_s` seconds until the next deadline (None: none ahead).

    A wait begun in one period ends, at the latest, as the next period's cap would have it. When the wall clock cannot
    be trusted closing may be near: the middle cap.
    """
    if not trusted:
        return CAP_IN_LAST_HOURS_S
    if left_s is None:
        return CAP_S
    if left_s <= LAST_MINUTES_S:
        return CAP_IN_LAST_MINUTES_S
    if left_s <= LAST_HOURS_S:
        return min(CAP_IN_LAST_HOURS_S, left_s - LAST_MINUTES_S + CAP_IN_LAST_MINUTES_S)
    return min(CAP_S, left_s - LAST_HOURS_S + CAP_IN_LAST_HOURS_S)


def full_jitter_s(faults: int, longest_s: float, random: Random) -> float:
    """Anything between nothing and base x 2^(faults - 1), at most `longest_s`; `faults` counts from 1."""
    return random.uniform(0.0, min(longest_s, BASE_S * 2.0 ** min(max(faults - 1, 0), DOUBLINGS)))


class Pace:
    """At most `per_second` starts a second, evenly; nothing is saved up for a burst."""

    def __init__(self, per_second: float) -> None:
        self._between_s = 1.0 / per_second
        self._next = float("-inf")

    def reserve(self, now: float) -> float:
        """Seconds from `now` (monotonic) until the start that is hereby taken."""
        start = max(now, self._next)
        self._next = start + self._between_s
        return start - now

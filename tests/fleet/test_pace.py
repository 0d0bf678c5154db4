"""test_pace: full jitter under a doubling ceiling, counted anew only after a stable connection."""

from random import Random

from agent.fleet.pace import Backoff, Pace, health_offset
from tests.hand_clock import HandClock


class Highest(Random):
    """Always draws the longest."""

    def random(self) -> float:
        return 1.0

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002
        return b


def test_the_ceiling_doubles_up_to_five_minutes() -> None:
    backoff = Backoff(Pace(), HandClock(), Highest())
    assert [backoff.delay(refused=False) for _ in range(10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert [backoff.delay(refused=False) for _ in range(2_000)] == [300] * 2_000


def test_the_jitter_is_full() -> None:
    backoff = Backoff(Pace(), HandClock(), Random(7))
    for _ in range(20):
        backoff.delay(refused=False)
    waits = [backoff.delay(refused=False) for _ in range(500)]
    assert min(waits) < 10
    assert max(waits) > 290


def test_first_connect_is_spread_over_half_a_minute() -> None:
    assert Backoff(Pace(), HandClock(), Highest()).first() == 30
    assert 0 <= Backoff(Pace(), HandClock(), Random(3)).first() < 30


def test_refused_boxes_wait_at_least_half_a_minute() -> None:
    waits = [Backoff(Pace(), HandClock(), Random(seed)).delay(refused=True) for seed in range(200)]
    assert min(waits) >= 30
    assert max(waits) <= 300


async def test_only_a_stable_connection_counts_as_mended() -> None:
    clock = HandClock()
    backoff = Backoff(Pace(), clock, Highest())
    for _ in range(4):
        backoff.delay(refused=False)
    backoff.connected()
    await clock.advance(119)
    assert backoff.delay(refused=False) == 32
    backoff.connected()
    await clock.advance(120)
    assert backoff.delay(refused=False) == 2
    await clock.advance(1_000)  # not connected in between
    assert backoff.delay(refused=False) == 4


def test_each_device_has_its_own_moment_in_the_minute() -> None:
    offsets = [health_offset(f"TP-{number}", Pace()) for number in range(1_000)]
    assert offsets == [health_offset(f"TP-{number}", Pace()) for number in range(1_000)]
    assert min(offsets) < 1
    assert 9 < max(offsets) < 10

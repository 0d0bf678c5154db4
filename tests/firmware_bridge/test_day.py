"""A short day and a little noise; the long ones are `scripts/soak wire-tap` and `scripts/soak wire-tap-noise`."""

from tests.firmware_bridge import day


def test_a_short_day_with_everything_going_wrong_balances() -> None:
    outcome = day.play(60, 3)
    assert outcome.clean, outcome
    assert outcome.box_killed
    assert outcome.bad_wires


def test_noise_at_either_side_raises_nothing_and_grows_nothing() -> None:
    outcome = day.make_noise(100_000, 1)
    assert outcome.clean, outcome

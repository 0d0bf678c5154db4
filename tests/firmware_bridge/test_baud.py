"""The line's speed out of its pulses: every usual one, with a microcontroller's inexact clock; never a guess."""

import random

import pytest

from firmware_bridge.firmware.baud import SPEEDS, Finder, speed_of


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("error", [-0.05, -0.02, 0.0, 0.02, 0.05])
def test_each_speed_is_known_by_its_bit(speed: int, error: float) -> None:
    assert speed_of(int(1e9 / speed * (1 + error))) == speed


def test_what_is_no_usual_speed_is_none() -> None:
    assert speed_of(int(1e9 / 7000)) == 0
    assert speed_of(0) == 0


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_shortest_of_many_pulses_tells(speed: int) -> None:
    chance, finder = random.Random(speed), Finder()
    bit = 1e9 / speed
    found = [finder.saw(int(chance.choice((1, 1, 2, 3, 5)) * bit * chance.uniform(0.98, 1.02))) for _ in range(200)]
    assert found[-1] == speed
    assert set(found) <= {0, speed}


def test_nothing_is_said_before_enough_agree() -> None:
    finder = Finder()
    assert [finder.saw(104_166) for _ in range(Finder.ENOUGH)][:-1] == [0] * (Finder.ENOUGH - 1)
    assert Finder().saw(0) == 0

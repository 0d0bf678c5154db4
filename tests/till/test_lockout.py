"""Lockout: five wrong ones are free, then the wait doubles; many sources are slowed too; a right one forgives."""

import pytest

from agent.till.lockout import EVERYBODY, SOURCE, SOURCES_REMEMBERED, Lockout


def test_the_wait_of_one_source_doubles_up_to_its_longest() -> None:
    lockout, now, waits = Lockout(), 1000.0, []
    for _ in range(SOURCE.free + 8):
        assert lockout.begin("10.0.0.7", now) == 0
        waits.append(lockout.wait_s("10.0.0.7", now))
        now += waits[-1]
    assert waits[: SOURCE.free - 1] == [0] * (SOURCE.free - 1)
    assert waits[SOURCE.free - 1 :][:4] == [30, 60, 120, 240]
    assert waits[-1] == SOURCE.longest_s


def test_trying_while_waiting_neither_helps_nor_lengthens_it() -> None:
    lockout = Lockout()
    for _ in range(SOURCE.free):
        lockout.begin("a", 0)
    assert lockout.begin("a", 1) == pytest.approx(29)
    assert lockout.begin("a", 29) == pytest.approx(1)
    assert lockout.begin("b", 29) == 0


def test_attempts_at_once_are_counted_before_they_are_checked() -> None:
    lockout = Lockout()
    assert sum(lockout.begin("a", 0) == 0 for _ in range(1000)) == SOURCE.free


def test_a_right_pin_forgives_its_source() -> None:
    lockout = Lockout()
    for _ in range(SOURCE.free - 1):
        lockout.begin("a", 0)
    lockout.right("a")
    assert sum(lockout.begin("a", 0) == 0 for _ in range(20)) == SOURCE.free


def test_guessing_from_many_addresses_is_slowed_over_all() -> None:
    lockout, tried = Lockout(), 0
    for number in range(10_000):
        tried += lockout.begin(f"10.0.{number // 250}.{number % 250}", 0) == 0
    assert tried == EVERYBODY.free
    assert lockout.wait_s("10.9.9.9", 0) == EVERYBODY.first_s


def test_one_ipv6_network_is_one_source_and_memory_is_bounded() -> None:
    lockout = Lockout()
    assert sum(lockout.begin(f"2001:db8::{number:x}", 0) == 0 for number in range(50)) == SOURCE.free
    for number in range(3 * SOURCES_REMEMBERED):
        lockout.wait_s(f"s{number}", 0)
    assert len(lockout._sources) == SOURCES_REMEMBERED


def test_calm_forgets() -> None:
    lockout = Lockout()
    for _ in range(SOURCE.free):
        lockout.begin("a", 0)
    later = SOURCE.calm_s + SOURCE.longest_s
    assert lockout.begin("a", later) == 0
    assert lockout.wait_s("a", later) == 0

"""Open receipts are counted per shift and cashier, and somebody is asked only where the store wants it."""

from zoneinfo import ZoneInfo

import pytest

from agent.receipt import Kind, State
from agent.reconciliation import unattached
from agent.reconciliation.shifts import shift_of
from tests.reconciliation.days import OPENS, run, slip

UTC = ZoneInfo("UTC")
SHIFTS = ("06:00", "14:00")


@pytest.mark.parametrize(("hour", "shift"), [(5, "14:00"), (6, "06:00"), (13, "06:00"), (14, "14:00"), (23, "14:00")])
def test_a_moment_belongs_to_one_shift(hour: int, shift: str) -> None:
    assert shift_of(OPENS.replace(hour=hour), UTC, SHIFTS) == shift


def test_each_shift_is_counted_with_its_cashiers() -> None:
    morning = [slip("1", minute=1, open=True, cashier="Dana"), slip("2", minute=2, cashier="Dana")]
    evening = [slip("3", minute=400, open=True), slip("4", minute=401, open=True, cashier="Lee")]
    found = unattached([*morning, *evening], UTC, SHIFTS, nag=True)
    assert [finding.words for finding in found] == [
        "1 of 2 receipts of the shift from 06:00 name no customer (Dana 1)",
        "2 of 2 receipts of the shift from 14:00 name no customer (Lee 1)",
    ]
    assert [finding.role for finding in found] == ["cashier", "cashier"]


def test_without_the_wish_nobody_is_asked() -> None:
    (found,) = unattached(run(1, 3, open=True), UTC, (), nag=False)
    assert (found.good, found.words) == (True, "3 of 3 receipts of the day name no customer")


def test_what_never_earns_and_what_is_attached_does_not_count() -> None:
    slips = [*run(1, 2), slip("3", open=True, kind=Kind.KITCHEN), slip("4", state=State.HELD)]
    assert unattached(slips, UTC, (), nag=True) == []

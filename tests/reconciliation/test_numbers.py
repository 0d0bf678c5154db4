"""Receipt numbers that were never seen: said only where they mean something, and gone when they print later."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.receipt import Kind, State
from agent.reconciliation import Slip, missing_numbers
from tests.reconciliation.days import DAY, LATER, OPENS, run, slip

GRACE = timedelta(minutes=5)


def missing(*parts: list[Slip]) -> list[str]:
    found = missing_numbers([one for part in parts for one in part], LATER, GRACE)
    return [finding.words for finding in found]


def test_a_run_without_a_gap_says_nothing() -> None:
    assert missing(run(1001, 1020)) == []


def test_a_gap_is_said_with_the_till_and_as_printed() -> None:
    slips = [slip(f"A-{number:06d}", register="2") for number in (*range(7, 15), 16, 17, *range(21, 24))]
    assert missing(slips) == ["4 receipts of register 2 never seen: A-000015, A-000018-A-000020"]


def test_a_number_that_prints_later_fills_its_gap() -> None:
    assert missing(run(1, 5), run(7, 9), run(6, 6)) == []
    assert missing(run(1, 5), run(7, 9)) == ["receipt of till-1 never seen: 6"]


def test_a_slip_of_another_kind_fills_the_gap() -> None:
    assert missing(run(1, 5), run(7, 9), run(6, 6, kind=Kind.NO_SALE)) == []


def test_numbers_that_begin_anew_each_morning_are_two_runs() -> None:
    tomorrow = DAY + timedelta(days=1)
    assert missing(run(1, 40), run(1, 10, day=tomorrow)) == []
    again = missing(run(1, 40), run(1, 4, day=tomorrow), run(6, 10, day=tomorrow))
    assert again == ["receipt of till-1 never seen: 5"]


def test_a_run_that_goes_on_over_midnight_keeps_its_gaps() -> None:
    tomorrow = DAY + timedelta(days=1)
    found = missing_numbers([*run(1, 40), *run(42, 50, day=tomorrow)], LATER, GRACE)
    assert [(finding.day, finding.subject) for finding in found] == [(tomorrow, "till-1")]


def test_a_new_range_of_numbers_is_no_gap() -> None:
    assert missing(run(1, 10), run(5000, 5010)) == []


def test_two_tills_each_with_its_own_count() -> None:
    pairs = [[slip(str(100 + n), register="1"), slip(str(900 + n), register="2")] for n in range(10) if n != 4]
    assert missing(*pairs) == ["receipt of register 1 never seen: 104", "receipt of register 2 never seen: 904"]


def test_two_tills_that_share_a_count() -> None:
    shared = [slip(str(n), register="1" if n % 3 else "2") for n in range(200, 230)]
    assert missing(shared) == []
    assert missing([one for one in shared if one.number != "210"]) == ["receipt never seen: 210"]


def test_tills_that_do_not_count_by_one_have_no_gaps() -> None:
    assert missing([slip(str(n * 10)) for n in range(20)]) == []
    assert missing([slip(str(n)) for n in (17, 4, 99, 23, 56, 31)]) == []


def test_a_reprint_is_no_step_and_too_few_receipts_say_nothing() -> None:
    assert missing(run(1, 5), run(5, 5, counts=False), run(3, 3), run(6, 8)) == []
    assert missing(run(1, 2), run(4, 4)) == []


def test_the_other_till_is_given_time_to_print() -> None:
    slips = [*(slip(str(n), minute=n) for n in range(1, 7)), slip("8", minute=60)]
    assert missing_numbers(slips, OPENS + timedelta(minutes=62), GRACE) == []
    assert missing_numbers(slips, OPENS + timedelta(minutes=66), GRACE) != []


def test_held_receipts_without_a_number_are_named_as_what_may_be_missing() -> None:
    held = slip(None, state=State.HELD)
    assert missing(run(1, 5), [held], run(7, 9)) == [
        "receipt of till-1 never seen: 6 (1 held without a number: tillpost receipts --state held)"
    ]


@given(st.sets(st.integers(1, 60), max_size=12), st.integers(0, 90_000))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_exactly_what_is_taken_out_of_a_run_is_missing(taken: set[int], first: int) -> None:
    """Whatever is lost inside a run, as long as most of it goes up by one."""
    inside = {number for number in taken if number > 8 and number < 60}
    kept = [number for number in range(1, 62) if number not in inside]
    found = missing_numbers([slip(str(first + number), minute=number) for number in kept], LATER, GRACE)
    said = {number for finding in found for number in _numbers(finding.words.rpartition(": ")[2])}
    assert said == {first + number for number in inside}


def _numbers(ranges: str) -> set[int]:
    bounds = [[int(text) for text in part.split("-")] for part in ranges.split(", ")]
    return {number for ends in bounds for number in range(ends[0], ends[-1] + 1)}

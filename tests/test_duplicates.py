"""Seen before? Reprints do not count again, twins always count, and what paper cannot tell is asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from agent.duplicates import Sameness, Seen, fingerprint, judge, kin
from agent.receipt import Item, Kind, Receipt, State

DAY = date(2026, 11, 14)
PRINTED = datetime.fromisoformat("2026-11-14 09:42:10")
CAPTURED = datetime(2026, 11, 14, 17, 42, 12, tzinfo=UTC)
SALE = Receipt(
    kind=Kind.SALE,
    state=State.ACCEPTED,
    number="42",
    register="1",
    date=PRINTED,
    total=850,
    award_base=850,
    items=(Item("Cortado", 2, 850),),
    tenders=(("CASH", 850),),
)
BARE = replace(SALE, number=None, date=None)


def seen(receipt: Receipt, number: int = 1, **fields: Any) -> Seen:
    return Seen(number, receipt, fields.pop("lane", "till1"), fields.pop("day", DAY), CAPTURED, **fields)


def sameness(
    receipt: Receipt, *earlier: Seen, after: timedelta = timedelta(minutes=1), lane: str = "till1"
) -> Sameness:
    captured = CAPTURED + after
    return judge(receipt, captured, earlier, lane=lane, business_day=captured.date()).sameness


class TestReprints:
    def test_the_same_paper_once_more(self) -> None:
        verdict = judge(SALE, CAPTURED, [seen(SALE, 7)])
        assert (verdict.sameness, verdict.of) == (Sameness.REPRINT, 7)
        assert verdict.why

    def test_marked(self) -> None:
        assert sameness(replace(SALE, reprint=True), seen(SALE)) is Sameness.REPRINT

    def test_marked_and_stamped_with_the_time_of_the_reprint(self) -> None:
        later = replace(SALE, reprint=True, date=PRINTED + timedelta(minutes=20))
        assert sameness(later, seen(SALE)) is Sameness.REPRINT

    def test_a_week_later_it_is_still_the_same_sale(self) -> None:
        assert sameness(SALE, seen(SALE), after=timedelta(days=7)) is Sameness.REPRINT

    def test_a_marked_one_whose_original_was_never_seen_counts(self) -> None:
        marked = replace(SALE, reprint=True)
        assert sameness(marked) is Sameness.NEW
        assert sameness(marked, seen(replace(SALE, number="41"))) is Sameness.NEW

    def test_of_the_first_one_when_printed_three_times(self) -> None:
        again = replace(SALE, reprint=True)
        verdict = judge(again, CAPTURED, [seen(again, 9, counted=False), seen(SALE, 7)])
        assert (verdict.sameness, verdict.of) == (Sameness.REPRINT, 7)

    def test_although_the_customer_has_been_masked_since(self) -> None:
        assert sameness(replace(SALE, phone="4155550188"), seen(replace(SALE, phone="…0188"))) is Sameness.REPRINT

    def test_of_one_that_is_held_is_asked(self) -> None:
        assert sameness(SALE, seen(SALE, counted=False)) is Sameness.ASK

    def test_without_number_but_marked_and_at_the_same_time(self) -> None:
        unnumbered = replace(SALE, number=None)
        assert sameness(replace(unnumbered, reprint=True), seen(unnumbered)) is Sameness.REPRINT

    def test_over_a_second_tap_when_the_register_is_printed(self) -> None:
        assert sameness(SALE, seen(SALE, lane="serial")) is Sameness.REPRINT


class TestTwins:
    """A German till printed two sales with the same table, item, amount and tender 45 s apart."""

    TWIN = replace(SALE, number="43", date=PRINTED + timedelta(seconds=45))

    def test_another_number_and_time(self) -> None:
        assert sameness(self.TWIN, seen(SALE)) is Sameness.NEW

    @pytest.mark.parametrize("marked", [False, True])
    def test_another_number_alone(self, *, marked: bool) -> None:
        assert sameness(replace(SALE, number="43", reprint=marked), seen(SALE)) is Sameness.NEW

    def test_another_time_alone(self) -> None:
        assert sameness(replace(SALE, date=self.TWIN.date), seen(SALE)) is Sameness.NEW

    def test_another_time_and_no_number(self) -> None:
        earlier = replace(SALE, number=None)
        assert sameness(replace(self.TWIN, number=None), seen(earlier)) is Sameness.NEW

    def test_a_counter_that_starts_again_each_day(self) -> None:
        tomorrow = replace(SALE, date=PRINTED + timedelta(days=1))
        assert sameness(tomorrow, seen(SALE), after=timedelta(days=1)) is Sameness.NEW

    @pytest.mark.parametrize(
        "other",
        [
            replace(SALE, total=900),
            replace(SALE, kind=Kind.RETURN),
            replace(SALE, register="2"),
        ],
    )
    def test_whatever_else_is_printed_differently(self, other: Receipt) -> None:
        assert sameness(other, seen(SALE)) is Sameness.NEW

    def test_another_customer_and_no_number(self) -> None:
        assert sameness(replace(BARE, phone="4155550119"), seen(replace(BARE, phone="4155550188"))) is Sameness.NEW


class TestAsked:
    def test_same_content_without_number_and_time(self) -> None:
        assert sameness(BARE, seen(BARE)) is Sameness.ASK

    def test_other_content_without_number_and_time(self) -> None:
        assert sameness(replace(BARE, items=(Item("Espresso", 2, 850),)), seen(BARE)) is Sameness.NEW

    def test_another_day_without_number_and_time(self) -> None:
        assert sameness(BARE, seen(BARE), after=timedelta(days=1)) is Sameness.NEW

    def test_another_till_with_the_same_number_or_the_same_time(self) -> None:
        unregistered = replace(SALE, register=None)
        later = replace(unregistered, date=PRINTED + timedelta(minutes=1))
        assert sameness(later, seen(unregistered), lane="till2") is Sameness.NEW
        unnumbered = replace(unregistered, number=None)
        assert sameness(unnumbered, seen(unnumbered), lane="till2") is Sameness.NEW

    def test_without_being_told_the_day_the_printed_one_counts(self) -> None:
        timeless = seen(replace(SALE, number=None, date=None))
        overnight = CAPTURED + timedelta(hours=12)
        assert judge(replace(SALE, number=None), overnight, [timeless]).sameness is Sameness.ASK
        assert judge(BARE, overnight, [timeless]).sameness is Sameness.NEW

    def test_another_till_without_number_and_time(self) -> None:
        unregistered = replace(BARE, register=None)
        assert sameness(unregistered, seen(unregistered), lane="till2") is Sameness.NEW

    def test_same_minute_without_number(self) -> None:
        unnumbered = replace(SALE, number=None)
        assert sameness(unnumbered, seen(unnumbered)) is Sameness.ASK

    def test_a_number_that_only_one_of_them_prints(self) -> None:
        assert sameness(replace(SALE, number=None), seen(SALE)) is Sameness.ASK
        assert sameness(SALE, seen(replace(SALE, number=None))) is Sameness.ASK

    def test_a_register_that_only_one_of_them_prints(self) -> None:
        assert sameness(replace(SALE, register=None), seen(SALE)) is Sameness.REPRINT
        assert sameness(replace(SALE, register=None), seen(SALE), lane="serial") is Sameness.ASK

    def test_same_number_without_time(self) -> None:
        assert sameness(replace(SALE, date=None), seen(replace(SALE, date=None))) is Sameness.ASK

    def test_marked_with_the_number_of_another_day(self) -> None:
        marked = replace(SALE, reprint=True, date=PRINTED + timedelta(days=1))
        assert sameness(marked, seen(SALE), after=timedelta(days=1)) is Sameness.ASK

    def test_a_till_whose_clock_stands_still(self) -> None:
        """It prints one time for ever and starts its numbers again each day: that is no proof."""
        stopped = replace(SALE, date=datetime.fromisoformat("2010-01-01"))
        assert sameness(stopped, seen(stopped), after=timedelta(days=1)) is Sameness.ASK
        assert sameness(stopped, seen(stopped)) is Sameness.REPRINT

    def test_a_second_tap_that_prints_no_register(self) -> None:
        unregistered = replace(SALE, register=None)
        assert sameness(unregistered, seen(unregistered), lane="serial") is Sameness.ASK

    def test_a_reprint_is_never_hidden_behind_a_question(self) -> None:
        crowd = [seen(BARE, 1), seen(SALE, 2), seen(replace(SALE, date=None), 3)]
        for order in permutations(crowd):
            verdict = judge(SALE, CAPTURED, order)
            assert (verdict.sameness, verdict.of) == (Sameness.REPRINT, 2)


class TestFingerprint:
    def test_is_readable_and_kin_is_its_beginning(self) -> None:
        assert fingerprint("store 1", "till1", SALE, DAY) == "store 1/sale/850/42/register 1/2026-11-14"
        assert kin("store 1", SALE) == "store 1/sale/850/42/"

    def test_the_printed_register_wins_over_the_lane(self) -> None:
        assert fingerprint("s", "a", SALE, DAY) == fingerprint("s", "b", SALE, DAY)
        unregistered = replace(SALE, register=None)
        assert fingerprint("s", "a", unregistered, DAY) != fingerprint("s", "b", unregistered, DAY)

    def test_a_late_reprint_keeps_the_printed_day(self) -> None:
        assert fingerprint("s", "a", SALE, DAY) == fingerprint("s", "a", SALE, DAY + timedelta(days=7))
        assert fingerprint("s", "a", BARE, DAY) != fingerprint("s", "a", BARE, DAY + timedelta(days=7))

    def test_no_part_can_run_into_the_next(self) -> None:
        tricky = replace(SALE, number="4/2", register="1/x%")
        assert fingerprint("a/b", "l", tricky, DAY) == "a%2Fb/sale/850/4%2F2/register 1%2Fx%25/2026-11-14"

    def test_holds_no_personal_data(self) -> None:
        named = replace(SALE, phone="4155550188", email="guest@example.com", name="Guest")
        assert fingerprint("s", "a", named, DAY) == fingerprint("s", "a", SALE, DAY)

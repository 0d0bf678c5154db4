"""The day a receipt belongs to and its deadline: closings per weekday, after midnight, and when the clocks change."""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.business_day import LEAST_TIME, closing_after, day_of, deadline, is_open
from agent.settings import WEEKDAYS, Store

SATURDAY = date(2026, 11, 14)


def store(**fields: Any) -> Store:
    return Store(**fields)


def local(text: str, shop: Store, fold: int = 0) -> datetime:
    """A local time of the shop, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=shop.zone, fold=fold).astimezone(UTC)


def printed(text: str) -> datetime:
    """As on paper: no zone."""
    return datetime.fromisoformat(text)


LATE_BAR = store(closing=dict.fromkeys(WEEKDAYS, "21:00") | {"fri": "02:00", "sat": "02:00"})


class TestDay:
    SHOP = store()

    def day(self, printed: str | None, captured: str, **how: Any) -> date:
        moment = datetime.fromisoformat(printed) if printed else None
        return day_of(moment, local(captured, self.SHOP), self.SHOP, **how)

    def test_the_printed_time_wins(self) -> None:
        assert self.day("2026-11-13 23:58", "2026-11-14 04:30") == date(2026, 11, 13)

    def test_without_one_the_capture_counts_in_the_stores_zone(self) -> None:
        assert day_of(None, datetime(2026, 11, 15, 5, 0, tzinfo=UTC), self.SHOP) == SATURDAY

    @pytest.mark.parametrize(
        ("printed", "expected"),
        [("2026-11-15 01:30", 14), ("2026-11-15 03:59", 14), ("2026-11-15 04:00", 15)],
    )
    def test_after_midnight_is_still_yesterday(self, printed: str, expected: int) -> None:
        assert self.day(printed, printed) == date(2026, 11, expected)

    @pytest.mark.parametrize(
        ("printed", "believed"),
        [
            ("2026-11-14 12:00", True),
            ("2026-11-14 12:59", True),
            ("2026-11-12 12:00", True),
            ("2026-11-12 11:59", False),
            ("2026-11-14 13:01", False),
            ("2026-11-15 12:00", False),
            ("2062-11-14 12:00", False),
        ],
    )
    def test_an_implausible_printed_time_is_not_believed(self, printed: str, *, believed: bool) -> None:
        expected = date.fromisoformat(printed[:10]) if believed else SATURDAY
        assert self.day(printed, "2026-11-14 12:00") == expected

    @pytest.mark.parametrize(("printed", "expected"), [("04:29", 14), ("04:30", 14), ("04:31", 13)])
    def test_a_till_may_run_an_hour_ahead(self, printed: str, expected: int) -> None:
        """Captured at 03:30, which is still yesterday's day."""
        assert self.day(f"2026-11-14 {printed}", "2026-11-14 03:30") == date(2026, 11, expected)

    def test_it_is_believed_where_our_own_clock_is_a_guess(self) -> None:
        assert self.day("2026-11-14 12:00", "2026-10-01 12:00", trusted=False) == SATURDAY
        assert self.day("2026-11-14 12:00", "2026-10-01 12:00") == date(2026, 10, 1)

    def test_the_hour_that_comes_twice_is_plausible_in_both_readings(self) -> None:
        """1 November 2026, 01:30 happens twice in Los Angeles; a till that has not been set back prints 02:10."""
        second = local("2026-11-01 01:30", self.SHOP, fold=1)
        assert day_of(printed("2026-11-01 02:10"), second, self.SHOP) == date(2026, 10, 31)
        first, by_midnight = local("2026-11-01 01:10", self.SHOP), store(day_starts="00:00")
        assert day_of(printed("2026-11-01 01:30"), first, by_midnight) == date(2026, 11, 1)


class TestClosing:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-11-14 12:00", "2026-11-15 02:00"),  # Saturday: closes on Sunday at two
            ("2026-11-14 01:00", "2026-11-14 02:00"),  # still Friday's night
            ("2026-11-15 12:00", "2026-11-15 21:00"),
            ("2026-11-15 21:00", "2026-11-16 21:00"),  # strictly after
            ("2026-11-12 22:00", "2026-11-14 02:00"),  # Thursday after closing: Friday's
        ],
    )
    def test_by_weekday_and_after_midnight(self, moment: str, expected: str) -> None:
        assert closing_after(local(moment, LATE_BAR), LATE_BAR) == local(expected, LATE_BAR)

    def test_one_time_for_all_days(self) -> None:
        shop = store(closing="21:30")
        assert closing_after(local("2026-11-14 21:29", shop), shop) == local("2026-11-14 21:30", shop)

    @pytest.mark.parametrize("closing", ["", {"mon": "20:00"}])
    def test_unset_is_four_in_the_morning(self, closing: Any) -> None:
        shop = store(closing=closing)
        assert closing_after(local("2026-11-14 12:00", shop), shop) == local("2026-11-15 04:00", shop)
        assert closing_after(local("2026-11-14 03:00", shop), shop) == local("2026-11-14 04:00", shop)

    def test_a_closing_at_the_days_start_is_its_end(self) -> None:
        shop = store(closing=dict.fromkeys(WEEKDAYS, "21:00") | {"sat": "04:00"})
        assert closing_after(local("2026-11-14 12:00", shop), shop) == local("2026-11-15 04:00", shop)
        assert closing_after(local("2026-11-14 01:00", shop), shop) == local("2026-11-15 04:00", shop)

    def test_midnight_closes_the_day_before(self) -> None:
        shop = store(closing="00:00")
        assert closing_after(local("2026-11-14 23:00", shop), shop) == local("2026-11-15 00:00", shop)

    def test_a_day_that_starts_at_midnight(self) -> None:
        shop = store(closing="21:00", day_starts="00:00")
        assert closing_after(local("2026-11-14 20:00", shop), shop) == local("2026-11-14 21:00", shop)

    @pytest.mark.parametrize("day", ["2026-03-07", "2026-03-08", "2026-10-31", "2026-11-01"])
    def test_nine_in_the_evening_stays_nine_when_the_clocks_change(self, day: str) -> None:
        shop = store(closing="21:00")
        assert closing_after(local(f"{day} 12:00", shop), shop) == local(f"{day} 21:00", shop)

    def test_a_closing_in_the_hour_that_does_not_exist(self) -> None:
        shop = store(closing="02:30")
        closing = closing_after(local("2026-03-07 20:00", shop), shop)
        assert closing == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)
        assert closing_after(closing, shop) == local("2026-03-09 02:30", shop)

    def test_a_closing_in_the_hour_that_comes_twice_is_the_first_one(self) -> None:
        shop = store(closing="01:30")
        assert closing_after(local("2026-10-31 20:00", shop), shop) == local("2026-11-01 01:30", shop)

    @given(
        moment=some.datetimes(printed("2025-01-01"), printed("2030-01-01"), timezones=some.just(UTC)),
        closing=some.times(),
        zone=some.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia"]),
    )
    def test_always_after_and_within_a_day_and_an_hour(self, moment: datetime, closing: Any, zone: str) -> None:
        shop = store(closing=closing.strftime("%H:%M"), timezone=zone)
        assert timedelta(0) < closing_after(moment, shop) - moment <= timedelta(hours=25)


class TestDeadline:
    SHOP = store(closing="21:00")

    @pytest.mark.parametrize(
        ("captured", "expected"),
        [
            ("2026-11-14 12:00", "2026-11-14 21:00"),
            ("2026-11-14 20:30", "2026-11-14 21:00"),
            ("2026-11-14 20:31", "2026-11-15 21:00"),
            ("2026-11-14 21:05", "2026-11-15 21:00"),
        ],
    )
    def test_leaves_half_an_hour(self, captured: str, expected: str) -> None:
        due = deadline(local(captured, self.SHOP), self.SHOP)
        assert due == local(expected, self.SHOP)
        assert due - local(captured, self.SHOP) >= LEAST_TIME

    def test_is_utc(self) -> None:
        assert deadline(local("2026-11-14 12:00", self.SHOP), self.SHOP).tzinfo is UTC


WEEK = store(
    timezone="UTC",
    closing=dict.fromkeys(WEEKDAYS, "21:00") | {"sun": "closed"},
    opening=dict.fromkeys(WEEKDAYS, "09:00"),
    holidays={"2026-12-24": "14:00", "12-25": "closed", "2027-12-25": "12:00"},
)


class TestHours:
    """14 November 2026 is a Saturday; Christmas Day 2026 a Friday."""

    @pytest.mark.parametrize(
        ("captured", "due"),
        [
            ("2026-11-14 12:00", "2026-11-14 21:00"),
            ("2026-11-14 20:31", "2026-11-16 21:00"),
            ("2026-11-15 12:00", "2026-11-16 21:00"),
            ("2026-12-24 12:00", "2026-12-24 14:00"),
            ("2026-12-24 15:00", "2026-12-26 21:00"),
            ("2027-12-25 09:00", "2027-12-25 12:00"),
        ],
    )
    def test_what_is_captured_before_a_closed_day_is_due_by_the_next_closing(self, captured: str, due: str) -> None:
        assert deadline(local(captured, WEEK), WEEK) == local(due, WEEK)

    @pytest.mark.parametrize(
        ("moment", "open_"),
        [
            ("2026-11-14 08:59", False),
            ("2026-11-14 09:00", True),
            ("2026-11-14 20:59", True),
            ("2026-11-14 21:00", False),
            ("2026-11-15 12:00", False),
            ("2026-12-24 13:59", True),
            ("2026-12-24 14:00", False),
            ("2026-12-25 12:00", False),
        ],
    )
    def test_open(self, moment: str, *, open_: bool) -> None:
        assert is_open(local(moment, WEEK), WEEK) is open_

    def test_a_bar_is_open_after_midnight_on_yesterdays_hours(self) -> None:
        assert is_open(local("2026-11-15 01:30", LATE_BAR), LATE_BAR)
        assert not is_open(local("2026-11-15 02:30", LATE_BAR), LATE_BAR)

    def test_without_any_hours_it_is_always_open(self) -> None:
        shop = store()
        assert all(is_open(local(f"2026-11-14 {hour:02d}:00", shop), shop) for hour in range(24))

    @pytest.mark.parametrize("shop", [store(closing="02:30"), store(closing="02:30", timezone="Europe/Berlin")])
    def test_every_day_has_one_closing_also_when_the_clocks_change(self, shop: Store) -> None:
        """Los Angeles changes on 14 March and 7 November 2027, Berlin on 28 March and 31 October."""
        moment, closings = local("2027-01-01 12:00", shop), set[datetime]()
        while moment < local("2028-01-01 12:00", shop):
            closings.add(closing_after(moment, shop))
            moment += timedelta(hours=1)
        assert len(closings) == 365 + 1
        gaps = [later - earlier for earlier, later in itertools.pairwise(sorted(closings))]
        assert set(gaps) <= {timedelta(hours=hours) for hours in (23, 24, 25)}

    @pytest.mark.parametrize(
        "fields",
        [
            {"closing": dict.fromkeys(WEEKDAYS, "closed")},
            {"closing": "closed"},
            {"holidays": {"24.12.": "closed"}},
            {"holidays": {"12-24": "noon"}},
            {"opening": {"monday": "09:00"}},
        ],
    )
    def test_hours_that_cannot_be_are_refused(self, fields: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"closed|is no day|Invalid isoformat|no weekday"):
            store(**fields)

"""A till that is silent when it usually prints is told; one that always is at that time is not."""

from datetime import UTC, date, datetime, timedelta

from agent.reconciliation import quiet_lanes

NOW = datetime(2026, 11, 14, 15, 0, tzinfo=UTC)
SILENCE = timedelta(minutes=90)


def hours(*days_ago: int, begin: int = 9, end: int = 18) -> list[datetime]:
    """A print each half hour of these days, up to now today."""
    midnights = (NOW.replace(hour=0) - timedelta(days=ago) for ago in days_ago)
    times = [day + timedelta(minutes=30 * n) for day in midnights for n in range(begin * 2, end * 2)]
    return [one for one in times if one <= NOW]


def said(times: list[datetime], now: datetime = NOW) -> list[str]:
    return [f.words for f in quiet_lanes({"till-1": times}, now, SILENCE, datetime.date, lambda at: f"{at:%H:%M}")]


def test_a_till_that_stopped_is_told_with_the_time() -> None:
    today = [one for one in hours(0) if one <= NOW - timedelta(hours=2)]
    assert said([*hours(7, 14), *today]) == [
        "till-1 has printed nothing since 13:00, though at this time it usually does"
    ]


def test_a_till_that_prints_is_not() -> None:
    assert said([*hours(7, 14), *hours(0)]) == []


def test_a_till_closed_at_this_time_of_this_weekday_is_not() -> None:
    assert said([*hours(7, 14, end=12), *hours(0, end=12)]) == []


def test_a_young_box_goes_by_the_last_days_and_a_new_one_says_nothing() -> None:
    today = [one for one in hours(0) if one <= NOW - timedelta(hours=2)]
    assert len(said([*hours(1, 2, 3), *today])) == 1
    assert said([*hours(1), *today]) == []
    assert said([]) == []


def test_a_till_rarely_used_at_this_hour_is_not() -> None:
    rarely = [*hours(7), *hours(14, end=12), *hours(21, end=12), *hours(28, end=12)]
    assert said([*rarely, NOW - timedelta(hours=3)]) == []


def test_the_day_is_that_of_the_last_print() -> None:
    times = [*hours(7, 14, 21), NOW - timedelta(days=1)]
    (found,) = quiet_lanes({"till-1": times}, NOW, SILENCE, datetime.date, str)
    assert found.day == date(2026, 11, 13)

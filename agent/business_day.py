"""business_day: takes printed and captured times and the store's hours, gives day and deadline; asks no clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from agent.settings import WEEKDAYS, Store

OLDEST_PRINTED = timedelta(days=2)
"""A printed time further back is a till whose clock is wrong, not a late print."""
NEWEST_PRINTED = timedelta(hours=1)
"""How far a till's clock may run ahead of ours."""
LEAST_TIME = timedelta(minutes=30)
"""An award captured closer to closing than this has until the closing after."""
UNSET_CLOSING = time(4, 0)
DAY = timedelta(days=1)


def day_of(printed: datetime | None, captured: datetime, store: Store, *, trusted: bool = True) -> date:
    """The business day a receipt belongs to.

    `printed`: naive, the store's local time; it wins where it is plausible beside the capture, and always when our own
    clock was a guess (`trusted` False). `captured`: aware. A receipt before `day_starts` is yesterday's.
    """
    local = captured.astimezone(store.zone).replace(tzinfo=None)
    moment = printed if printed is not None and (not trusted or _plausible(printed, captured, store)) else local
    starts = time.fromisoformat(store.day_starts)
    return moment.date() if moment.time() >= starts else moment.date() - DAY


def closing_after(moment: datetime, store: Store) -> datetime:
    """The store's first closing strictly after `moment` (aware); UTC."""
    day = moment.astimezone(store.zone).date()
    return min(closing for closing in _closings_around(day, store) if closing > moment)


def deadline(captured: datetime, store: Store) -> datetime:
    """When the awards of a receipt captured then are due: the next closing that leaves half an hour; UTC."""
    closing = closing_after(captured, store)
    return closing if closing - captured >= LEAST_TIME else closing_after(closing, store)


def _plausible(printed: datetime, captured: datetime, store: Store) -> bool:
    """In either reading of the hour that the clocks going back repeat."""
    ages = (captured - printed.replace(tzinfo=store.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return any(-NEWEST_PRINTED <= age <= OLDEST_PRINTED for age in ages)


def _closings_around(day: date, store: Store) -> Iterator[datetime]:
    """The closings of the business days around this one, enough for one to lie after any moment of it."""
    starts = time.fromisoformat(store.day_starts)
    for offset in range(-2, 4):
        business_day = day + offset * DAY
        closes = _closing_time(business_day, store)
        on = business_day if closes > starts else business_day + DAY  # at or before the day's start: after midnight
        yield datetime.combine(on, closes, store.zone).astimezone(UTC)


def _closing_time(business_day: date, store: Store) -> time:
    """Local; a weekday that the settings do not name closes as if none were set."""
    closing = store.closing
    text = closing.get(WEEKDAYS[business_day.weekday()], "") if isinstance(closing, dict) else closing
    return time.fromisoformat(text) if text else UNSET_CLOSING

"""business_day: takes printed and captured times and the store's hours, gives day and deadline; asks no clock."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from agent.settings import CLOSED, WEEKDAYS, Store

OLDEST_PRINTED = timedelta(days=2)
"""A printed time further back is a till whose clock is wrong, not a late print."""
NEWEST_PRINTED = timedelta(hours=1)
"""How far a till's clock may run ahead of ours."""
LEAST_TIME = timedelta(minutes=30)
"""An award captured closer to closing than this has until the closing after."""
UNSET_CLOSING = time(4, 0)
DAY = timedelta(days=1)
MOST_CLOSED_DAYS = 800
"""A shop closed for longer than two years opens no more."""


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
    return next(closing for closing in _closings_from(day - 2 * DAY, store) if closing > moment)


def deadline(captured: datetime, store: Store) -> datetime:
    """When the awards of a receipt captured then are due: the next closing that leaves half an hour; UTC."""
    closing = closing_after(captured, store)
    return closing if closing - captured >= LEAST_TIME else closing_after(closing, store)


def is_open(moment: datetime, store: Store) -> bool:
    """Whether the shop is open then, as far as its settings tell: without an opening time from the day's start on."""
    local = moment.astimezone(store.zone)
    for business_day in (local.date() - DAY, local.date()):
        closes, opens = _closing_of(business_day, store), _hour(store.opening, business_day)
        if closes is None or opens == CLOSED:
            continue
        start = time.fromisoformat(opens or store.day_starts)
        if datetime.combine(business_day, start, store.zone).astimezone(UTC) <= moment < closes:
            return True
    return False


def _plausible(printed: datetime, captured: datetime, store: Store) -> bool:
    """In either reading of the hour that the clocks going back repeat."""
    ages = (captured - printed.replace(tzinfo=store.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return any(-NEWEST_PRINTED <= age <= OLDEST_PRINTED for age in ages)


def _closings_from(day: date, store: Store) -> Iterator[datetime]:
    """One a business day from that day on, in order; days on which the shop is closed have none."""
    for offset in range(MOST_CLOSED_DAYS):
        closing = _closing_of(day + offset * DAY, store)
        if closing is not None:
            yield closing


def _closing_of(business_day: date, store: Store) -> datetime | None:
    """When that business day ends; None when the shop is closed on it. At or before the day's start: after midnight.

    A local time that does not exist, because the clocks go forward over it, is as far behind midnight as it says.
    """
    text = _hour(store.closing, business_day, store.holidays)
    if text == CLOSED:
        return None
    closes = time.fromisoformat(text) if text else UNSET_CLOSING
    on = business_day if closes > time.fromisoformat(store.day_starts) else business_day + DAY
    return datetime.combine(on, closes, store.zone).astimezone(UTC)


def _hour(hours: str | Mapping[str, str], business_day: date, holidays: Mapping[str, str] | None = None) -> str:
    """'HH:MM', 'closed', or '' where the settings name nothing; a holiday of that very year counts before others."""
    for name in (business_day.isoformat(), f"{business_day:%m-%d}"):
        if holidays and name in holidays:
            return holidays[name]
    return hours if isinstance(hours, str) else hours.get(WEEKDAYS[business_day.weekday()], "")

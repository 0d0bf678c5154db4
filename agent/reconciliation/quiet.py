"""quiet: takes when each lane printed, says which is silent at a time when it usually prints; knows no receipt.

Shop hours are learned: the same hour of the same weekday in the last four weeks, or of the last days on a young box.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta

from agent.reconciliation.finding import Finding

QUIET = "quiet_lane"
WEEKS = tuple(timedelta(weeks=n) for n in (1, 2, 3, 4))
DAYS = tuple(timedelta(days=n) for n in range(1, 8))
SAME_WEEKDAYS_NEEDED, DAYS_NEEDED = 2, 3
USUALLY = 0.75


def quiet_lanes(
    prints: Mapping[str, Sequence[datetime]],
    now: datetime,
    silence: timedelta,
    day_of: Callable[[datetime], date],
    in_words: Callable[[datetime], str],
) -> list[Finding]:
    """`prints`: per lane the captures of the last 28 days (aware, any order); `in_words` writes a local time.

    The day of a finding is that of the last print, so that it stays one finding while the silence lasts.
    """
    found = []
    for lane, times in sorted(prints.items()):
        last = max((one for one in times if one <= now), default=None)
        if last is None or now - last < silence or not _usually_prints(times, now, silence):
            continue
        found.append(
            Finding(
                QUIET,
                day_of(last),
                lane,
                f"{lane} has printed nothing since {in_words(last)}, though at this time it usually does",
                role="technician",
                title=f"Nothing has been printed on {lane} for a long time",
                fix="Print a test receipt there. If it comes out on paper and not on the box: check the cable and the"
                " printer address in the till; if the till was not used: close this.",
            )
        )
    return found


def _usually_prints(times: Sequence[datetime], now: datetime, silence: timedelta) -> bool:
    for offsets, needed in ((WEEKS, SAME_WEEKDAYS_NEEDED), (DAYS, DAYS_NEEDED)):
        compared = [offset for offset in offsets if _any_between(times, now - offset, timedelta(hours=12))]
        if len(compared) >= needed:
            hits = sum(1 for offset in compared if _printed_before(times, now - offset, silence))
            return hits >= USUALLY * len(compared)
    return False


def _any_between(times: Sequence[datetime], around: datetime, reach: timedelta) -> bool:
    """The lane was in use that day at all."""
    return any(around - reach <= one <= around + reach for one in times)


def _printed_before(times: Sequence[datetime], moment: datetime, silence: timedelta) -> bool:
    return any(moment - silence <= one <= moment for one in times)

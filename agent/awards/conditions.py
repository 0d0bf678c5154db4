"""conditions: takes an occasion, gives the conditions of its programme that hold there; counts nothing.

By the receipt's own printed time, so that what is sent late is judged as if it had been sent at once.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from agent.awards.occasion import Occasion
from agent.settings import WEEKDAYS, Condition


def holding(occasion: Occasion) -> Sequence[Condition] | None:
    """Those that hold, in the settings' order; None when the programme has none at all."""
    conditions = occasion.programme.conditions
    return [one for one in conditions if holds_here(one, occasion)] if conditions else None


def holds_here(condition: Condition, occasion: Occasion) -> bool:
    """Its place and time; its goods and its minimum are matters of the lines."""
    if condition.stores and occasion.store.id not in condition.stores:
        return False
    if condition.channels and occasion.channel not in condition.channels:
        return False
    timed = (condition.days, condition.starts, condition.ends, condition.since, condition.until)
    return not any(timed) or (occasion.at is not None and _in_time(condition, occasion.at))


def in_words(conditions: Sequence[Condition]) -> str:
    return "; ".join(_said(condition) for condition in conditions)


def _in_time(condition: Condition, at: datetime) -> bool:
    """A span over midnight belongs to the day it began on."""
    starts, ends, day, minute = condition.starts or time.min, condition.ends, at.date(), at.time()
    if ends is not None and ends <= starts:
        if minute < ends:
            day -= timedelta(days=1)
        elif minute < starts:
            return False
    elif minute < starts or (ends is not None and minute >= ends):
        return False
    return (
        (not condition.days or WEEKDAYS[day.weekday()] in condition.days)
        and (condition.since is None or day >= condition.since)
        and (condition.until is None or day <= condition.until)
    )


def _said(condition: Condition) -> str:
    words = [", ".join(condition.days)] if condition.days else []
    if condition.starts or condition.ends:
        starts = f"{condition.starts:%H:%M}" if condition.starts else ""
        words.append(f"{starts}-{condition.ends:%H:%M}" if condition.ends else f"from {starts}")
    words += [f"from {condition.since}"] if condition.since else []
    words += [f"until {condition.until}"] if condition.until else []
    words += [f"in {', '.join(condition.stores)}"] if condition.stores else []
    words += [f"by {', '.join(condition.channels)}"] if condition.channels else []
    words += [f"on {', '.join((*condition.words, *condition.skus))}"] if condition.words or condition.skus else []
    return " ".join(words) or "always"

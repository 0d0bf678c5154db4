"""history: takes a cloud's list of what was booked and our own attempts, says whether one of them arrived; asks nobody.

For clouds where only amount and time can be seen (class W). What we know to have delivered besides explains its own
entries; what is left over is ours. Anything that cannot be read or told apart is Unknown: a person looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.providers.answers import AlreadyDone, Answer, NotFound, Unknown


@dataclass(frozen=True, slots=True)
class Booked:
    """One entry of theirs; None where it could not be read."""

    amount: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Window:
    """When an attempt of ours may have been booked."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment <= self.end


def moments(tried: Mapping[str, Any]) -> list[datetime]:
    """The `attempts` of a look, or of one of its siblings."""
    return [datetime.fromisoformat(str(text)) for text in tried.get("attempts", ())]


def windows(attempts: Sequence[datetime], timeout_s: float, skew_s: float) -> list[Window]:
    before, after = timedelta(seconds=skew_s), timedelta(seconds=timeout_s + skew_s)
    return [Window(at - before, at + after) for at in attempts]


@dataclass(frozen=True, slots=True)
class Sibling:
    """A fact of ours for the same member that surely arrived, once, in one of these windows."""

    amount: int | None
    when: Sequence[Window]


def judge(
    booked: Sequence[Booked], amount: int, when: Sequence[Window], siblings: Sequence[Sibling], remote_id: str
) -> Answer:
    """Of all entries of this amount in our windows and our siblings', each sibling explains one; is one left over?

    A sibling counts by when it was tried, not by when we learnt that it had arrived: those may be far apart.
    """
    if not when:
        return Unknown("it is not known when it was tried")
    if any(entry.amount is None or entry.at is None for entry in booked):
        return Unknown("their history cannot be read (settings 'paths')")
    alike = [sibling for sibling in siblings if sibling.amount == amount]
    if any(not sibling.when for sibling in alike):
        return Unknown("it is not known when an award of the same amount was tried")
    everywhere = [*when, *(window for sibling in alike for window in sibling.when)]
    left_over = _within(booked, amount, everywhere) - len(alike)
    if left_over <= 0 or not _within(booked, amount, when):
        return NotFound()
    return AlreadyDone(remote_id) if left_over == 1 else Unknown(f"{left_over} entries of this amount at that time")


def _within(entries: Sequence[Booked], amount: int, when: Sequence[Window]) -> int:
    return sum(
        1 for entry in entries if entry.amount == amount and entry.at and any(window.holds(entry.at) for window in when)
    )

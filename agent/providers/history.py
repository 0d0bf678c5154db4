"""history: takes a cloud's list of what was booked and our own attempts, says whether one of them arrived; asks nobody.

For clouds where only amount and time can be seen (class W). What we know to have delivered besides explains its own
entries; what is left over is ours. Anything that cannot be read or told apart is Unknown: a person looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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


def windows(attempts: Sequence[datetime], timeout_s: float, skew_s: float) -> list[Window]:
    before, after = timedelta(seconds=skew_s), timedelta(seconds=timeout_s + skew_s)
    return [Window(at - before, at + after) for at in attempts]


def judge(
    booked: Sequence[Booked], amount: int, when: Sequence[Window], siblings: Sequence[Booked], remote_id: str
) -> Answer:
    """`siblings`: facts of ours for the same member that surely arrived."""
    if not when:
        return Unknown("it is not known when it was tried")
    if any(entry.amount is None or entry.at is None for entry in booked):
        return Unknown("their history cannot be read (settings 'paths')")
    theirs = _within(booked, amount, when) - _within(siblings, amount, when)
    if theirs <= 0:
        return NotFound()
    return AlreadyDone(remote_id) if theirs == 1 else Unknown(f"{theirs} entries of this amount at that time")


def _within(entries: Sequence[Booked], amount: int, when: Sequence[Window]) -> int:
    return sum(
        1 for entry in entries if entry.amount == amount and entry.at and any(window.holds(entry.at) for window in when)
    )

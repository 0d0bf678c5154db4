"""moment: one reading of the clock as the ledger's functions take it; reads no clock by itself later."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from agent.clock import Clock, Quality


@dataclass(frozen=True, slots=True)
class Moment:
    """`wall` aware UTC; `trusted` = may be compared with deadlines; `ms` monotonic within `boot` only."""

    wall: datetime
    trusted: bool
    boot: str
    ms: int

    @classmethod
    def now(cls, clock: Clock) -> "Moment":
        return cls(clock.wall(), clock.quality() is Quality.NTP, clock.boot, int(clock.monotonic() * 1000))


STEP_S = 60.0
"""A disciplined clock is slewed, not stepped: a jump of more than this is somebody's mistake, at either end."""
DISTRUST_S = 600.0


class Steady:
    """Gives moments, and distrusts the wall for ten minutes after it jumped under a clock that called itself good."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: Moment | None = None
        self._distrust_until_ms = 0

    def now(self) -> Moment:
        seen = Moment.now(self._clock)
        if self._last and self._last.trusted and seen.trusted and _jumped(self._last, seen):
            self._distrust_until_ms = seen.ms + int(DISTRUST_S * 1000)
        self._last = seen
        return replace(seen, trusted=seen.trusted and seen.ms >= self._distrust_until_ms)


def _jumped(before: Moment, after: Moment) -> bool:
    return abs((after.wall - before.wall).total_seconds() - (after.ms - before.ms) / 1000) > STEP_S


def iso(moment: datetime) -> str:
    """ISO-8601 in UTC with microseconds, so that text compares as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse(text: str) -> datetime:
    return datetime.fromisoformat(text)

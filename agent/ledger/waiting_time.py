"""waiting_time: how long something waits for a receipt, by the boot's own clock where it can; asks no clock itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.ledger.moment import Moment


@dataclass(frozen=True, slots=True)
class Wait:
    """Begun at `at` (aware), by monotonic `ms` of `boot`, over after `lasts_ms`."""

    at: datetime
    boot: str
    ms: int
    lasts_ms: int

    def covers(self, at: datetime, boot: str, ms: int) -> bool:
        """Whether something captured then fell into it, whenever it is looked at."""
        if boot == self.boot:
            return self.ms <= ms <= self.ms + self.lasts_ms
        return self.at <= at <= self.at + timedelta(milliseconds=self.lasts_ms)

    def is_over(self, moment: Moment) -> bool:
        """Within the boot by monotonic time; after a restart by wall time, and only when that can be trusted."""
        if moment.boot == self.boot:
            return moment.ms > self.ms + self.lasts_ms
        return moment.trusted and moment.wall > self.at + timedelta(milliseconds=self.lasts_ms)

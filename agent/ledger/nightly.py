"""nightly: takes the ledger through its night: identities hashed, old receipts forgotten; sends nothing."""

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from agent.clock import Clock, Quality
from agent.errors import StorageFull
from agent.ledger import events, retention
from agent.ledger.owner import Ledger
from agent.ledger.personal import device_key

LOG = logging.getLogger(__name__)
NIGHT = time(3, 30)
"""Local; before 04:00, when a new business day begins where nothing else is set."""
LOOK_EVERY_S = 600.0

Chore = Callable[[Database, date, datetime], object]
"""Other work of the night: the ledger, the business day that ended, and now."""


class Nightly:
    """Runs once per night, and at the first good moment after nights the box was off or did not know the time."""

    def __init__(
        self, ledger: Ledger, clock: Clock, zone: ZoneInfo, returns_window_days: int, chores: Sequence[Chore] = ()
    ) -> None:
        self._ledger, self._clock, self._zone, self._window_days = ledger, clock, zone, returns_window_days
        self._chores = chores
        self._last: datetime | None = None

    async def run(self) -> None:
        while True:
            if self.is_due():
                await self._try_to_tidy_up()
            await self._clock.sleep(LOOK_EVERY_S)

    async def _try_to_tidy_up(self) -> None:
        try:
            await self.tidy_up()
        except (StorageFull, OSError) as error:  # no reason to stop what earns: the night is tried again
            LOG.error("the night's work was not done: %s", error)  # noqa: TRY400 - its words say it all

    async def tidy_up(self) -> None:
        """One night's work, page by page, so that receipts arriving meanwhile wait for one page at most."""
        now = self._clock.wall()
        key = device_key(self._ledger.path.with_name("personal.key"))
        purged = forgotten = 0
        while done := await self._ledger.do(retention.purge_identities, key, now):
            purged += done
        while done := await self._ledger.do(retention.forget, now, self._window_days):
            forgotten += done
        ended = now.astimezone(self._zone).date() - timedelta(days=1)
        for chore in self._chores:
            await self._ledger.do(chore, ended, now)
        await self._ledger.do(events.trim, now)
        await self._ledger.tidy()
        self._last = now
        LOG.info("night: %d identities hashed, %d receipts forgotten", purged, forgotten)

    def is_due(self) -> bool:
        """Whether a night has begun since the last run, by a clock that can be trusted."""
        if self._clock.quality() is not Quality.NTP:
            return False
        now = self._clock.wall().astimezone(self._zone)
        tonight = datetime.combine(now.date(), NIGHT, self._zone)
        latest = tonight if tonight <= now else tonight - timedelta(days=1)
        return self._last is None or self._last < latest

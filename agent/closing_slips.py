"""closing_slips: prints the closing slip when a business day has ended and its till stands idle; decides no award."""

import json
import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from agent.business_day import closing_after, day_of
from agent.clock import Clock, Quality
from agent.errors import PortUnavailable, StorageFull
from agent.ledger import Ledger, account, notes, tasks
from agent.settings import Store
from agent.slips import closing_lines, print_slip, slip_bytes
from agent.slips.closing import NARROW, WIDE
from agent.taps.lane import Lane

LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 30.0
IDLE_S = 60.0
"""Nothing has gone to that printer for so long: somebody's last receipt comes first."""
GIVEN_UP_AFTER = timedelta(hours=12)
"""A printer that was off all night prints no slip of yesterday in the morning's first queue."""
PRINTED = "closing slip printed"
DAY = timedelta(days=1)


class ClosingSlips:
    """`lane`: where it is printed; None: nowhere. `status`: the tap's own file, which says when it last printed."""

    def __init__(self, ledger: Ledger, clock: Clock, store: Store, lanes: Sequence[Lane], status: Path) -> None:
        self._ledger, self._clock, self._store, self._status = ledger, clock, store, status
        self._lane = next((lane for lane in lanes if lane.name == store.closing_slip), None)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            if self._lane is not None and self._clock.quality() is Quality.NTP:
                await self._maybe_print(self._lane)
            await self._clock.sleep(LOOK_EVERY_S)

    async def _maybe_print(self, lane: Lane) -> None:
        now = self._clock.wall()
        ended = self._ended(now)
        if ended is None or not idle(self._status, lane.name, now):
            return
        if await self._ledger.do(notes.read_note, PRINTED) >= ended.isoformat():
            return
        try:
            await print_day(self._ledger, self._store, lane, ended, now)
            await self._ledger.do(notes.write_note, PRINTED, ended.isoformat())
        except (PortUnavailable, StorageFull) as error:  # tried again in half a minute
            LOG.warning("%s", error)

    def _ended(self, now: datetime) -> date | None:
        """The business day whose closing has just passed."""
        closing = closing_after(now - GIVEN_UP_AFTER, self._store)
        return None if closing > now else day_of(None, closing - timedelta(minutes=1), self._store)


async def print_day(ledger: Ledger, store: Store, lane: Lane, day: date, now: datetime) -> None:
    """That day's slip, as it stands now. Raises PortUnavailable."""
    books, waiting = await ledger.do(_day, day)
    columns = NARROW if lane.paper_mm < 80 else WIDE
    lines = closing_lines(store, day, books, waiting, now, columns)
    await print_slip(lane, slip_bytes(lines, lane.dialect, lane.code_page))


def idle(status: Path, lane: str, now: datetime) -> bool:
    """Nothing has gone over that lane for a minute, by the tap's own word; without one, no."""
    try:
        last = json.loads(status.read_text())["lanes"][lane]["last_byte_at"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return last is None or now.timestamp() - last >= IDLE_S


def _day(db: Database, day: date) -> tuple[dict[str, object], list[dict[str, object]]]:
    return account.day(db, day), tasks.waiting(db)

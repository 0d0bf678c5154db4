"""format_watch: looks each minute whether every lane's receipt format can be used, asks the technician where not.

A lane whose format is missing or broken is read by 'generic' meanwhile; that must not happen in silence.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlite_utils import Database

from agent.clock import Clock
from agent.errors import FormatError, StorageFull
from agent.formats import StoreContext, load_format
from agent.formats.agreement import contradictions
from agent.ledger import Ledger, tasks
from agent.ledger.moment import Moment
from agent.taps.lane import Lane

LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
BROKEN = "format_broken"


class FormatWatch:
    """`lanes` by name, as the intake reads them."""

    def __init__(self, ledger: Ledger, clock: Clock, lanes: Mapping[str, Lane], context: StoreContext) -> None:
        self._ledger, self._clock, self._lanes, self._context = ledger, clock, lanes, context
        self._said: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except StorageFull as error:  # no reason to stop what earns: it is looked again
                LOG.error("a receipt format's fault could not be kept: %s", error)  # noqa: TRY400 - its words say it all
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Opens and closes tasks where something changed since the last look."""
        for name, lane in self._lanes.items():
            fault = fault_of(lane, self._context)
            if self._said.get(name) != fault:
                await self._ledger.do(_say, lane, fault, Moment.now(self._clock))
                self._said[name] = fault


def fault_of(lane: Lane, context: StoreContext) -> str:
    """'' when the lane's format can be used and contradicts no setting."""
    try:
        form = load_format(lane.format, Path(lane.formats)) if lane.formats else load_format(lane.format)
    except FormatError as error:
        return f"{error}. Until then its receipts are read by 'generic'."
    return ". ".join(_sentences(list(contradictions(form, context))))


def _sentences(faults: Sequence[str]) -> Sequence[str]:
    return [fault[:1].upper() + fault[1:] for fault in faults]


def _say(db: Database, lane: Lane, fault: str, now: Moment) -> None:
    subject = f"lane/{lane.name}"
    if not fault:
        tasks.close_subject(db, BROKEN, subject, "the format can be used", now.wall)
        return
    tasks.open(
        db,
        tasks.Role.TECHNICIAN,
        BROKEN,
        subject,
        f"The receipt format of {lane.name} cannot be used as it is",
        f"Check it: tillpost formats {lane.format}. This closes by itself once it is right.",
        now.wall,
        what=fault,
    )

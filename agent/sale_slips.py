"""sale_slips: prints behind a sale what its customer can take home: a code to claim it, or what it earned.

A job of its own, through the tap and in its turn, never inside the till's bytes; off unless the store asks for it.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from agent.booking import Rules, claim_text
from agent.clock import Clock
from agent.errors import PortUnavailable
from agent.ledger import Ledger, receipts
from agent.ledger.moment import iso
from agent.ledger.undoing import live
from agent.receipt import Kind, State
from agent.slips import can_print, print_slip, slip_bytes
from agent.taps.lane import Lane

LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 0.5
STILL_THERE = timedelta(seconds=60)
"""Later than this the customer has left, and the next one would get the slip."""
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class _Slip:
    lane: Lane
    lines: Sequence[str]
    code: str = ""


class SaleSlips:
    """Sales of before the start get none."""

    def __init__(self, ledger: Ledger, rules: Rules, clock: Clock, lanes: Sequence[Lane]) -> None:
        self._ledger, self._rules, self._clock = ledger, rules, clock
        self._lanes: Mapping[str, Lane] = {lane.name: lane for lane in lanes if can_print(lane)}

    async def run(self) -> None:
        """Until cancelled."""
        if self._rules.store.customer_slip == "none" or not self._lanes:
            await asyncio.Event().wait()
        last = await self._ledger.do(_newest)
        while True:
            last, slips = await self._ledger.do(self._since, last)
            for slip in slips:
                await self._print(slip)
            await self._clock.sleep(LOOK_EVERY_S)

    async def _print(self, slip: _Slip) -> None:
        data = slip_bytes(slip.lines, slip.lane.dialect, slip.lane.code_page, code=slip.code)
        try:
            await print_slip(slip.lane, data)
        except PortUnavailable as error:  # a slip that comes late is worse than none
            LOG.warning("%s", error)

    def _since(self, db: Database, last: int) -> tuple[int, list[_Slip]]:
        rows = db.execute(
            "SELECT id FROM receipts WHERE id > ? AND captured_at >= ? ORDER BY id LIMIT ?",
            [last, iso(self._clock.wall() - STILL_THERE), AT_ONCE],
        ).fetchall()
        slips = [slip for (number,) in rows if (slip := self._slip(db, number))]
        return (rows[-1][0] if rows else last), slips

    def _slip(self, db: Database, number: int) -> _Slip | None:
        known = receipts.load(db, number)
        lane, sale = self._lanes.get(known.captured.lane), known.receipt
        if lane is None or sale.kind is not Kind.SALE or sale.state is not State.ACCEPTED or known.duplicate:
            return None
        name, numbered = self._rules.store.name or self._rules.store.id, f"Receipt {sale.number or ''}".strip()
        code = claim_text(db, self._rules, number)
        if code:
            return _Slip(lane, [name, numbered, "Scan this to collect your points:"], code)
        earned = [f"+{row.body['points']} {row.body.get('unit', 'points')}, {row.body['programme']}"
                  for row in live(db, number) if row.body["customer"] and row.body["points"] > 0]  # fmt: skip
        if self._rules.store.customer_slip == "all" and earned:
            return _Slip(lane, [name, numbered, "You have earned:", *earned])
        return None


def _newest(db: Database) -> int:
    return int(db.execute("SELECT coalesce(max(id), 0) FROM receipts").fetchone()[0])

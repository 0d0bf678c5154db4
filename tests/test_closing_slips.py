"""Closing slips: once a day, after closing, when the till is idle; through the tap to a printer that takes turns."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from agent.closing_slips import ClosingSlips
from agent.ledger import Ledger
from agent.settings import Store
from agent.slips import OUR_MARK
from agent.taps.lane import Lane, TapKind
from tests.hand_clock import HandClock
from tests.story.printer import SimulatedPrinter

STORE = Store(timezone="UTC", closing="21:00", closing_slip="till-1")


@asynccontextmanager
async def shop(folder: Path, printer: str, store: Store = STORE) -> AsyncIterator[tuple[HandClock, Path]]:
    """Open since 17:00 of 14 November; its status file is written by hand, and its lane is the printer itself."""
    clock, status = HandClock(), folder / "tap.json"
    ledger = Ledger.open(folder / "ledger.db", clock, 0.1)
    lane = Lane("till-1", TapKind.RAW_TCP, listen=printer, printer=printer)
    slips = ClosingSlips(ledger, clock, store, [lane], status)
    last_printed(status, clock.wall())
    running = asyncio.create_task(slips.run(), name="slips")
    try:
        yield clock, status
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await ledger.close()


def last_printed(status: Path, at: datetime) -> None:
    status.write_text(json.dumps({"lanes": {"till-1": {"last_byte_at": at.timestamp()}}}))


async def pass_time(clock: HandClock, hours: float) -> None:
    """In steps in which the ledger's thread and the printer's sockets can keep up."""
    until = clock.wall() + timedelta(hours=hours)
    while clock.wall() < until:
        await clock.advance(min(600.0, (until - clock.wall()).total_seconds()))
        await asyncio.sleep(0.02)


async def test_once_after_closing(tmp_path: Path) -> None:
    async with SimulatedPrinter() as printer, shop(tmp_path, printer.address) as (clock, _):
        await pass_time(clock, 3.9)
        assert printer.printed == b""
        await pass_time(clock, 0.3)
        assert printer.printed.count(OUR_MARK.encode()) == 1
        assert b"Sat 14 Nov 2026" in printer.printed
        await pass_time(clock, 20)
        assert printer.cuts == 1
        await pass_time(clock, 4.5)
        assert printer.cuts == 2
        assert b"Sun 15 Nov 2026" in printer.printed


async def test_not_while_the_till_still_prints(tmp_path: Path) -> None:
    async with SimulatedPrinter() as printer, shop(tmp_path, printer.address) as (clock, status):
        last_printed(status, clock.wall() + timedelta(hours=4, minutes=30))
        await pass_time(clock, 4.4)
        assert printer.printed == b""
        await pass_time(clock, 0.3)
        assert printer.cuts == 1


async def test_a_printer_that_is_off_gets_it_later_and_not_the_next_morning(tmp_path: Path) -> None:
    async with SimulatedPrinter() as printer:
        address = printer.address
    async with shop(tmp_path, address) as (clock, _):
        await pass_time(clock, 5)
        async with SimulatedPrinter(int(address.rpartition(":")[2])) as printer:
            await pass_time(clock, 0.2)
            assert printer.cuts == 1


async def test_but_not_with_the_next_mornings_first_receipts(tmp_path: Path) -> None:
    async with SimulatedPrinter() as printer:
        address = printer.address
    async with shop(tmp_path, address) as (clock, _):
        await pass_time(clock, 17)
        async with SimulatedPrinter(int(address.rpartition(":")[2])) as printer:
            await pass_time(clock, 0.5)
            assert printer.printed == b""


async def test_none_where_nobody_asked_for_one(tmp_path: Path) -> None:
    store = STORE.model_copy(update={"closing_slip": ""})
    async with SimulatedPrinter() as printer, shop(tmp_path, printer.address, store) as (clock, _):
        await pass_time(clock, 6)
        assert printer.printed == b""

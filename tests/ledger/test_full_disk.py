"""A full disk: what was sent can still be marked as sent, the rest is told, and room heals it without a restart."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.errors import StorageFull
from agent.ledger import Ledger, counters, dispatch, outcomes
from agent.ledger.outcomes import Answered, Rules
from agent.providers import Done
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOUD, book, moment, state
from tests.small_disk import fill, small_disk

__all__ = ["small_disk"]

BALLAST_MB = 0.5


def fat(db: Database) -> None:
    """More than one call's worth: outgrows what the ballast gave back."""
    for number in range(20_000):
        counters.next_number(db, f"{number} " + "x" * 200)


def deliver(db: Database) -> None:
    rows = dispatch.take(db, CLOUD, moment(), 50)
    outcomes.settle(db, [Answered(row, Done("r1"), 0) for row in rows], moment(), Rules())


async def test_sent_is_marked_as_sent_on_a_full_disk_and_room_heals(small_disk: Path) -> None:
    clock = HandClock()
    ledger = Ledger.open(small_disk / "ledger.db", clock, BALLAST_MB)
    row = await ledger.do(book)
    await ledger.tidy()  # an empty log: the next commit must find new room
    assert ledger.numbers()["ballast"] == 1
    filler = fill(small_disk)

    await ledger.do(deliver)
    assert await ledger.do(state, row) == "delivered"
    assert ledger.numbers()["ballast"] == 0

    with pytest.raises(StorageFull):
        await ledger.do(fat)
    assert await ledger.do(state, row) == "delivered"  # reading goes on

    filler.unlink()
    assert await ledger.do(book, 2) is not None
    await clock.advance(11)
    await ledger.do(counters.value, "n")
    assert ledger.numbers()["ballast"] == 1
    assert await ledger.do(lambda db: db.execute("PRAGMA integrity_check").fetchone()[0]) == "ok"
    await ledger.close()


async def test_a_call_that_finds_no_room_leaves_its_companions_unharmed(small_disk: Path) -> None:
    ledger = Ledger.open(small_disk / "ledger.db", HandClock(), BALLAST_MB)
    await ledger.do(book)
    fill(small_disk)
    with pytest.raises(StorageFull):
        await ledger.do(fat)
    assert await ledger.do(counters.value, counters.RECEIPTS) == 1
    await ledger.close()


def test_no_room_to_begin_is_said(small_disk: Path) -> None:
    fill(small_disk)
    with pytest.raises(StorageFull):
        Ledger.open(small_disk / "ledger.db", HandClock(), BALLAST_MB)

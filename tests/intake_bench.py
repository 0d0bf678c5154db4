"""intake_bench: a journal somebody writes, a ledger, and an intake between them; asserts nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.booking import Rules
from agent.intake import Intake
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, RecordKind, Stamp
from agent.journal.writer import JournalWriter
from agent.ledger import Ledger, questions
from agent.poison import PoisonNote
from agent.providers import Call, Idempotency
from agent.reading import context_of
from agent.settings import Programme, Rate, Store
from agent.taps.lane import Lane, TapKind
from tests.hand_clock import HandClock
from tests.story.slips import Shop, Slip

LANE = Lane("till-1", TapKind.RAW_TCP)
STORE = Store(timezone="UTC", id="shop")
OPENS = datetime(2026, 11, 14, 16, 30)  # noqa: DTZ001 - the till's own clock, as printed
PHONE = "4155550101"
KEYED = {Call.AWARD: Idempotency.KEY, Call.TAKE_BACK: Idempotency.KEY}


class Bench:
    """A journal somebody writes, a ledger, and an intake between them that can be started again."""

    def __init__(self, folder: Path, lane: Lane = LANE, **programme: Any) -> None:
        self.clock, self._lane = HandClock(), lane
        self.folder = folder
        self.writer = JournalWriter(folder / "journal", self.clock, segment_bytes=1 << 20)
        self.ledger = Ledger.open(folder / "ledger.db", self.clock, 0.1)
        self._sent: dict[int, int] = {}
        rates = (Rate(sale=Decimal(1), buy=Decimal(1)),)
        programmes = {"points": Programme(provider="cloud", rates=rates, **programme)}
        self.rules = Rules("TP-1", STORE, programmes, {"cloud": KEYED})
        self.shop = Shop("EXAMPLE PETS", "1", 11, 100, OPENS)

    def intake(self) -> Intake:
        return Intake(
            self.ledger,
            JournalReader(self.folder / "journal"),
            {self._lane.name: self._lane},
            context_of(STORE),
            self.rules,
            self.clock,
            asyncio.Event(),
            asyncio.Event(),
            PoisonNote(self.folder / "reading.json"),
        )

    def open_session(self) -> int:
        session = self.writer.next_session()
        self._append(RecordKind.OPENED, session, b"{}")
        return session

    def write(self, session: int, data: bytes, when: Stamp | None = None) -> None:
        self._append(RecordKind.BYTES, session, data, when)
        self._sent[session] = self._sent.get(session, 0) + len(data)

    def close_session(self, session: int) -> None:
        self._append(RecordKind.CLOSED, session, b'{"cause": "closed"}')

    def lose(self, session: int, length: int) -> None:
        """Bytes that passed and were never kept."""
        self._sent[session] = self._sent.get(session, 0) + length

    def print(self, *slips: Slip) -> None:
        """Each over a connection of its own."""
        for slip in slips:
            session = self.open_session()
            self.write(session, slip.data)
            self.close_session(session)

    async def read(self, intake: Intake | None = None) -> list[dict[str, Any]]:
        """Runs an intake until it has nothing to do for longer than any quiet time; all receipts, oldest first."""
        running = asyncio.create_task((intake or self.intake()).run(), name="intake")
        for _ in range(8):
            await self.clock.advance(5)
            await self.until_idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return await self.receipts()

    async def read_at_once(self) -> None:
        """Runs an intake over what is there, and ends it without any quiet time having passed: a death."""
        running = asyncio.create_task(self.intake().run(), name="intake")
        await asyncio.sleep(0)
        await self.until_idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def receipts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.ledger.do(questions.receipts_page, limit=500)
        return rows[::-1]

    async def until_idle(self) -> None:
        """The intake works in threads; it is idle when it has gone to wait for the clock again."""
        async with asyncio.timeout(20):
            while not self.clock.asleep:  # noqa: ASYNC110 - the clock is the test's own
                await asyncio.sleep(0.001)

    def _append(self, kind: RecordKind, session: int, payload: bytes, when: Stamp | None = None) -> None:
        offset = self._sent.get(session, 0)
        self.writer.append(kind, LANE.name, session, Direction.TO_PRINTER, offset, payload, when)


@asynccontextmanager
async def opened(folder: Path, lane: Lane = LANE, **programme: Any) -> AsyncIterator[Bench]:
    bench = Bench(folder, lane, **programme)
    try:
        yield bench
    finally:
        await bench.ledger.close()
        bench.writer.close()


def awards(rows: Iterable[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(award["points"], award["state"]) for row in rows for award in row["awards"]]


def sums(rows: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["kind"], row["number"], row["total"], row["award_base"], row["state"]) for row in rows]


def truth(*slips: Slip) -> list[tuple[Any, ...]]:
    return [(slip.kind, slip.number, slip.total, slip.subtotal, "accepted") for slip in slips]


def limit_size(db: Database) -> None:
    """SQLite's own way of being full: not one page more than there is."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}").fetchone()


def lift_limit(db: Database) -> None:
    db.execute("PRAGMA max_page_count = 1000000").fetchone()

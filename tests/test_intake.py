"""Intake: bytes in a real journal become booked receipts in a real ledger, once, however cut or interrupted."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from agent.booking import Rules
from agent.intake import Intake
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, RecordKind
from agent.journal.writer import JournalWriter
from agent.ledger import Ledger, account, questions
from agent.poison import PoisonNote
from agent.providers import Call, Idempotency
from agent.reading import context_of
from agent.settings import Programme, Rate, Store
from agent.taps.lane import Lane, TapKind
from tests.hand_clock import HandClock
from tests.story.slips import CUT_AND_KICK, Shop, Slip

LANE = Lane("till-1", TapKind.RAW_TCP)
STORE = Store(timezone="UTC", id="shop")
OPENS = datetime(2026, 11, 14, 16, 30)  # noqa: DTZ001 - the till's own clock, as printed
PHONE = "4155550101"
KEYED = {Call.AWARD: Idempotency.KEY, Call.TAKE_BACK: Idempotency.KEY}


class Bench:
    """A journal somebody writes, a ledger, and an intake between them that can be started again."""

    def __init__(self, folder: Path, **programme: Any) -> None:
        self.clock = HandClock()
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
            {LANE.name: LANE},
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

    def write(self, session: int, data: bytes) -> None:
        self._append(RecordKind.BYTES, session, data)
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

    def _append(self, kind: RecordKind, session: int, payload: bytes) -> None:
        offset = self._sent.get(session, 0)
        self.writer.append(kind, LANE.name, session, Direction.TO_PRINTER, offset, payload)


@asynccontextmanager
async def opened(folder: Path, **programme: Any) -> AsyncIterator[Bench]:
    bench = Bench(folder, **programme)
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


async def test_a_receipt_is_read_and_its_award_is_queued(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(slip)
        rows = await bench.read()
        assert sums(rows) == truth(slip)
        assert awards(rows) == [(slip.points, "due")]


@pytest.mark.parametrize("seed", range(4))
async def test_any_slicing_gives_the_same_receipts(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE) for _ in range(4)]
        session, data = bench.open_session(), b"".join(slip.data for slip in slips)
        while data:
            size = chance.choice((1, 2, 3, 7, 64, 700, 5000))
            bench.write(session, data[:size])
            data = data[size:]
        bench.close_session(session)
        assert sums(await bench.read()) == truth(*slips)


async def test_one_receipt_over_two_connections(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 4)
        middle = len(slip.data) // 2
        for part in (slip.data[:middle], slip.data[middle:]):
            session = bench.open_session()
            bench.write(session, part)
            bench.close_session(session)
        rows = await bench.read()
        assert sums(rows) == truth(slip)
        assert awards(rows) == [(slip.points, "due")]


@pytest.mark.parametrize("stop_after", range(1, 12))
async def test_a_restart_at_any_record_changes_nothing(tmp_path: Path, stop_after: int) -> None:
    """Two tills print at once; the agent dies behind some record, in the middle of one or both receipts."""
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE, 2) for _ in range(4)]
        streams = [slips[0].data + slips[1].data, slips[2].data + slips[3].data]
        sessions = [bench.open_session(), bench.open_session()]
        pieces = [(which, streams[which][at : at + 200]) for at in range(0, 1800, 200) for which in (0, 1)]
        for number, (which, piece) in enumerate(pieces):
            bench.write(sessions[which], piece)
            if number == stop_after:
                await bench.read_at_once()
        for session in sessions:
            bench.close_session(session)
        rows = await bench.read()
        assert sorted(sums(rows)) == sorted(truth(*slips))
        assert len(awards(rows)) == sum(1 for slip in slips if slip.points)


async def test_a_receipt_without_cut_ends_in_silence(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE)
        session = bench.open_session()
        bench.write(session, slip.data.removesuffix(CUT_AND_KICK))
        assert sums(await bench.read()) == truth(slip)


async def test_missing_bytes_hold_the_receipt_they_belong_to_and_no_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        broken, whole = bench.shop.sale(PHONE, 3), bench.shop.sale(PHONE, 3)
        session = bench.open_session()
        bench.write(session, broken.data[:200])
        bench.lose(session, 40)
        bench.write(session, broken.data[240:] + whole.data)
        rows = await bench.read()
        assert [row["state"] for row in rows] == ["held", "accepted"]
        assert "missing" in rows[0]["reason"]
        assert awards(rows) == [(whole.points, "due")]


async def test_a_reprint_does_not_count_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(slip, bench.shop.print_again(slip), slip)
        rows = await bench.read()
        assert awards(rows) == [(slip.points, "due")]
        assert [row["duplicate"] for row in rows] == ["", "reprint", "reprint"]


async def test_a_reprint_whose_original_was_never_seen_counts(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(bench.shop.print_again(slip))
        assert awards(await bench.read()) == [(slip.points, "due")]


async def test_a_reprint_that_names_the_customer_lets_the_first_print_earn_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale("", 3)
        named = slip.data.replace(b"SALE\n", b"SALE\nCustomer phone: " + PHONE.encode() + b"\n")
        again = replace(bench.shop.print_again(slip), data=named)
        bench.print(slip, again, again)
        rows = await bench.read()
        worth = int(slip.subtotal / 100)
        assert [[award["points"] for award in row["awards"]] for row in rows] == [[worth], [], []]


async def test_a_return_takes_back_what_its_sale_was_given(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale, bench.shop.take_back(sale))
        assert awards(await bench.read()) == [(sale.points, "due"), (-sale.points, "due")]


async def test_the_return_of_a_sale_that_gave_nothing_takes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        nobody = bench.shop.sale("", 3)
        bench.print(nobody, bench.shop.take_back(nobody))
        rows = await bench.read()
        assert awards(rows) == []
        books = await bench.ledger.do(account.day, day=rows[0]["business_day"])
        assert any("no customer" in why for why in books["not_awarded"])


async def test_what_does_not_add_up_is_held_and_a_person_is_asked(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        right, other = (f"{amount / 100:,.2f}".encode() for amount in (slip.total, slip.total + 100))
        session = bench.open_session()
        bench.write(session, slip.data.replace(right, other))
        bench.close_session(session)
        rows = await bench.read()
        assert [row["state"] for row in rows] == ["held"]
        assert awards(rows) == []
        tasks = await bench.ledger.do(questions.open_tasks)
        assert [task["kind"] for task in tasks] == ["held_receipts"]


async def test_a_job_in_whose_reading_the_process_keeps_dying_is_held(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        bench.print(bench.shop.sale(PHONE))
        (position, _), *_ = [
            entry for entry in JournalReader(tmp_path / "journal").read(None, 9) if entry[1].kind is RecordKind.BYTES
        ]
        for _ in range(3):
            PoisonNote(tmp_path / "reading.json").begin(position)
        rows = await bench.read()
        assert [(row["state"], row["reason"]) for row in rows] == [
            ("held", "the box stopped several times while reading it")
        ]


async def test_a_full_disk_is_waited_out_and_the_place_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slips = [bench.shop.sale(PHONE, 3) for _ in range(8)]
        bench.print(slips[0])
        await bench.read()
        bench.print(*slips[1:])
        intake = bench.intake()
        await bench.ledger.do(limit_size)
        running = asyncio.create_task(intake.run(), name="intake")
        for _ in range(10):
            await bench.clock.advance(5)
            await bench.until_idle()
            assert intake.makes_progress(), "waiting for room is no standing still"
        assert not running.done()
        await bench.ledger.do(lift_limit)
        for _ in range(4):
            await bench.clock.advance(5)
            await bench.until_idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert sums(await bench.receipts()) == truth(*slips)


def limit_size(db: Database) -> None:
    """SQLite's own way of being full: not one page more than there is."""
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}").fetchone()


def lift_limit(db: Database) -> None:
    db.execute("PRAGMA max_page_count = 1000000").fetchone()


async def test_a_note_that_finds_no_room_stops_no_reading(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        (tmp_path / "reading.json").mkdir()  # nobody can write there, not even root
        slip = bench.shop.sale(PHONE, 3)
        bench.print(slip)
        assert sums(await bench.read()) == truth(slip)

"""Intake: bytes in a real journal become booked receipts in a real ledger, once, however cut or interrupted."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from agent import reading
from agent.booking import Rules
from agent.intake import Intake
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, RecordKind, Stamp
from agent.journal.writer import JournalWriter
from agent.ledger import Ledger, account, dispatch, outcomes, questions, retention
from agent.ledger.moment import Moment
from agent.paper import Paper, lay_out
from agent.poison import PoisonNote
from agent.print_events import PrintEvent
from agent.providers import Call, Done, Idempotency
from agent.reading import context_of
from agent.replay import replayed
from agent.settings import Programme, Rate, Store
from agent.taps.lane import Lane, TapKind
from tests.hand_clock import HandClock
from tests.story.slips import CUT_AND_KICK, START, Shop, Slip

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


async def test_a_replay_holds_what_live_reading_held_for_damage(tmp_path: Path) -> None:
    """Bytes lost from the journal, nobody knows whose: the open receipt may lack some of its lines."""
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        session, middle = bench.open_session(), len(slip.data) // 2
        bench.write(session, slip.data[:middle])
        other = bench.open_session()
        bench.write(other, b"-" * 64)
        bench.write(session, slip.data[middle:])
        spoil_head_of(tmp_path / "journal", b"-" * 64)
        rows = await bench.read()
        again = list(replayed(JournalReader(tmp_path / "journal"), {LANE.name: LANE}, context_of(STORE)))
        assert [receipt.state.value for one in again for receipt in one.receipts] == [row["state"] for row in rows]
        assert "held" in [row["state"] for row in rows]


def spoil_head_of(journal: Path, payload: bytes) -> None:
    """Noise where the record's head was: not even its session can be told."""
    (segment,) = [path for path in journal.iterdir() if payload in path.read_bytes()]
    data = bytearray(segment.read_bytes())
    start = data.index(payload)
    data[start - 64 : start + len(payload)] = b"\xa5" * (64 + len(payload))
    segment.write_bytes(data)


async def test_a_job_that_the_reader_fails_on_is_held_and_replay_goes_on_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as bench:
        bad, good = bench.shop.sale(PHONE, 3), bench.shop.sale(PHONE, 2)
        bench.print(bad, good)
        monkeypatch.setattr(reading, "lay_out", failing_on(bad.number))
        assert [row["state"] for row in await bench.read()] == ["held", "accepted"]
        again = list(replayed(JournalReader(tmp_path / "journal"), {LANE.name: LANE}, context_of(STORE)))
        assert [receipt.state.value for one in again for receipt in one.receipts] == ["held", "accepted"]


def failing_on(number: str) -> Callable[[Sequence[PrintEvent]], Paper]:
    """A reader with a fault that one receipt brings out."""

    def lay_out_or_fail(events: Sequence[PrintEvent]) -> Paper:
        paper = lay_out(events)
        if any(f"#{number}" in line.text for line in paper.lines):
            raise ZeroDivisionError
        return paper

    return lay_out_or_fail


async def test_a_held_receipt_that_counts_after_all_is_no_longer_listed_as_not_awarded(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        bench.print(slip)
        (position, _), *_ = [
            entry for entry in JournalReader(tmp_path / "journal").read(None, 9) if entry[1].kind is RecordKind.BYTES
        ]
        for _ in range(3):
            PoisonNote(tmp_path / "reading.json").begin(position)
        (held,) = await bench.read()
        assert held["state"] == "held"
        assert await bench.intake().read_again([held["id"]]) == [{"receipt": held["id"], "state": "accepted"}]
        assert awards(await bench.receipts()) == [(slip.points, "due")]
        books = await bench.ledger.do(account.day, day=held["business_day"])
        assert books["not_awarded"] == {}


def void_of(sale: Slip) -> Slip:
    """As many tills print it: the sale's own number, and its total."""
    body = f"EXAMPLE PETS\nReceipt #{sale.number}\n*** VOID ***\nTRANSACTION VOIDED\n".encode()
    return replace(sale, kind="void", data=START + body + CUT_AND_KICK)


async def test_a_void_takes_an_unsent_award_back_and_names_one_that_was_sent(tmp_path: Path) -> None:
    """Two programmes: one cloud took the award, the other was away."""
    async with opened(tmp_path) as bench:
        programme = bench.rules.programmes["points"]
        bench.rules = replace(
            bench.rules,
            programmes={"points": programme, "other": programme.model_copy(update={"provider": "second"})},
            idempotency={"cloud": KEYED, "second": KEYED},
        )
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        assert await bench.ledger.do(dispatch.take, "cloud", Moment.now(bench.clock), 1)
        bench.print(void_of(sale))
        rows = await bench.read()
        assert [row["kind"] for row in rows] == ["sale", "void"]
        assert {award["programme"]: award["state"] for award in rows[0]["awards"]} == {
            "points": "attempt",
            "other": "cancelled",
        }
        tasks = await bench.ledger.do(questions.open_tasks)
        assert "void_after_award" in [task["kind"] for task in tasks]


async def test_a_void_leaves_a_sale_of_another_day_with_the_same_number_alone(tmp_path: Path) -> None:
    """Tills that count from 1 each day: today's sale was never seen, yesterday's still waits for its cloud."""
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        await bench.clock.advance(24 * 3600)
        bench.print(void_of(sale))
        rows = await bench.read()
        assert [row["kind"] for row in rows] == ["sale", "void"]
        assert awards(rows) == [(sale.points, "due")]


async def test_bytes_that_are_still_on_their_way_to_the_disk_belong_to_their_job(tmp_path: Path) -> None:
    """They came before the silence was long enough, and are written a moment after: a replay would join them."""
    async with opened(tmp_path) as bench:
        slip = bench.shop.sale(PHONE, 3)
        session, middle = bench.open_session(), len(slip.data) // 2
        bench.write(session, slip.data[:middle])
        running = asyncio.create_task(bench.intake().run(), name="intake")
        await bench.until_idle()
        await bench.clock.advance(LANE.quiet_seconds - 0.1)
        came = Stamp(bench.clock.boot, int(bench.clock.monotonic() * 1e9), 0, trusted=True)
        await bench.clock.advance(0.3)
        for _ in range(3):
            await bench.until_idle()
            await bench.clock.advance(0.05)
        bench.write(session, slip.data[middle:], came)
        for _ in range(6):
            await bench.clock.advance(5)
            await bench.until_idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert sums(await bench.receipts()) == truth(slip)


async def test_a_return_weeks_later_finds_its_customer_by_the_member_the_cloud_named(tmp_path: Path) -> None:
    """The phone is hashed by then, and the return slip names nobody."""
    async with opened(tmp_path) as bench:
        sale = bench.shop.sale(PHONE, 3)
        bench.print(sale)
        await bench.read()
        now = Moment.now(bench.clock)
        (row,) = await bench.ledger.do(dispatch.take, "cloud", now, 1)
        answered = [outcomes.Answered(row, Done("r1", {"member": "M-17"}), 0)]
        await bench.ledger.do(outcomes.settle, answered, now, outcomes.Rules())
        await bench.clock.advance(20 * 24 * 3600)
        assert await bench.ledger.do(retention.purge_identities, b"k" * 32, bench.clock.wall()) == 1
        bench.print(bench.shop.take_back(replace(sale, phone="")))
        assert awards(await bench.read()) == [(sale.points, "delivered"), (-sale.points, "due")]
        (waiting,) = await bench.ledger.do(questions.queue)
        assert waiting["customer"] == {"member_id": "M-17"}


async def test_a_rebuild_over_a_journal_whose_beginning_is_gone_counts_no_tail_as_a_receipt(tmp_path: Path) -> None:
    """Retention deletes whole segments, and a receipt may lie across two: its tail alone may well add up."""
    async with opened(tmp_path) as bench:
        bench.writer.close()
        bench.writer = JournalWriter(tmp_path / "journal", bench.clock, segment_bytes=1 << 16)
        slip, whole = bench.shop.sale(PHONE, 3), bench.shop.sale(PHONE, 2)
        session, middle = bench.open_session(), slip.data.index(b"Receipt #")
        bench.write(session, slip.data[:middle])
        while len(list((tmp_path / "journal").glob("*.segment"))) < 2:  # the other way of the line fills the segment
            bench.writer.append(RecordKind.BYTES, LANE.name, session, Direction.FROM_PRINTER, 0, b"." * 8000)
        bench.write(session, slip.data[middle:] + whole.data)
        bench.close_session(session)
        min((tmp_path / "journal").glob("*.segment")).unlink()
        rows = await bench.read()
        assert [row["state"] for row in rows] == ["held", "accepted"]
        assert awards(rows) == [(whole.points, "due")]

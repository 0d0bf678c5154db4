"""Intake: bytes in a real journal become booked receipts in a real ledger, once, however cut or interrupted."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent import reading
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, RecordKind, Stamp
from agent.journal.writer import JournalWriter
from agent.ledger import account, questions
from agent.paper import Paper, lay_out
from agent.poison import PoisonNote
from agent.print_events import PrintEvent
from agent.reading import context_of
from agent.replay import replayed
from agent.taps.lane import TapKind
from tests.intake_bench import LANE, PHONE, STORE, awards, lift_limit, limit_size, opened, sums, truth
from tests.story.slips import CUT_AND_KICK


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


def failing_on(number: str) -> Callable[[Sequence[PrintEvent], int], Paper]:
    """A reader with a fault that one receipt brings out."""

    def lay_out_or_fail(events: Sequence[PrintEvent], width_dots: int) -> Paper:
        paper = lay_out(events, width_dots)
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


async def test_what_a_wire_tap_hands_over_late_is_not_cut_where_it_pauses(tmp_path: Path) -> None:
    """Heard ten minutes ago: by its own time the line has long been silent, yet the receipt's end is still to come."""
    lane = replace(LANE, tap=TapKind.WIRE_TAP)
    async with opened(tmp_path, lane) as bench:
        slip, session = bench.shop.sale(PHONE), bench.open_session()
        heard = bench.writer.stamp()
        await bench.clock.advance(600)
        running = asyncio.create_task(bench.intake().run(), name="intake")
        bench.write(session, slip.data[:200], heard)
        for _ in range(4):
            await bench.clock.advance(5)
            await bench.until_idle()
        bench.write(session, slip.data[200:], heard)
        await bench.clock.advance(5)
        await bench.until_idle()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert sums(await bench.receipts()) == truth(slip)


async def test_what_a_wire_tap_handed_over_and_nothing_follows_ends_when_it_has_been_quiet_here(tmp_path: Path) -> None:
    lane = replace(LANE, tap=TapKind.WIRE_TAP)
    async with opened(tmp_path, lane) as bench:
        slip, session = bench.shop.sale(PHONE), bench.open_session()
        heard = bench.writer.stamp()
        await bench.clock.advance(600)
        bench.write(session, slip.data.replace(CUT_AND_KICK, b"\n\n\n\n"), heard)
        assert sums(await bench.read()) == truth(slip)

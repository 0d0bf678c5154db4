"""The wire tap's lane with the firmware's own code on a pty: nothing lost, nothing twice, whoever dies."""

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.journal.record import Direction, RecordKind
from agent.journal.ring import KeptJournal
from agent.journal.writer import JournalWriter
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.wire_tap import WireTap, set_aside
from agent.taps.wire_tap_life import last_life
from firmware_bridge import messages
from firmware_bridge.simulator import Simulator, plugged_in
from tests.taps.box import box
from tests.taps.rig import gaps, job, journaled, parts_over, records, running, until


def lane(folder: Path) -> Lane:
    return Lane("till1", TapKind.WIRE_TAP, path=str(folder / "link"), baud=115200)


@contextlib.asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[Simulator]:
    with plugged_in(folder / "link", folder / "till", folder / "printer") as simulator:
        task = asyncio.create_task(simulator.run())
        try:
            yield simulator
        finally:
            task.cancel()


async def say(path: Path, data: bytes) -> None:
    """As the till (or the printer), as fast as the line takes it."""
    end = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        while data:
            try:
                data = data[os.write(end, data[:256]) :]
            except BlockingIOError:
                await asyncio.sleep(0.002)
    finally:
        os.close(end)


def tap_of(parts: Parts, folder: Path) -> tuple[WireTap, LaneCounts]:
    counts = LaneCounts()
    return WireTap(lane(folder), parts, counts, folder / "journal", set_aside(folder, "till1")), counts


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """As `tillpost wire-tap` does while it works on the port."""
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def has_more(journal: Path, count: int) -> bool:
    return len(journaled(journal)) > count


async def test_both_directions_reach_the_journal_and_the_tap_is_told(tmp_path: Path) -> None:
    sent = b"".join(job(number) for number in range(5))
    async with simulated(tmp_path) as simulator, parts_over(tmp_path / "journal") as parts:
        tap, counts = tap_of(parts, tmp_path)
        async with running(tap):
            await say(tmp_path / "till", sent)
            await say(tmp_path / "printer", b"\x12\x14")
            await until(lambda: counts.bytes_to_printer == len(sent) and counts.bytes_from_printer == 2)
            await until(lambda: not simulator.tap.held())
            await until(lambda: counts.wire_tap)
            assert counts.wire_tap["board"] == "simulated"
            assert simulator.board.confirmed == ord("a")
            assert tap.quiet
    assert journaled(tmp_path / "journal") == sent
    assert journaled(tmp_path / "journal", Direction.FROM_PRINTER) == b"\x12\x14"
    assert not gaps(tmp_path / "journal")


async def test_what_was_printed_while_no_tap_process_ran_comes_afterwards_with_its_own_time(tmp_path: Path) -> None:
    async with simulated(tmp_path):
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, tmp_path)
            async with running(tap):
                await say(tmp_path / "till", job(1))
                await until(lambda: counts.bytes_to_printer == len(job(1)))
        await say(tmp_path / "till", job(2))
        await asyncio.sleep(0.5)
        async with parts_over(tmp_path / "journal") as parts:
            before = parts.clock.monotonic()
            tap, counts = tap_of(parts, tmp_path)
            async with running(tap):
                await until(lambda: counts.bytes_to_printer == len(job(2)))
    assert journaled(tmp_path / "journal") == job(1) + job(2)
    assert not gaps(tmp_path / "journal")
    found = [record for record in records(tmp_path / "journal") if record.kind is RecordKind.BYTES]
    assert len({record.session for record in found}) == 1
    assert found[-1].monotonic_ns / 1e9 < before - 0.2


async def test_a_killed_tap_process_loses_nothing_and_keeps_nothing_twice(tmp_path: Path) -> None:
    sent = b"".join(job(number) for number in range(30))
    async with simulated(tmp_path), box(tmp_path, [lane(tmp_path)]) as process:
        printing = asyncio.create_task(say(tmp_path / "till", sent))
        for share in (5, 4, 3, 2):
            await until(partial(has_more, process.journal, len(sent) // (share + 1)))
            before = process.pid
            os.kill(before, signal.SIGKILL)
            await until(partial(process.lives_since, before))
        await printing
        await until(lambda: len(journaled(process.journal)) >= len(sent))
    assert journaled(tmp_path / "journal") == sent
    assert not gaps(tmp_path / "journal")
    sessions = {record.session for record in records(tmp_path / "journal") if record.kind is RecordKind.BYTES}
    assert len(sessions) == 1


async def test_a_microcontroller_that_lost_its_power_is_a_named_gap_and_a_new_session(tmp_path: Path) -> None:
    async with simulated(tmp_path) as simulator, parts_over(tmp_path / "journal") as parts:
        tap, counts = tap_of(parts, tmp_path)
        async with running(tap):
            await say(tmp_path / "till", job(1))
            await until(lambda: counts.bytes_to_printer == len(job(1)))
            simulator.restart()
            await until(lambda: counts.sessions == 2)
            await say(tmp_path / "till", job(2))
            await until(lambda: counts.bytes_to_printer == len(job(1) + job(2)))
    assert journaled(tmp_path / "journal") == job(1) + job(2)
    named = gaps(tmp_path / "journal")
    assert len(named) == 1
    assert "started anew" in str(named[0]["cause"])


async def test_the_port_is_left_to_the_updating_command_and_taken_back(tmp_path: Path) -> None:
    async with simulated(tmp_path), parts_over(tmp_path / "journal") as parts:
        tap, counts = tap_of(parts, tmp_path)
        async with running(tap):
            await until(lambda: counts.open_sessions)
            with locked(set_aside(tmp_path, "till1")):
                await until(lambda: not counts.open_sessions)
                await say(tmp_path / "till", job(1))
            await until(lambda: counts.bytes_to_printer == len(job(1)))
    assert journaled(tmp_path / "journal") == job(1)


async def test_what_the_tap_gave_up_while_the_box_had_it_in_memory_only_is_a_gap_of_its_length(tmp_path: Path) -> None:
    async with simulated(tmp_path) as simulator:
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, tmp_path)
            async with running(tap):
                await say(tmp_path / "till", job(1))
                await until(lambda: counts.bytes_to_printer == len(job(1)) and not simulator.tap.held())
        await say(tmp_path / "till", b"x" * 700)
        await asyncio.sleep(0.3)
        ring = simulator.tap._lines[0].ring
        ring.forget(ring.first + 2, 0)  # as a tap that was full did, trusting a box that has died since
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, tmp_path)
            async with running(tap):
                await until(lambda: counts.bytes_to_printer == 700 - 512)
    assert [(gap["from"], gap["length"]) for gap in gaps(tmp_path / "journal")] == [(len(job(1)), 512)]


class YoungClock(SystemClock):
    """Of a box that has just started."""

    def __init__(self) -> None:
        super().__init__()
        self._born = time.monotonic()

    def monotonic(self) -> float:
        return time.monotonic() - self._born


async def test_what_was_heard_before_the_box_started_keeps_its_wall_time_and_its_silences(tmp_path: Path) -> None:
    async with simulated(tmp_path):
        await say(tmp_path / "till", b"before the first silence")
        await asyncio.sleep(1.6)
        await say(tmp_path / "till", b"before the box")
        await asyncio.sleep(0.1)
        clock = YoungClock()
        journal = KeptJournal(JournalWriter(tmp_path / "journal", clock))
        async with parts_over(tmp_path / "journal", journal) as parts:
            counts = LaneCounts()
            quick = replace(lane(tmp_path), quiet_s=1.2)
            young = replace(parts, clock=clock)
            tap = WireTap(quick, young, counts, tmp_path / "journal", set_aside(tmp_path, "till1"))
            async with running(tap):
                await until(lambda: counts.bytes_to_printer == 38)
    found = [record for record in records(tmp_path / "journal") if record.kind is RecordKind.BYTES]
    assert [record.payload for record in found] == [b"before the first silence", b"before the box"]
    assert [record.monotonic_ns for record in found] == [0, 0]
    assert 1.3 < (found[1].wall_us - found[0].wall_us) / 1e6 < 2.5
    assert found[0].session < found[1].session, "the silence parts them, for the boot's clock cannot"


async def test_a_tap_that_speaks_another_version_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with simulated(tmp_path), parts_over(tmp_path / "journal") as parts:
        monkeypatch.setattr(messages, "VERSION", 2)
        tap, counts = tap_of(parts, tmp_path)
        hello = messages.HELLO.pack

        def older(*values: int | bytes, rest: bytes = b"") -> bytes:
            return hello(1, *values[1:], rest=rest)

        monkeypatch.setattr(messages.HELLO, "pack", older)
        async with running(tap):
            await until(lambda: "version 1" in counts.fault)


async def test_the_newest_life_is_found_in_the_journal(tmp_path: Path) -> None:
    assert last_life(tmp_path / "journal", "till1") is None
    async with simulated(tmp_path) as simulator, parts_over(tmp_path / "journal") as parts:
        tap, counts = tap_of(parts, tmp_path)
        async with running(tap):
            await say(tmp_path / "till", job(3))
            await until(lambda: counts.bytes_to_printer == len(job(3)))
    life = last_life(tmp_path / "journal", "till1")
    assert life is not None
    assert (life.boot, life.handed[0]) == (simulator.board.boot, len(job(3)))
    assert last_life(tmp_path / "journal", "till2") is None


async def test_what_the_mask_withholds_over_a_reconnect_is_not_taken_for_kept(tmp_path: Path) -> None:
    """Killed while a possible card number's first digits wait for the rest: they come again, and once."""
    async with simulated(tmp_path) as simulator, box(tmp_path, [lane(tmp_path)]) as process:
        await say(tmp_path / "till", job(1) + b"41111111")
        await until(lambda: has_more(process.journal, len(job(1)) - 1))
        with locked(set_aside(tmp_path, "till1")):
            await until(lambda: not process.status()["lanes"]["till1"]["open_sessions"])  # type: ignore[index]
        before = process.pid
        os.kill(before, signal.SIGKILL)
        await until(partial(process.lives_since, before))
        await say(tmp_path / "till", b"\n" + job(2))
        await until(lambda: len(journaled(process.journal)) >= len(job(1) + job(2)) + 9)
        await until(lambda: not simulator.tap.held())
    assert journaled(tmp_path / "journal") == job(1) + b"41111111\n" + job(2)
    assert not gaps(tmp_path / "journal")

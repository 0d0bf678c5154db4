"""The tap as a process: killed, frozen, stopped, with a full disk, with nobody listening to it."""

import asyncio
import contextlib
import hashlib
import os
import random
import signal
import socket
import struct
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from agent.journal.record import RecordKind
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.hold import RELEASED
from tests.taps.box import Box, box
from tests.taps.rig import Counting, Printer, gaps, job, journaled, records, switched_on, until

KILLS = 20


def tcp_lane(printer: Printer, name: str = "till1") -> Lane:
    return Lane(name, TapKind.RAW_TCP, listen="127.0.0.1:0", printer=printer.address)


async def print_until(done: asyncio.Task[None], writer: asyncio.StreamWriter, rng: random.Random) -> bytes:
    """Job after job, in slices, with pauses shorter than what the tap needs to write them down; gives all of it."""
    sent = b""
    while not done.done():
        data = job(rng.randrange(10_000), lines=60)
        sent += data
        at = 0
        while at < len(data):
            size = rng.choice((7, 60, 400, 3000))
            writer.write(data[at : at + size])
            await writer.drain()
            at += size
            await asyncio.sleep(rng.random() * 0.004)
    return sent


async def kill_often(process: Box, rng: random.Random) -> None:
    """At any moment of its life: while it starts, while it catches up, while it has caught up."""
    for _ in range(KILLS):
        await asyncio.sleep(0.25 + rng.random() * 0.5)
        before = process.pid
        os.kill(before, signal.SIGKILL)
        await until(partial(process.lives_since, before))


@pytest.mark.parametrize("seed", [20])
async def test_killed_at_twenty_moments_under_load_the_tap_loses_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with switched_on(Printer()) as first, switched_on(Printer()) as second:
        async with box(tmp_path, [tcp_lane(first, "till1"), tcp_lane(second, "till2")]) as process:
            tills = [await process.till(name) for name in ("till1", "till2")]
            killing = asyncio.create_task(kill_often(process, rng))
            sent = await asyncio.gather(*(print_until(killing, writer, rng) for _, writer in tills))
            for reader, writer in tills:
                writer.write_eof()
                assert await reader.read() == b""
                writer.close()
        assert bytes(first.received) == sent[0]
        assert bytes(second.received) == sent[1]
    journal = tmp_path / "journal"
    assert not gaps(journal)
    assert journaled(journal, lane="till1") == sent[0]
    assert journaled(journal, lane="till2") == sent[1]
    kinds = sorted(record.kind.name for record in records(journal) if record.kind is not RecordKind.BYTES)
    assert kinds == ["CLOSED", "CLOSED", "OPENED", "OPENED"]


async def test_a_frozen_tap_is_ended_by_the_watchdog_and_printing_goes_on(tmp_path: Path) -> None:
    with switched_on(Printer()) as printer:
        async with box(tmp_path, [tcp_lane(printer)], watchdog_s=1.0) as process:
            reader, writer = await process.till("till1")
            writer.write(job(1))
            await until(lambda: bytes(printer.received) == job(1))
            before = process.pid
            os.kill(before, signal.SIGSTOP)
            writer.write(job(2))
            await until(lambda: process.pid != before)
            await until(lambda: bytes(printer.received) == job(1) + job(2))
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
    assert journaled(tmp_path / "journal") == job(1) + job(2)


async def test_asked_to_stop_it_finishes_what_is_on_its_way(tmp_path: Path) -> None:
    sent = b"".join(job(number) for number in range(200))
    with switched_on(Printer()) as printer:
        async with box(tmp_path, [tcp_lane(printer)]) as process:
            _, writer = await process.till("till1")
            writer.write(sent)
            await writer.drain()
            await until(lambda: printer.received)
        await until(lambda: printer.sessions)
        assert bytes(printer.received) == sent
        writer.close()
    assert journaled(tmp_path / "journal") == sent


async def test_nobody_needs_to_be_woken(tmp_path: Path) -> None:
    """The agent's socket is there, and full, because the agent is frozen; then it is gone, because it was killed."""
    agent = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    agent.bind(str(tmp_path / "wake"))
    with switched_on(Printer()) as printer:
        async with box(tmp_path, [tcp_lane(printer)]) as process:
            _, writer = await process.till("till1")
            sent = b"".join(job(number) for number in range(40))
            writer.write(sent)
            await until(lambda: bytes(printer.received) == sent)
            assert agent.recv(64) == b"synced"
            agent.close()
            writer.write(job(99))
            await until(lambda: bytes(printer.received) == sent + job(99))
            writer.close()
    assert journaled(tmp_path / "journal") == sent + job(99)


async def test_one_lane_without_a_port_does_not_stop_the_other(tmp_path: Path) -> None:
    with switched_on(Printer()) as printer:
        broken = Lane("till2", TapKind.RECORDING, path=str(tmp_path / "no such file"))
        async with box(tmp_path, [tcp_lane(printer), broken]) as process:
            _, writer = await process.till("till1")
            writer.write(job(1))
            await until(lambda: bytes(printer.received) == job(1))
            writer.close()
            await until(lambda: (tmp_path / "tap.json").exists() and "no such file" in str(process.status()))


def memory_kb(pid: int) -> int:
    """Highest so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


async def test_a_job_of_100_mb_streams_through_in_bounded_memory(tmp_path: Path) -> None:
    rows = 65535
    band = b"\x1dv0\x00\x48\x00" + struct.pack("<H", rows) + bytes(72 * rows)
    bands = (100 << 20) // len(band) + 1
    expected = hashlib.sha256()
    with switched_on(Counting()) as printer:
        async with box(tmp_path, [tcp_lane(printer)]) as process:
            reader, writer = await process.till("till1")
            for _ in range(bands):
                writer.write(band)
                expected.update(band)
                await writer.drain()
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            assert memory_kb(process.pid) < 100_000
        assert printer.digest.digest() == expected.digest()
    assert not gaps(tmp_path / "journal")
    assert (
        sum(len(record.payload) for record in records(tmp_path / "journal") if record.kind is RecordKind.BYTES)
        == len(band) * bands
    )


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


async def test_with_a_full_disk_printing_goes_on_and_what_waited_is_kept_when_there_is_room(tmp_path: Path) -> None:
    sent = [job(number, lines=200) for number in range(400)]
    with small_disk(tmp_path / "disk", 12) as disk, switched_on(Printer()) as printer:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(11 << 20))
        async with box(tmp_path, [tcp_lane(printer)], disk=disk) as process:
            reader, writer = await process.till("till1")
            for one in sent:
                writer.write(one)
                await writer.drain()
            await until(lambda: bytes(printer.received) == b"".join(sent))
            await until(lambda: process.status()["journal"]["full"])
            ballast.unlink()
            writer.write(job(1))
            await until(lambda: not process.status()["journal"]["full"])
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
        assert journaled(disk / "journal") == b"".join([*sent, job(1)])
        assert {gap["cause"] for gap in gaps(disk / "journal")} <= {RELEASED}

"""What happens when the disk is slow, stuck or full: printing goes on, and what is not kept is named."""

import asyncio
import socket
import threading
from pathlib import Path

from agent.clock import SystemClock
from agent.journal.record import RecordKind
from agent.journal.ring import KeptJournal
from agent.journal.writer import JournalWriter
from agent.taps.print_path.hold import RELEASED
from tests.taps.rig import Printer, gaps, job, journaled, parts_over, records, running, switched_on, until
from tests.taps.test_tcp_lane import Store


class StuckDisk(KeptJournal):
    """A journal whose disk stands still at each sync while the test wants it to."""

    def __init__(self, folder: Path) -> None:
        super().__init__(JournalWriter(folder, SystemClock()))
        self.moves = threading.Event()
        self.moves.set()

    def sync(self) -> bool:
        self.moves.wait(30)
        return super().sync()


async def test_a_stuck_disk_holds_a_cut_for_a_moment_only_and_printing_goes_on(tmp_path: Path) -> None:
    sent = [job(number) for number in range(3)]
    disk = StuckDisk(tmp_path)
    async with parts_over(tmp_path, disk) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                _, writer = await store.till()
                disk.moves.clear()
                for one in sent:
                    writer.write(one)
                await until(lambda: bytes(printer.received) == b"".join(sent))
                assert store.counts.hold.released == 3
                assert parts.keeper.stalled
                disk.moves.set()
                writer.close()
                await until(lambda: store.counts.open_sessions == 0)
    assert journaled(tmp_path) == b"".join(sent)
    assert [(gap["cause"], gap["length"]) for gap in gaps(tmp_path)] == [(RELEASED, 0)] * 3


async def test_the_cut_waits_for_the_disk(tmp_path: Path) -> None:
    """All but the cut's last byte is printed at once."""
    disk = StuckDisk(tmp_path)
    async with parts_over(tmp_path, disk) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                _, writer = await store.till()
                disk.moves.clear()
                writer.write(job(1) + b"\n")
                await until(lambda: len(printer.received) >= len(job(1)) - 1)
                assert bytes(printer.received) == job(1)[:-1]
                disk.moves.set()
                await until(lambda: bytes(printer.received) == job(1) + b"\n")
                assert store.counts.hold.released == 0
                writer.close()


async def test_when_even_memory_is_full_bytes_pass_and_the_gap_has_their_length(tmp_path: Path) -> None:
    sent = bytes(range(1, 250)) * 2400
    disk = StuckDisk(tmp_path)
    async with parts_over(tmp_path, disk, ring_bytes=128 << 10) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                _, writer = await store.till()
                writer.write(b"first")
                await until(lambda: bytes(printer.received) == b"first")
                disk.moves.clear()
                parts.keeper.sync()
                writer.write(sent)
                await until(lambda: len(printer.received) == len(sent) + 5)
                assert parts.keeper.dropped_bytes > 0
                disk.moves.set()
                await until(lambda: parts.keeper.waiting_bytes == 0)
                writer.close()
                await until(lambda: store.counts.open_sessions == 0)
    (gap,) = gaps(tmp_path)
    kept = [record for record in records(tmp_path) if record.kind is RecordKind.BYTES]
    assert gap["cause"] == "the disk stalled too long"
    assert sum(len(record.payload) for record in kept) + int(str(gap["length"])) == len(sent) + 5
    assert parts.keeper.dropped_bytes == gap["length"]
    assert parts.keeper.gaps["till1"] == 1


async def test_the_agent_is_woken_after_a_sync(tmp_path: Path) -> None:
    agent = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    agent.setblocking(False)
    agent.bind(str(tmp_path / "wake"))
    async with parts_over(tmp_path / "journal", wake=tmp_path / "wake") as parts:
        store = Store(parts)
        async with running(store):
            _, writer = await store.till()
            writer.write(b"no cut, only quiet")
            async with asyncio.timeout(20):
                assert await asyncio.get_running_loop().sock_recv(agent, 64) == b"synced"
            assert journaled(tmp_path / "journal") == b"no cut, only quiet"
            writer.close()
    agent.close()

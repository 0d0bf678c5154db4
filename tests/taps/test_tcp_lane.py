"""The TCP lane with a real printer, real tills and a real journal."""

import asyncio
import random
import socket
import struct
from pathlib import Path

import pytest

from agent.journal.record import Direction, RecordKind
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.tcp_lane import TcpLane
from tests.taps.rig import Printer, gaps, job, journaled, parts_over, records, running, switched_on, until


def lane_to(printer: str, quiet_s: float = 0) -> Lane:
    return Lane("till1", TapKind.RAW_TCP, listen="127.0.0.1:0", printer=printer, quiet_s=quiet_s)


class Store:
    """One lane on a port of the system's choice."""

    def __init__(self, parts: Parts, printer: str = "", quiet_s: float = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.counts = LaneCounts()
        self.tap = TcpLane(lane_to(printer, quiet_s), parts, self.counts, listener=self.listener)

    async def run(self) -> None:
        try:
            await self.tap.run()
        finally:
            self.listener.close()

    async def till(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.listener.getsockname())


async def leave(writer: asyncio.StreamWriter) -> None:
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("seed", range(4))
async def test_the_printer_gets_the_same_bytes_however_they_are_sliced(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    sent = b"".join(job(seed * 100 + number) for number in range(10))
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                reader, writer = await store.till()
                at = 0
                while at < len(sent):
                    size = rng.choice((1, 3, 40, 500, 5000))
                    writer.write(sent[at : at + size])
                    await writer.drain()
                    at += size
                writer.write_eof()
                assert await reader.read() == b""
                assert bytes(printer.received) == sent
                assert store.counts.hold.cuts == 10
                assert store.counts.hold.released == 0
                await leave(writer)
                await until(lambda: store.counts.open_sessions == 0)
    assert journaled(tmp_path) == sent
    assert not gaps(tmp_path)
    kinds = [record.kind for record in records(tmp_path) if record.kind is not RecordKind.BYTES]
    assert kinds == [RecordKind.OPENED, RecordKind.CLOSED]


async def test_answers_pass_untouched_and_are_journaled(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                reader, writer = await store.till()
                writer.write(b"\x1b@\x10\x04\x01")
                assert await reader.readexactly(1) == b"\x12"
                printer.say(b"\x14\x00\x00\x0f")
                assert await reader.readexactly(4) == b"\x14\x00\x00\x0f"
                await leave(writer)
    assert journaled(tmp_path, Direction.FROM_PRINTER) == b"\x12\x14\x00\x00\x0f"


async def test_a_second_till_waits_and_is_served_when_the_first_leaves(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                _, first = await store.till()
                first.write(job(1)[:50])
                await until(lambda: len(printer.received) == 50)
                second_reader, second = await store.till()
                second.write(job(2))
                second.write_eof()
                first.write(job(1)[50:])
                await leave(first)
                assert await second_reader.read() == b""
                await leave(second)
                assert printer.sessions == [job(1), job(2)]
    assert journaled(tmp_path) == job(1) + job(2)


async def test_a_till_that_never_closes_shares_the_printer_between_jobs(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                _, holds = await store.till()
                holds.write(job(1))
                await until(lambda: bytes(printer.received) == job(1))
                _, other = await store.till()
                other.write(job(2))
                await until(lambda: bytes(printer.received) == job(1) + job(2))
                holds.write(job(3))
                await until(lambda: bytes(printer.received) == job(1) + job(2) + job(3))
                assert printer.sessions == [job(1), job(2)]
                await leave(holds)
                await leave(other)
    assert not gaps(tmp_path)


async def test_the_printer_is_not_taken_away_in_the_middle_of_a_job(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address, quiet_s=60)
            async with running(store):
                _, holds = await store.till()
                holds.write(job(1)[:-4])
                await until(lambda: len(printer.received) == len(job(1)) - 4)
                _, other = await store.till()
                other.write(job(2))
                await asyncio.sleep(2.6)  # longer than what separates two jobs behind a cut
                holds.write(job(1)[-4:])
                await until(lambda: bytes(printer.received) == job(1) + job(2))
                await leave(holds)
                await leave(other)


async def test_a_printer_that_is_away_keeps_the_till_waiting_and_prints_when_it_is_back(tmp_path: Path) -> None:
    gone = Printer()
    gone.switch_off()
    async with parts_over(tmp_path) as parts:
        store = Store(parts, gone.address)
        async with running(store):
            reader, writer = await store.till()
            writer.write(job(1))
            await until(lambda: store.counts.printer_ok is False)
            assert journaled(tmp_path) == b""
            with switched_on(Printer(gone.port)) as printer:
                await until(lambda: bytes(printer.received) == job(1))
                assert store.counts.printer_ok
                writer.write_eof()
                assert await reader.read() == b""
                await leave(writer)
    assert journaled(tmp_path) == job(1)


async def test_what_a_till_left_behind_before_the_printer_came_back_is_printed(tmp_path: Path) -> None:
    gone = Printer()
    gone.switch_off()
    async with parts_over(tmp_path) as parts:
        store = Store(parts, gone.address)
        async with running(store):
            _, writer = await store.till()
            writer.write(job(1))
            await until(lambda: store.counts.printer_ok is False)
            await leave(writer)
            with switched_on(Printer(gone.port)) as printer:
                await until(lambda: printer.sessions == [job(1)])


async def test_a_reset_by_the_printer_reaches_the_till(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                reader, writer = await store.till()
                writer.write(b"half a receipt")
                await until(lambda: bytes(printer.received) == b"half a receipt")
                printer.reset()
                with pytest.raises(ConnectionResetError):
                    await reader.read()
                writer.close()
                await until(lambda: store.counts.open_sessions == 0)
                _, again = await store.till()
                again.write(job(2))
                await until(lambda: bytes(printer.received).endswith(job(2)))
                await leave(again)


async def test_a_till_that_resets_behind_its_job_has_printed_it(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        with switched_on(Printer()) as printer:
            store = Store(parts, printer.address)
            async with running(store):
                till = socket.create_connection(store.listener.getsockname())
                till.sendall(job(1))
                till.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                till.close()
                await until(lambda: printer.sessions == [job(1)])
                await until(lambda: store.counts.open_sessions == 0)
    assert journaled(tmp_path) == job(1)


async def test_the_virtual_printer_answers_several_tills_at_once(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        store = Store(parts)
        async with running(store):
            tills = [await store.till() for _ in range(3)]
            for number, (_, writer) in enumerate(tills):
                writer.write(job(number) + b"\x10\x04\x01\x1dI\x43")
            for reader, writer in tills:
                assert await reader.readexactly(10) == b"\x12_TM-T88V\0"
                writer.write_eof()
                assert await reader.read() == b""
                await leave(writer)
    assert journaled(tmp_path) == b"".join(job(number) + b"\x10\x04\x01\x1dI\x43" for number in range(3))

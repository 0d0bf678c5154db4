"""The serial lane over real pseudo-terminals: read-only, through to a printer, unplugged and plugged in again."""

import asyncio
import contextlib
import os
import signal
import termios
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.journal.record import Direction, RecordKind
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.serial_port import SerialPort
from tests.taps.box import box
from tests.taps.rig import gaps, job, journaled, parts_over, records, running, until


@dataclass
class Cable:
    """A pty: `end` is the till's (or printer's) side, `path` what the box opens."""

    end: int
    path: Path
    far: int

    def read(self) -> bytes:
        try:
            return os.read(self.end, 65536)
        except BlockingIOError:
            return b""


@contextlib.contextmanager
def cable(path: Path) -> Iterator[Cable]:
    end, far = os.openpty()
    tty.setraw(far)
    os.set_blocking(end, False)
    path.unlink(missing_ok=True)
    path.symlink_to(os.ttyname(far))
    try:
        yield Cable(end, path, far)
    finally:
        for descriptor in (end, far):
            with contextlib.suppress(OSError):
                os.close(descriptor)


async def write_all(plug: Cable, data: bytes) -> None:
    """As fast as the line takes it."""
    while data:
        try:
            data = data[os.write(plug.end, data[:512]) :]
        except BlockingIOError:
            await asyncio.sleep(0.002)


def serial_lane(path: Path, printer: str = "") -> Lane:
    return Lane("till1", TapKind.SERIAL_PORT, path=str(path), printer=printer, baud=19200, parity="E", data_bits=7)


def tap_of(parts: Parts, lane: Lane) -> tuple[SerialPort, LaneCounts]:
    counts = LaneCounts()
    return SerialPort(lane, parts, counts), counts


async def test_bytes_that_came_before_the_port_was_opened_are_read(tmp_path: Path) -> None:
    with cable(tmp_path / "tty") as plug:
        os.write(plug.end, b"before ")
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, serial_lane(plug.path))
            async with running(tap):
                await until(lambda: counts.bytes_to_printer == 7)
                os.write(plug.end, b"after")
                await until(lambda: counts.bytes_to_printer == 12)
    assert journaled(tmp_path / "journal") == b"before after"


async def test_the_port_is_raw_exclusive_as_set_and_its_modem_lines_are_left_alone(tmp_path: Path) -> None:
    with cable(tmp_path / "tty") as plug:
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, serial_lane(plug.path))
            async with running(tap):
                await until(lambda: counts.open_sessions)
                iflag, oflag, cflag, lflag, _, speed, _ = termios.tcgetattr(plug.far)
                assert (iflag, oflag, lflag, speed) == (0, 0, 0, termios.B19200)
                assert cflag & termios.CSIZE in (termios.CS7, termios.CS8)  # a pty may insist on eight
                assert not cflag & termios.HUPCL
                second, other_counts = tap_of(parts, serial_lane(plug.path))
                async with running(second):
                    await until(lambda: "in use" in other_counts.fault)


async def test_a_read_only_tap_writes_nothing_to_the_line(tmp_path: Path) -> None:
    with cable(tmp_path / "tty") as plug:
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, serial_lane(plug.path))
            async with running(tap):
                await write_all(plug, job(1) + b"\x10\x04\x01")
                await until(lambda: counts.bytes_to_printer == len(job(1)) + 3)
                assert plug.read() == b""
    assert journaled(tmp_path / "journal") == job(1) + b"\x10\x04\x01"


async def test_unplugged_and_plugged_in_again_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "tty"
    async with parts_over(tmp_path / "journal") as parts:
        tap, counts = tap_of(parts, serial_lane(path))
        async with running(tap):
            await until(lambda: "No such file" in counts.fault)
            with cable(path) as plug:
                await write_all(plug, job(1))
                await until(lambda: counts.bytes_to_printer == len(job(1)))
            await until(lambda: counts.open_sessions == 0)
            with cable(path) as plug:
                await write_all(plug, job(2))
                await until(lambda: counts.bytes_to_printer == len(job(1) + job(2)))
    assert journaled(tmp_path / "journal") == job(1) + job(2)
    kinds = [record.kind.name for record in records(tmp_path / "journal") if record.kind is not RecordKind.BYTES]
    assert kinds == ["OPENED", "CLOSED", "OPENED"]


async def test_with_a_second_port_both_directions_pass_and_cuts_are_held(tmp_path: Path) -> None:
    sent = b"".join(job(number) for number in range(5))
    with cable(tmp_path / "till") as till, cable(tmp_path / "printer") as printer:
        async with parts_over(tmp_path / "journal") as parts:
            tap, counts = tap_of(parts, serial_lane(till.path, str(printer.path)))
            async with running(tap):
                writing = asyncio.create_task(write_all(till, sent))
                printed = bytearray()
                async with asyncio.timeout(20):
                    while len(printed) < len(sent):
                        printed += printer.read()
                        await asyncio.sleep(0.001)
                await writing
                os.write(printer.end, b"\x12\x13")
                await until(lambda: counts.bytes_from_printer == 2)
                assert (bytes(printed), till.read()) == (sent, b"\x12\x13")
                assert counts.hold.cuts == 5
    assert journaled(tmp_path / "journal") == sent
    assert journaled(tmp_path / "journal", Direction.FROM_PRINTER) == b"\x12\x13"


async def test_the_line_goes_on_in_the_next_life_of_a_killed_tap(tmp_path: Path) -> None:
    """What arrives while no process reads stays in the kernel, because the caretaker keeps the port open."""
    with cable(tmp_path / "tty") as plug:
        async with box(tmp_path, [serial_lane(plug.path)]) as process:
            await write_all(plug, job(1))
            await until(lambda: journaled(process.journal) == job(1))
            before = process.pid
            os.kill(before, signal.SIGKILL)
            await write_all(plug, job(2))
            await until(lambda: process.lives_since(before))
            await until(lambda: journaled(process.journal) == job(1) + job(2))
    named = [gap["cause"] for gap in gaps(tmp_path / "journal")]
    assert named == ["tap killed before the sync"]  # a pty does not count what it received
    assert [record.kind.name for record in records(tmp_path / "journal")].count("OPENED") == 1

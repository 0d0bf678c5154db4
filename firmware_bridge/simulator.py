"""simulator: the firmware's own code on a software board, on a pty where the box looks for its wire tap; no hardware.

`python -m firmware_bridge.simulator --link PATH --till PATH` makes two ptys: the box opens the first as its wire tap,
and what is written into the second is what the till sends to its printer. For tests, the demo and training.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import time
import tty
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from firmware_bridge import messages
from firmware_bridge.firmware.tap import WRAP, Tap

RING_BYTES = (104 << 10, 8 << 10)
"""As on the Pico: 96 KiB of bytes with their chunks' heads; the printer's answers are short."""
BUFFER_BYTES = (8192, 2048)
"""What a UART's interrupt takes in before the firmware looks."""
PTY_LINE = (115200, 8, 0, 1)
"""A pty has no speed; this one is taken for known."""
TURN_SECONDS = 0.002
PIECE_BYTES = 64

LineSetting = tuple[int, int, int, int]


class SoftLine:
    """A UART made of memory. `pulse` is what the pin would show of the line's real speed."""

    def __init__(self, buffer_bytes: int) -> None:
        self._buffer_bytes, self._bytes = buffer_bytes, bytearray()
        self._errors = 0
        self.setting: LineSetting | None = None
        self.pulse = 0

    def arrive(self, data: bytes, errors: int = 0) -> None:
        """The line brings `data`; what the UART's buffer cannot hold is an overrun."""
        room = self._buffer_bytes - len(self._bytes)
        self._bytes += data[:room]
        self._errors |= errors | (messages.OVERRUN if len(data) > room else 0)

    def room(self) -> int:
        return self._buffer_bytes - len(self._bytes)

    def any(self) -> int:
        return len(self._bytes)

    def readinto(self, buffer: bytearray, count: int) -> int | None:
        taken = min(count, len(buffer), len(self._bytes))
        buffer[:taken] = self._bytes[:taken]
        del self._bytes[:taken]
        return taken or None

    def errors(self) -> int:
        errors, self._errors = self._errors, 0
        return errors

    def pulse_ns(self) -> int:
        return self.pulse

    def set(self, baud: int, bits: int, parity: int, stop: int) -> None:
        self.setting = (baud, bits, parity, stop)


@dataclass
class SoftBoard:
    """A board made of memory; `flash` is what survives a restart."""

    now: Callable[[], float]
    flash: dict[int, LineSetting] = field(default_factory=dict)
    serial: bytes = b"SIMULATE"
    name: str = "simulated"
    started: str = "simulated power on"
    ring_bytes: tuple[int, int] = RING_BYTES
    boot: int = 0
    on_leave: Callable[[int], None] = lambda _: None
    lit: bool = False
    confirmed: int = 0
    to_box: bytearray = field(default_factory=bytearray)
    from_box: deque[bytes] = field(default_factory=deque)
    writable: bool = True

    def __post_init__(self) -> None:
        self.boot = self.boot or int.from_bytes(os.urandom(4), "little") or 1
        self.lines = (SoftLine(BUFFER_BYTES[0]), SoftLine(BUFFER_BYTES[1]))

    def ticks_us(self) -> int:
        return int(self.now() * 1e6) % WRAP

    def read(self) -> bytes:
        return self.from_box.popleft() if self.from_box else b""

    def can_write(self) -> bool:
        return self.writable

    def write(self, piece: bytes) -> None:
        self.to_box += piece

    def feed(self) -> None:
        """Nothing watches."""

    def light(self, on: bool) -> None:
        self.lit = on

    def free_bytes(self) -> int:
        return 0

    def load_line(self, direction: int) -> LineSetting | None:
        return self.flash.get(direction)

    def save_line(self, direction: int, line: LineSetting) -> None:
        self.flash[direction] = line

    def confirm(self, slot: int) -> None:
        self.confirmed = slot

    def leave(self, to: int) -> None:
        self.on_leave(to)


class Pty:
    """A pseudo-terminal with a steady name; `near` is our end, not blocking."""

    def __init__(self, path: Path) -> None:
        self.near, self._far = os.openpty()
        tty.setraw(self._far)
        os.set_blocking(self.near, False)
        self.path = path
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._far))
        fresh.replace(path)

    def read(self, limit: int = 4096) -> bytes:
        with contextlib.suppress(BlockingIOError):
            return os.read(self.near, limit)
        return b""

    def write(self, data: bytes) -> int:
        with contextlib.suppress(BlockingIOError):
            return os.write(self.near, data)
        return 0

    def close(self) -> None:
        for descriptor in (self.near, self._far):
            os.close(descriptor)
        self.path.unlink(missing_ok=True)


class Simulator:
    """The wire tap between a till and its printer; `restart` is a power cut of the microcontroller alone."""

    def __init__(self, link: Path, till: Path, printer: Path | None = None) -> None:
        self._link, self._lines = Pty(link), [Pty(till)] + ([Pty(printer)] if printer else [])
        self._flash: dict[int, LineSetting] = dict.fromkeys(messages.DIRECTIONS, PTY_LINE)
        self._pending = bytearray()
        self.restart()

    def restart(self) -> None:
        self._pending.clear()
        self.board = SoftBoard(time.monotonic, self._flash, on_leave=lambda _: self.restart())
        self.tap = Tap(self.board)

    def turn(self) -> None:
        for line, soft in zip(self._lines, self.board.lines, strict=False):
            soft.arrive(line.read(soft.room()) if soft.room() else b"")
        if data := self._link.read():
            self.board.from_box.append(data)
        self.board.writable = len(self._pending) < PIECE_BYTES
        self.tap.turn()
        self._pending += self.board.to_box
        self.board.to_box.clear()
        del self._pending[: self._link.write(bytes(self._pending))]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self.turn()
            await asyncio.sleep(TURN_SECONDS)

    def close(self) -> None:
        for pty in (self._link, *self._lines):
            pty.close()


@contextlib.contextmanager
def plugged_in(link: Path, till: Path, printer: Path | None = None) -> Iterator[Simulator]:
    simulator = Simulator(link, till, printer)
    try:
        yield simulator
    finally:
        simulator.close()


async def _run(simulator: Simulator) -> None:
    running = asyncio.create_task(simulator.run(), name="simulator")
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, simulator.restart)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m firmware_bridge.simulator", description=__doc__)
    parser.add_argument("--link", type=Path, required=True, help="where the box finds its wire tap")
    parser.add_argument("--till", type=Path, required=True, help="written into by what plays the till")
    parser.add_argument("--printer", type=Path, help="written into by what plays the printer's answers")
    chosen = parser.parse_args()
    with plugged_in(chosen.link, chosen.till, chosen.printer) as simulator:
        asyncio.run(_run(simulator))


if __name__ == "__main__":
    main()

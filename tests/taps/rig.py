"""rig: what the tap's tests stand on: a real printer on loopback, a till, and one lane's parts over a real journal."""

import asyncio
import contextlib
import hashlib
import json
import random
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

from agent.clock import SystemClock
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, Record, RecordKind
from agent.journal.ring import KeptJournal
from agent.journal.segment import segments
from agent.journal.writer import JournalWriter
from agent.taps.print_path.caretaker import Caretaker
from agent.taps.print_path.edges import Edges
from agent.taps.print_path.keeper import Keeper
from agent.taps.print_path.parts import LaneCounts, Parts

CUT = b"\x1dVA\x00"
PATIENCE_SECONDS = 20.0
"""A test that waits longer has failed; nothing is timed by it."""


class Printer:
    """Takes one connection at a time, as receipt printers do; keeps every byte in order; answers DLE EOT 1."""

    def __init__(self, port: int = 0, *, receive_buffer: int = 0) -> None:
        self.received = bytearray()
        self.sessions: list[bytes] = []
        """What each finished connection brought."""
        self.go_on = threading.Event()
        self.go_on.set()
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._listener.bind(("127.0.0.1", port))
        self._listener.listen(16)
        self.port = int(self._listener.getsockname()[1])
        self._current: socket.socket | None = None
        self._thread = threading.Thread(target=self._print, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def switch_off(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()
        self.go_on.set()
        self._thread.join(PATIENCE_SECONDS)

    def reset(self) -> None:
        """Breaks the connection it has."""
        connection = self._current
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RD)

    def say(self, words: bytes) -> None:
        """Unasked, as automatic status is."""
        if self._current is None:
            raise RuntimeError("no till is connected")
        self._current.sendall(words)

    def _print(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._current = connection
                self.sessions.append(self._one(connection))
                self._current = None

    def _one(self, connection: socket.socket) -> bytes:
        brought = bytearray()
        with contextlib.suppress(OSError):
            while self.go_on.wait() and (data := connection.recv(65536)):
                self.received += data
                brought += data
                if b"\x10\x04\x01" in data:
                    connection.sendall(b"\x12")
        return bytes(brought)


class Counting(Printer):
    """Keeps the digest of what it printed, not the bytes."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        super().__init__()

    def _one(self, connection: socket.socket) -> bytes:
        while data := connection.recv(1 << 18):
            self.digest.update(data)
        return b""


AnyPrinter = TypeVar("AnyPrinter", bound=Printer)


@contextlib.contextmanager
def switched_on(printer: AnyPrinter) -> Iterator[AnyPrinter]:
    try:
        yield printer
    finally:
        printer.switch_off()


@contextlib.asynccontextmanager
async def parts_over(
    folder: Path, journal: KeptJournal | None = None, ring_bytes: int = 16 << 20, wake: Path | None = None
) -> AsyncIterator[Parts]:
    """One tap process's parts, without a process."""
    clock = SystemClock()
    edges = Edges(asyncio.get_running_loop())
    keeping = Keeper(journal or KeptJournal(JournalWriter(folder, clock)), wake, ring_bytes=ring_bytes)
    caretaker = Caretaker({})
    try:
        yield Parts(keeping, edges, caretaker, clock)
    finally:
        await keeping.close()
        edges.close()
        caretaker.close()


@contextlib.asynccontextmanager
async def running(tap: object) -> AsyncIterator[None]:
    """A lane while the test works with it; an error in it fails the test."""
    task = asyncio.create_task(tap.run())  # type: ignore[attr-defined]
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], object]) -> None:
    """Waits for what the other side will do in its own time."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110  (the other side is a thread or a process: it sets no event of ours)
            await asyncio.sleep(0.005)


def records(folder: Path) -> list[Record]:
    if not segments(folder):
        return []
    reader = JournalReader(folder)
    found = [record for _, record in reader.replay(None)]
    reader.close()
    return found


def journaled(folder: Path, direction: Direction = Direction.TO_PRINTER, lane: str | None = None) -> bytes:
    """What passed, by session and in order."""
    wanted = [
        record
        for record in records(folder)
        if record.kind is RecordKind.BYTES and record.direction is direction and lane in (None, record.lane)
    ]
    return b"".join(record.payload for record in sorted(wanted, key=lambda record: (record.session, record.offset)))


def gaps(folder: Path) -> list[dict[str, object]]:
    return [json.loads(record.payload) for record in records(folder) if record.kind is RecordKind.GAP]


def job(seed: int, *, lines: int = 20) -> bytes:
    """A receipt as tills send them, with a picture that contains what looks like a cut; no card numbers."""
    rng = random.Random(seed)
    picture = bytes(rng.choice(b"\x00\xff\x1d\x56\x10\x04") for _ in range(8 * rng.randrange(1, 64)))
    head = b"\x1b@\x1ba\x01\x1d!\x11STORE\n\x1d!\x00\x1ba\x00" + b"\x1dv0\x00\x08\x00"
    body = b"".join(
        b"ITEM %c%c    %d.%02d\n" % (65 + rng.randrange(26), 65 + rng.randrange(26), rng.randrange(90), seed % 100)
        for _ in range(lines)
    )
    return head + struct.pack("<H", len(picture) // 8) + picture + body + b"\n\n" + CUT


def counts() -> LaneCounts:
    return LaneCounts()

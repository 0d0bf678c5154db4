"""bench: box and firmware back to back in simulated time over lines that lose, damage, double and delay; no waiting."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_bridge.events import Event, Identified, Known, Line, Lost, Passed
from firmware_bridge.firmware.tap import WRAP, Tap
from firmware_bridge.messages import DIRECTIONS
from firmware_bridge.session import Session
from firmware_bridge.simulator import RING_BYTES, SoftBoard
from tests.firmware_bridge.micropython import interpreter
from tests.firmware_bridge.micropython.interpreter import Interpreter

STEP_SECONDS = 0.001
DISK_SECONDS = 0.03
"""A sync's time."""

Wire = Callable[[bytes, float], list[tuple[float, bytes]]]
"""What becomes of bytes written now: pieces, each with the moment at which it comes out."""


def clean(data: bytes, now: float) -> list[tuple[float, bytes]]:
    return [(now, data)]


def byte_by_byte(data: bytes, now: float) -> list[tuple[float, bytes]]:
    return [(now, data[at : at + 1]) for at in range(len(data))]


def losing(chance: random.Random, share: float = 0.2) -> Wire:
    return lambda data, now: [] if chance.random() < share else [(now, data)]


def flipping(chance: random.Random, share: float = 0.1) -> Wire:
    def wire(data: bytes, now: float) -> list[tuple[float, bytes]]:
        if chance.random() < share and data:
            damaged = bytearray(data)
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            data = bytes(damaged)
        return [(now, data)]

    return wire


def doubling(chance: random.Random, share: float = 0.2) -> Wire:
    return lambda data, now: [(now, data)] * (2 if chance.random() < share else 1)


def delaying(chance: random.Random, longest: float = 0.4) -> Wire:
    """In order, as on any serial line."""
    last = [0.0]

    def wire(data: bytes, now: float) -> list[tuple[float, bytes]]:
        last[0] = max(last[0], now + chance.random() * longest)
        return [(last[0], data)]

    return wire


@dataclass
class Disk:
    """What the box has kept of one life of the tap, each direction: synced, and written but not synced."""

    written: dict[int, list[Event]] = field(default_factory=lambda: {direction: [] for direction in DIRECTIONS})
    end: dict[int, int] = field(default_factory=lambda: dict.fromkeys(DIRECTIONS, 0))
    syncing: list[tuple[float, int, int]] = field(default_factory=list)


class Bench:
    """One tap, one box. `say` makes the till (0) or the printer (1) send bytes at a speed."""

    def __init__(
        self,
        wire_up: Wire = clean,
        wire_down: Wire = clean,
        *,
        ring_bytes: tuple[int, int] = RING_BYTES,
        micropython: Interpreter | None = None,
    ) -> None:
        self.now = 100.0
        self._wires = {"up": wire_up, "down": wire_down}
        self._flying: dict[str, list[tuple[float, bytes]]] = {"up": [], "down": []}
        self._ring_bytes, self._micropython = ring_bytes, micropython
        self._flash: dict[int, tuple[int, int, int, int]] = {0: (115200, 8, 0, 1), 1: (115200, 8, 0, 1)}
        self._unsaid = {direction: bytearray() for direction in DIRECTIONS}
        self._credit = dict.fromkeys(DIRECTIONS, 0.0)
        self.bytes_per_second = 11520.0
        self.disks: dict[int, Disk] = {}
        self.truth: dict[int, dict[int, bytearray]] = {}
        self.session: Session | None = None
        self.connected = True
        self.disk_seconds = DISK_SECONDS
        self.events: list[Event] = []
        self._nonce = 0
        self.start_tap()
        self.start_box()

    # Lives.

    def start_tap(self) -> None:
        """A power cut of the tap alone, or the first start."""
        self.board: SoftBoard | interpreter.Board
        self.tap: Tap | interpreter.Tap
        if self._micropython is None:
            self.board = SoftBoard(lambda: self.now, self._flash, ring_bytes=self._ring_bytes)
            self.tap = Tap(self.board)
        else:
            self.board = interpreter.Board(random.getrandbits(32))
            self.tap = interpreter.Tap(self._micropython, self.board, self._ticks_us, self._ring_bytes)
        self.truth[self.board.boot] = {direction: bytearray() for direction in DIRECTIONS}

    def start_box(self) -> None:
        self._nonce += 1
        known = None
        if self.disks:
            boot, disk = list(self.disks.items())[-1]
            known = Known(self.board.serial.hex(), boot, (disk.end[0], disk.end[1]))
        self.session = Session(self._nonce, Line(115200), self.now, known)

    def kill_box(self) -> None:
        """kill -9: what was written stays written, what was not is gone."""
        self.session = None
        self._flying = {"up": [], "down": []}
        for disk in self.disks.values():
            disk.syncing.clear()

    # Time.

    def say(self, direction: int, data: bytes) -> None:
        self._unsaid[direction] += data

    def step(self) -> None:
        self.now += STEP_SECONDS
        self._lines_bring()
        self.board.writable = self.connected and self.session is not None
        self.tap.turn()
        self._carry("up", bytes(self.board.to_box))
        self.board.to_box.clear()
        if self.session is not None:
            self._box_turns(self.session)
        for data in self._arrived("down"):
            self.board.from_box.append(data)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_SECONDS)):
            self.step()

    def run_until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        """Fails when it does not come true in so much simulated time."""
        until = self.now + seconds
        while not condition():
            assert self.now < until, f"not within {seconds} simulated seconds"
            self.step()

    @property
    def settled(self) -> bool:
        """All that was said is on the box's disk, and the tap knows it."""
        said = not any(self._unsaid.values()) and not any(line.any() for line in self.board.lines)
        return said and self.tap.held() == 0

    # What came of it.

    def heard(self, direction: int, boot: int | None = None) -> list[Event]:
        disk = self.disks.get(boot or self.board.boot)
        return disk.written[direction] if disk else []

    def check(self, boot: int | None = None) -> int:
        """What was kept is what was on the line, once, or a gap with its length; gives the bytes missing."""
        missing = 0
        boot = boot or self.board.boot
        for direction, true in self.truth[boot].items():
            at = 0
            for event in self.heard(direction, boot):
                assert isinstance(event, Passed | Lost)
                assert event.offset == at, f"offset {event.offset}, expected {at}"
                if isinstance(event, Passed):
                    assert event.payload == true[at : at + len(event.payload)]
                    at += len(event.payload)
                else:
                    at += event.length or 0
                    missing += event.length or 0
            assert at <= len(true)
            if boot == self.board.boot:
                assert at == len(true)
        return missing

    def _ticks_us(self) -> int:
        return int(self.now * 1e6) % WRAP

    def _lines_bring(self) -> None:
        for direction, unsaid in self._unsaid.items():
            self._credit[direction] = min(self._credit[direction] + self.bytes_per_second * STEP_SECONDS, 64.0)
            count = min(int(self._credit[direction]), len(unsaid))
            if count:
                self._credit[direction] -= count
                self.truth[self.board.boot][direction] += unsaid[:count]
                self.board.lines[direction].arrive(bytes(unsaid[:count]))
                del unsaid[:count]

    def _carry(self, way: str, data: bytes) -> None:
        if data and self.connected:
            self._flying[way] += self._wires[way](data, self.now)

    def _arrived(self, way: str) -> list[bytes]:
        there = [data for when, data in self._flying[way] if when <= self.now]
        self._flying[way] = [piece for piece in self._flying[way] if piece[0] > self.now]
        return there

    def _box_turns(self, session: Session) -> None:
        for data in self._arrived("up"):
            for event in session.receive(data, self.now):
                self._box_takes(session, event)
        for disk in self.disks.values():
            done = [sync for sync in disk.syncing if sync[0] <= self.now]
            disk.syncing = [sync for sync in disk.syncing if sync[0] > self.now]
            for _, direction, offset in done:
                session.kept(direction, offset)
        session.tick(self.now)
        self._carry("down", session.data_to_send())

    def _box_takes(self, session: Session, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Identified):
            for disk in self.disks.values():
                disk.syncing.clear()
            disk = self.disks.setdefault(event.tap.boot, Disk())
            for direction in DIRECTIONS:
                disk.syncing.append((self.now + self.disk_seconds, direction, disk.end[direction]))
        elif isinstance(event, Passed | Lost) and session.tap is not None:
            disk = self.disks[session.tap.boot]
            length = len(event.payload) if isinstance(event, Passed) else event.length or 0
            disk.written[event.direction].append(event)
            disk.end[event.direction] = event.offset + length
            disk.syncing.append((self.now + self.disk_seconds, event.direction, event.offset + length))

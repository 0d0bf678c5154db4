"""day: a day of receipts through a wire tap in simulated time, with everything going wrong; gives what came of it."""

import random
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firmware_bridge.events import Line, Lost, Passed
from firmware_bridge.session import Session
from tests.firmware_bridge.bench import DISK_SECONDS, Bench, byte_by_byte, clean, delaying, doubling, flipping, losing
from tests.firmware_bridge.micropython.interpreter import interpreter
from tests.story.slips import Shop

OPEN_SECONDS = 12 * 3600.0
LEAST_PAUSE_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Day:
    """`unnamed_bytes`: on the line, and neither kept nor in a gap; `twice_bytes`: kept more often than once."""

    receipts: int
    bytes_on_the_line: int
    bytes_kept: int
    bytes_in_named_gaps: int
    bytes_lost_with_the_taps_power: int
    unnamed_bytes: int
    twice_bytes: int
    box_killed: int
    tap_powerless: int
    disk_stalled: int
    bad_wires: int
    simulated_hours: float

    @property
    def clean(self) -> bool:
        whole = self.bytes_kept + self.bytes_in_named_gaps + self.bytes_lost_with_the_taps_power
        return self.unnamed_bytes == self.twice_bytes == 0 and whole == self.bytes_on_the_line


class _Faults:
    """What goes wrong between and in receipts, and how often."""

    def __init__(self, bench: Bench, chance: random.Random) -> None:
        self._bench, self._chance = bench, chance
        self.killed = self.powerless = self.stalled = self.bad_wires = 0
        self._box_back_at = 0.0

    def maybe(self) -> None:
        bench, chance = self._bench, self._chance
        if bench.session is None and bench.now >= self._box_back_at:
            bench.start_box()
        draw = chance.random()
        if draw < 0.02:
            if bench.session is None:
                return
            bench.kill_box()
            self.killed += 1
            self._box_back_at = bench.now + chance.choice((0.05, 1.0, 30.0, 600.0))
        elif draw < 0.022:
            bench.start_tap()
            self.powerless += 1
        elif draw < 0.04:
            self.stalled += bench.disk_seconds == DISK_SECONDS
            bench.disk_seconds = chance.choice((DISK_SECONDS, DISK_SECONDS, 2.0, 7.0))
        elif draw < 0.08:
            bad = chance.choice((losing(chance), flipping(chance), doubling(chance), delaying(chance), byte_by_byte))
            wire = bad if chance.random() < 0.3 else clean
            self.bad_wires += wire is bad
            bench._wires = {"up": wire, "down": wire}


def play(receipts: int, seed: int, told: Callable[[str], None] = lambda _: None) -> Day:
    """Bounded by its receipts: silence is passed over."""
    chance = random.Random(seed)
    bench = Bench()
    began = bench.now
    shop = Shop("EXAMPLE PETS", "1", seed, 1000, datetime(2026, 3, 2, 8))  # noqa: DTZ001  (as printed)
    faults = _Faults(bench, chance)
    for number in range(receipts):
        slip = shop.sale("4155550101", chance.randint(1, 20)).data
        cut = chance.randrange(len(slip))
        for part in (slip[:cut], slip[cut:]):
            bench.say(0, part)
            bench.run_until(lambda: not bench._unsaid[0])
            faults.maybe()
        bench.say(1, b"\x12" * chance.randint(0, 4))
        bench.run(LEAST_PAUSE_SECONDS)
        bench.now += chance.random() * 2 * OPEN_SECONDS / receipts
        if number % 100 == 0:
            told(f"{number} of {receipts} receipts, {(bench.now - began) / 3600:.1f} simulated hours")
    bench._wires, bench.disk_seconds = {"up": clean, "down": clean}, DISK_SECONDS
    if bench.session is None:
        bench.start_box()
    bench.run_until(lambda: bench.settled)
    return _account(bench, receipts, faults, (bench.now - began) / 3600)


def _account(bench: Bench, receipts: int, faults: _Faults, hours: float) -> Day:
    said = kept = gaps = powerless = unnamed = twice = 0
    for boot, lines in bench.truth.items():
        for direction, true in lines.items():
            at = 0
            for event in bench.heard(direction, boot):
                assert isinstance(event, Passed | Lost)
                unnamed += max(0, event.offset - at)
                twice += max(0, at - event.offset)
                if isinstance(event, Passed):
                    assert event.payload == true[event.offset : event.offset + len(event.payload)]
                    kept += len(event.payload)
                    at = event.offset + len(event.payload)
                else:
                    gaps += event.length or 0
                    at = event.offset + (event.length or 0)
            said += len(true)
            if boot == bench.board.boot:
                unnamed += len(true) - at
            else:
                powerless += len(true) - at
    return Day(
        receipts=receipts,
        bytes_on_the_line=said,
        bytes_kept=kept,
        bytes_in_named_gaps=gaps,
        bytes_lost_with_the_taps_power=powerless,
        unnamed_bytes=unnamed,
        twice_bytes=twice,
        box_killed=faults.killed,
        tap_powerless=faults.powerless,
        disk_stalled=faults.stalled,
        bad_wires=faults.bad_wires,
        simulated_hours=round(hours, 1),
    )


@dataclass(frozen=True, slots=True)
class Noise:
    """Bytes of noise that each side took, and by how many bytes its memory in use grew over the second half."""

    box_bytes: int
    box_growth: int
    firmware_bytes: int
    firmware_growth: int

    @property
    def clean(self) -> bool:
        return self.box_growth < 4096 and self.firmware_growth < 1024


def make_noise(count: int, seed: int, told: Callable[[str], None] = lambda _: None) -> Noise:
    """Random bytes at either side, the firmware under MicroPython; an exception ends it."""
    box = _noise_at_box(count, seed, told)
    with interpreter() as micropython:
        micropython.call("start", "beef", 104 << 10, 8 << 10)
        size, rounds = 1000, max(2, count // 1000 // 50 * 50)
        in_use: list[int] = []
        for turn in range(0, rounds, 50):
            micropython.call("hear_noise", 50, size, seed + turn)
            in_use.append(micropython.call("memory"))
            if turn % 500 == 0:
                told(f"{turn * size:,} bytes at the firmware")
    return Noise(count, box, rounds * size, in_use[-1] - in_use[len(in_use) // 2])


def _noise_at_box(count: int, seed: int, told: Callable[[str], None]) -> int:
    chance, session, in_use = random.Random(seed), Session(1, Line(), 0.0), list[int]()
    tracemalloc.start()
    try:
        for turn in range(count // 1000):
            session.receive(chance.randbytes(1000), turn * 0.001)
            session.tick(turn * 0.001)
            session.data_to_send()
            if turn % 500 == 0:
                in_use.append(tracemalloc.get_traced_memory()[0])
                told(f"{turn * 1000:,} bytes at the box")
    finally:
        tracemalloc.stop()
    return in_use[-1] - in_use[len(in_use) // 2]

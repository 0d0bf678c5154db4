"""The firmware by itself: what it answers, what it ignores, how it is set, what its light says."""

import random
from itertools import pairwise

import pytest

from firmware_bridge import messages
from firmware_bridge.firmware.tap import VERSION, Tap
from firmware_bridge.framing import Unframer, frame
from firmware_bridge.simulator import SoftBoard
from tests.firmware_bridge.micropython.interpreter import interpreter


class Bench:
    """A firmware whose clock the test turns."""

    def __init__(self, flash: dict[int, tuple[int, int, int, int]] | None = None) -> None:
        self.now = 0.0
        self.left: list[int] = []
        self.board = SoftBoard(lambda: self.now, {} if flash is None else flash, on_leave=self.left.append)
        self.tap = Tap(self.board)
        self._unframer = Unframer()

    def say(self, body: bytes) -> list[tuple[str, dict[str, object], bytes]]:
        """A message to the tap; what it says in the next turns."""
        self.board.from_box.append(frame(body))
        return self.turns(3)

    def turns(self, count: int, seconds: float = 0.001) -> list[tuple[str, dict[str, object], bytes]]:
        for _ in range(count):
            self.now += seconds
            self.tap.turn()
        said = [messages.unpack(body) for body in self._unframer.feed(bytes(self.board.to_box))]
        self.board.to_box.clear()
        return [(one[0].name, dict(zip(one[0].fields, one[1], strict=True)), one[2]) for one in said if one]

    def identify(self) -> list[tuple[str, dict[str, object], bytes]]:
        return self.say(messages.IDENTIFY.pack(messages.VERSION, 77))


def names(said: list[tuple[str, dict[str, object], bytes]]) -> list[str]:
    return [name for name, _, _ in said]


def test_it_says_who_it_is_when_asked_and_by_itself_until_then() -> None:
    bench = Bench()
    assert names(bench.turns(3000)) == ["HELLO"] * 3
    hello = next(values for name, values, _ in bench.identify() if name == "HELLO")
    assert hello["nonce"] == 77
    assert (hello["major"], hello["minor"], hello["patch"]) == VERSION
    assert hello["to_printer_ring"] == 104 << 10


def test_nothing_is_handed_over_before_the_box_has_said_that_it_speaks_this_version() -> None:
    bench = Bench({0: (9600, 8, 0, 1)})
    bench.board.lines[0].arrive(b"receipt")
    assert "CHUNK" not in names(bench.turns(100))
    bench.say(messages.IDENTIFY.pack(messages.VERSION + 1, 1))
    assert "CHUNK" not in names(bench.turns(100))
    assert "CHUNK" in names(bench.identify())


def test_what_is_meant_for_another_life_is_ignored() -> None:
    bench = Bench()
    bench.identify()
    other = bench.board.boot ^ 1
    bench.say(messages.LEAVE.pack(other, bench.board.serial, messages.REPL))
    bench.say(messages.LEAVE.pack(bench.board.boot, b"SOMEBODY", messages.REPL))
    assert bench.left == []
    bench.say(messages.LEAVE.pack(bench.board.boot, bench.board.serial, messages.REPL))
    assert bench.left == [messages.REPL]


def test_the_line_is_set_saved_and_found_set_after_a_restart() -> None:
    flash: dict[int, tuple[int, int, int, int]] = {}
    bench = Bench(flash)
    bench.identify()
    bench.say(messages.LINE.pack(bench.board.boot, 0, 19200, 7, 2, 1))
    assert bench.board.lines[0].setting == flash[0] == (19200, 7, 2, 1)
    assert Bench(flash).board.lines[0].setting == (19200, 7, 2, 1)


@pytest.mark.parametrize("line", [(7, 9600, 8, 0, 1), (0, 9600, 9, 0, 1), (0, 1, 8, 0, 1), (0, 9600, 8, 7, 1)])
def test_a_line_that_cannot_be_is_not_set(line: tuple[int, int, int, int, int]) -> None:
    bench = Bench()
    bench.identify()
    bench.say(messages.LINE.pack(bench.board.boot, *line))
    assert bench.board.lines[0].setting == (9600, 8, 0, 1)


def test_the_speed_is_found_reported_and_saved_and_what_came_before_is_marked() -> None:
    flash: dict[int, tuple[int, int, int, int]] = {}
    bench = Bench(flash)
    bench.identify()
    bench.say(messages.LINE.pack(bench.board.boot, 0, 0, 8, 0, 1))
    bench.board.lines[0].pulse = 52_100
    bench.board.lines[0].arrive(b"?!")
    said = bench.turns(100)
    chunk = next(values for name, values, _ in said if name == "CHUNK")
    assert chunk["errors"] == messages.FRAMING
    found = next(values for name, values, _ in said if name == "BAUD_FOUND")
    assert (found["baud"], found["pulse_ns"]) == (19200, 52_100)
    assert flash == {0: (19200, 8, 0, 1), 1: (19200, 8, 0, 1)}, "a printer answers at the speed it is spoken to"
    bench.board.lines[0].arrive(b"TOTAL")
    chunk = next(values for name, values, _ in bench.turns(100) if name == "CHUNK")
    assert chunk["errors"] == 0


def test_the_confirmed_slot_is_the_good_one() -> None:
    bench = Bench()
    bench.identify()
    bench.say(messages.CONFIRM.pack(bench.board.boot, ord("b")))
    assert bench.board.confirmed == 0
    bench.say(messages.CONFIRM.pack(bench.board.boot, ord("a")))
    assert bench.board.confirmed == ord("a")


def blinks(bench: Bench, seconds: float) -> int:
    lit = []
    for _ in range(int(seconds / 0.01)):
        bench.now += 0.01
        bench.tap.turn()
        lit.append(bench.board.lit)
    return sum(one != other for one, other in pairwise(lit))


def test_the_light_is_slow_without_a_box_steady_with_one_fast_after_a_loss() -> None:
    bench = Bench({0: (9600, 8, 0, 1)})
    assert blinks(bench, 4) in (7, 8)
    bench.identify()
    assert blinks(bench, 3) == 0
    bench.tap._lines[0].ring.lost = 1
    bench.identify()
    assert blinks(bench, 1) in (7, 8)


def logged(said: list[tuple[str, dict[str, object], bytes]]) -> list[str]:
    return [rest.decode() for name, _, rest in said if name == "LOG"]


def test_it_says_once_why_it_started_and_each_time_that_its_memory_is_full() -> None:
    bench = Bench({0: (9600, 8, 0, 1)})
    assert logged(bench.identify()) == ["started: simulated power on"]
    assert logged(bench.identify()) == []
    bench.board.writable = False
    for _ in range(30):
        bench.board.lines[0].arrive(b"x" * 8000)
        bench.turns(3)
    bench.board.writable = True
    said = logged([*bench.identify(), *bench.turns(50)])
    lost = bench.tap._lines[0].ring.lost
    assert lost > 0
    assert said == [f"the ring of direction 0 is full; {lost} bytes lost since the start"]
    said = logged([*bench.say(messages.KEPT.pack(bench.board.boot, 0, 1000, 1000)), *bench.turns(50)])
    assert said == [f"the ring of direction 0 has room again; {lost} bytes lost since the start"]


def test_it_reports_its_health_each_second() -> None:
    bench = Bench()
    bench.identify()
    said = bench.turns(3000)
    assert names(said).count("HEALTH") == 3


def test_the_receive_path_allocates_nothing() -> None:
    """Under MicroPython with its heap locked: filling chunks, closing them, wrapping around, overflowing."""
    chance = random.Random(1)
    with interpreter() as micropython:
        micropython.call("start", "beef", 4096, 600)
        for round_ in range(120):
            lost = micropython.call("listen_without_heap", chance.randbytes(chance.randrange(1, 300)).hex())
            if round_ == 60:
                assert lost > 0, "it has overflowed"
                micropython.call("start", "beef", 4096, 600)


def test_noise_leaves_the_memory_in_use_as_it_was() -> None:
    with interpreter() as micropython:
        micropython.call("start", "beef", 4096, 1024)
        in_use = []
        for seed in range(4):
            micropython.call("hear_noise", 100, 200, seed)
            in_use.append(micropython.call("memory"))
        assert in_use[3] - in_use[1] < 512


def test_all_of_it_fits_a_picos_memory() -> None:
    with interpreter() as micropython:
        micropython.call("start", "beef", 104 << 10, 8 << 10)
        assert micropython.call("memory") < 180_000

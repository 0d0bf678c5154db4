"""Box and firmware back to back: what the box keeps is what was on the line, or a gap named with its length."""

import random
from collections.abc import Callable

import pytest

from tests.firmware_bridge.bench import Bench, Wire, byte_by_byte, clean, delaying, doubling, flipping, losing

WIRES: dict[str, Callable[[random.Random], Wire]] = {
    "clean": lambda _: clean,
    "one byte at a time": lambda _: byte_by_byte,
    "a fifth lost": losing,
    "bit flips": flipping,
    "doubled": doubling,
    "delayed": delaying,
}


def receipts(seed: int, count: int = 12) -> bytes:
    chance = random.Random(seed)
    return b"".join(chance.randbytes(chance.randrange(1, 1500)) for _ in range(count))


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_was_on_the_line(name: str, seed: int) -> None:
    chance = random.Random(seed)
    up: Wire = WIRES[name](chance)
    down: Wire = WIRES[name](chance)
    bench = Bench(up, down)
    bench.say(0, receipts(seed))
    bench.say(1, receipts(seed + 100, 3))
    bench.run_until(lambda: bench.settled)
    assert bench.check() == 0

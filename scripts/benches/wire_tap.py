"""wire-tap: how much of MicroPython's time the firmware takes at 115,200 baud on both lines, beside a known loop.

The firmware runs under MicroPython's WebAssembly build, which is not a Pico. So the time is told in turns of a loop
that anybody can run on a Pico (shown below): `turns a byte` holds on any machine as far as all bytecodes cost alike.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from tests.firmware_bridge.micropython.interpreter import Interpreter, interpreter  # noqa: E402

BYTES_PER_SECOND = 2 * 11_520
"""Both lines at 115,200 baud, 8N1."""
STAGE = 64
LOOP = "while at < rounds: total = (total + at) & 0xFFFF; at += 1"
ROUNDS = 2000
TURNS_OF_A_PICO = 100_000
"""A second: 98,600 on an emulated RP2040 at 125 MHz with MicroPython 1.16 (docs/wire-tap.md); no Pico was there."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench wire-tap", description=__doc__)
    parser.add_argument("--pico", type=int, default=TURNS_OF_A_PICO, help="turns a second of the loop on your Pico")
    chosen = parser.parse_args(arguments)
    chance = random.Random(1)
    kinds = {
        "text": bytes(chance.choice(b"ABCDEFGHIJ 0123456789.\n") for _ in range(256)),
        "a picture, all black dots off": bytes(256),
        "random bytes": chance.randbytes(256),
    }
    table = Table("what is printed", "receiving", "sending", "both, turns a byte", "share of a Pico at 115,200 × 2")
    with interpreter() as micropython:
        micropython.call("start", "beef", 104 << 10, 8 << 10)
        turn = min(micropython.call("time_yardstick", 1_000_000) for _ in range(5)) / 1_000_000
        for name, data in kinds.items():
            receiving, sending = _receiving(micropython, data) / turn, _sending(micropython, data) / turn
            share = (receiving + sending) * BYTES_PER_SECOND / chosen.pico
            row = (f"{receiving:.2f}", f"{sending:.2f}", f"{receiving + sending:.2f}", f"{share:.0%}")
            table.add_row(name, *row)
    console = Console(highlight=False)
    console.print(table)
    console.print(
        f"one turn: {LOOP}\nhere {1e6 / turn / 1e6:.1f} million a second; a Pico is taken for {chosen.pico:,}"
    )
    console.print("Not measured here: the UARTs' interrupts, USB, memory collections, flash. They need a Pico.")
    return 0


def _receiving(micropython: Interpreter, data: bytes) -> float:
    """Microseconds a byte, from the UART's buffer into the ring; best of five."""
    best = min(micropython.call("time_receiving", data[:STAGE].hex(), ROUNDS) for _ in range(5))
    return float(best) / ROUNDS / (2 * STAGE)


def _sending(micropython: Interpreter, data: bytes) -> float:
    """Microseconds a byte, from the ring into a frame; best of five."""
    best = min(micropython.call("time_sending", data.hex(), ROUNDS // 10) for _ in range(5))
    return float(best) / (ROUNDS // 10) / len(data)

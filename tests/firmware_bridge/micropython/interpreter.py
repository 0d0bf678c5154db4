"""interpreter: the firmware under a real MicroPython (WebAssembly, in Node), as the bench's tap; no hardware."""

import json
import subprocess
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.simulator import BUFFER_BYTES, RING_BYTES, SoftLine

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / ".venv/bin/node"
INSTALLED = ROOT / ".venv/micropython"
HEAP_BYTES = 180_000
"""A Pico has more: 264 kB of RAM less what the interpreter itself takes."""


class Interpreter:
    """`call` runs one function of soft.py. Raises RuntimeError with MicroPython's own words."""

    def __init__(self) -> None:
        if not (INSTALLED / "node_modules").is_dir():
            pytest.skip("MicroPython is not installed: run scripts/setup")
        driver = Path(__file__).with_name("drive.mjs")
        self._node = subprocess.Popen(
            [NODE, driver, INSTALLED, ROOT, str(HEAP_BYTES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, name: str, *arguments: Any) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps([name, *arguments]) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["is"]

    def close(self) -> None:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.close()
        self._node.wait(20)
        self._node.stdout.close()


@contextmanager
def interpreter() -> Iterator[Interpreter]:
    running = Interpreter()
    try:
        yield running
    finally:
        running.close()


class Board:
    """What the bench puts bytes into; they travel to the interpreter at each turn."""

    def __init__(self, boot: int, buffers: tuple[int, int] = BUFFER_BYTES) -> None:
        self.boot, self.serial = boot, b"WASM0001"
        self.lines = (SoftLine(buffers[0]), SoftLine(buffers[1]))
        self.from_box = deque[bytes]()
        self.to_box = bytearray()
        self.writable = True


class Tap:
    """Turns like the firmware's own, which runs in the interpreter."""

    def __init__(self, micropython: Interpreter, board: Board, ticks: Any, rings: tuple[int, int] = RING_BYTES) -> None:
        self._micropython, self._board, self._ticks = micropython, board, ticks
        self._held = 0
        micropython.call("start", f"{board.boot:08x}", *rings)

    def turn(self) -> None:
        came = [_all_of(line).hex() for line in self._board.lines]
        said = b"".join(self._board.from_box).hex()
        self._board.from_box.clear()
        answer = self._micropython.call("turn", self._ticks(), *came, said, self._board.writable)
        words, held = answer.split(" ")
        self._board.to_box += bytes.fromhex(words)
        self._held = int(held)

    def held(self) -> int:
        return self._held


def _all_of(line: SoftLine) -> bytes:
    data = bytearray(line.any())
    line.readinto(data, len(data))
    return bytes(data)

"""pico: a Pico made of memory on a pty: MicroPython's own prompt and file system, our loader and firmware; no pins."""

import contextlib
import os
import select
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_bridge.simulator import Pty
from tests.firmware_bridge.micropython.interpreter import INSTALLED, NODE, ROOT

RESET = 75
PICO = "Raspberry Pi Pico with RP2040"


class Pico:
    """`flash` is a folder with what its file system holds; `path` the port. `lives` counts its starts."""

    def __init__(self, folder: Path, machine: str = PICO) -> None:
        if not (INSTALLED / "node_modules").is_dir():
            pytest.skip("MicroPython is not installed: run scripts/setup")
        self.flash, self.path = folder / "flash", folder / "pico"
        self.flash.mkdir(exist_ok=True)
        self._machine, self._pty = machine, Pty(self.path)
        self._unplugged = False
        self.lives = 0
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        self._unplugged = True
        self._thread.join(20)
        self._pty.close()

    def _live(self) -> None:
        while not self._unplugged:
            self.lives += 1
            driver = Path(__file__).with_name("pico.mjs")
            with subprocess.Popen(
                [NODE, driver, INSTALLED, ROOT, self.flash, self._machine],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            ) as node:
                self._carry(node)

    def _carry(self, node: "subprocess.Popen[bytes]") -> None:
        assert node.stdin is not None
        assert node.stdout is not None
        while not self._unplugged:
            said = node.stdout.fileno()
            ready, _, _ = select.select([self._pty.near, said], [], [], 0.05)
            if said in ready:
                data = os.read(said, 4096)
                if not data:
                    return
                while data:
                    data = data[self._pty.write(data) :]
            if self._pty.near in ready:
                with contextlib.suppress(BrokenPipeError):
                    node.stdin.write(self._pty.read())


@contextlib.contextmanager
def plugged_in(folder: Path, machine: str = PICO) -> Iterator[Pico]:
    pico = Pico(folder, machine)
    try:
        yield pico
    finally:
        pico.unplug()

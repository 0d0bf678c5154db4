"""flash: puts the firmware on a Pico that runs MicroPython, into the slot not in use, and waits until it reports in.

Speaks mpremote's protocol (MicroPython's raw prompt). Nothing that runs now is touched before every new file's SHA-256
was read back; a firmware that does not report in is left again by the Pico itself (firmware/main.py), and by us.
"""

import ast
import hashlib
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpremote.transport import TransportError
from mpremote.transport_serial import SerialTransport

from firmware_bridge import messages
from firmware_bridge.events import Health, Identified, Incompatible, Line, Tap
from firmware_bridge.link import READ_BYTES, Link, LinkUnavailable
from firmware_bridge.session import Session

PACKAGE = Path(__file__).resolve().parent
MODULES = (
    "__init__.py",
    "framing.py",
    "messages.py",
    "firmware/__init__.py",
    "firmware/baud.py",
    "firmware/pico.py",
    "firmware/ring.py",
    "firmware/store.py",
    "firmware/tap.py",
)
LOADER = "firmware/main.py"
LOADER_MARK = "main: the Pico's /main.py"
"""Begins our loader's docstring: a /main.py without it is somebody else's program."""
CHIP = "RP2040"
OLDEST_MICROPYTHON = (1, 20, 0)
SLOTS = ("a", "b")
ANSWER_SECONDS = 10.0
REPORT_SECONDS = 60.0
"""Three starts of a firmware that hangs, each ended by the watchdog after 8 s, and the old one's start after them."""
RETURN_SECONDS = 20.0
"""A Pico that restarts is off the bus for some seconds."""
TRIALS = 3
WRITE_BYTES = 1024
SILENCE_SECONDS, READ_SECONDS = 0.3, 10.0
ENTER, PROMPT = b"\r\n", b"\r\n>>> "
"""Noise to a wire tap; MicroPython's prompt shows itself again, and then nobody else will answer."""

Progress = Callable[[str, int, int], None]
"""What is being done, bytes done, bytes in all."""


class FlashRefused(Exception):
    """Nothing was changed; `hint` says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class UpdateFailed(FlashRefused):
    """The new firmware is on the Pico but does not run; what runs now is said."""


@dataclass(frozen=True, slots=True)
class Image:
    """A firmware: its version, and its files by their path within a slot; `loader` is the Pico's /main.py."""

    version: tuple[int, int, int]
    files: dict[str, bytes]
    loader: bytes

    @classmethod
    def of(cls, package: Path = PACKAGE) -> "Image":
        files = {f"firmware_bridge/{name}": (package / name).read_bytes() for name in MODULES}
        return cls(_version(files["firmware_bridge/firmware/tap.py"]), files, (package / LOADER).read_bytes())

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))


@dataclass(frozen=True, slots=True)
class Chip:
    """A Pico at MicroPython's prompt."""

    machine: str
    micropython: tuple[int, int, int]
    serial: str
    loader: str
    """'ours', 'none' or 'foreign'."""
    good_slot: str


def ask(path: str, *, seconds: float = ANSWER_SECONDS, confirm: bool = False) -> tuple[Tap, dict[str, int]] | None:
    """Who answers at this port as a wire tap, and its health; None: nobody does. Raises LinkUnavailable, FlashRefused.

    `confirm`: once it has reported, its slot is made the good one.
    """
    link = Link(path)
    session = Session(random.getrandbits(32), Line(), time.monotonic())
    session.only_asks = True
    until = time.monotonic() + seconds
    health: dict[str, int] | None = None
    said = b""
    try:
        link.write(ENTER)
        while time.monotonic() < until and health is None and PROMPT not in said:
            session.tick(time.monotonic())
            link.write(session.data_to_send())
            said = (said + (data := link.read()))[-len(PROMPT) - READ_BYTES :]
            for event in session.receive(data, time.monotonic()):
                if isinstance(event, Incompatible):
                    raise FlashRefused(
                        f"the wire tap speaks version {event.version} of the protocol, we {messages.VERSION}",
                        "Use the release of tillpost it came with to bring it to the prompt, or hold BOOTSEL.",
                    )
                if isinstance(event, Health):
                    health = event.figures
            time.sleep(0.01)
        if session.tap is not None and health is not None and confirm:
            session.confirm()
            link.write(session.data_to_send())
            time.sleep(0.3)
    except OSError as error:
        raise LinkUnavailable(f"{path}: it went away while being asked ({error})") from error
    finally:
        link.close()
    return (session.tap, health) if session.tap is not None and health is not None else None


def bring_to_prompt(path: str) -> None:
    """A running firmware is told to restart to MicroPython's prompt. Raises LinkUnavailable."""
    link = Link(path)
    session = Session(random.getrandbits(32), Line(), time.monotonic())
    session.only_asks = True
    until = time.monotonic() + ANSWER_SECONDS
    try:
        while time.monotonic() < until:
            session.tick(time.monotonic())
            link.write(session.data_to_send())
            met = [event for event in session.receive(link.read(), time.monotonic()) if isinstance(event, Identified)]
            if met:
                session.ask_to_leave(messages.REPL)
                link.write(session.data_to_send())
                time.sleep(0.5)
                return
            time.sleep(0.01)
    except OSError:
        return  # it has gone to restart
    finally:
        link.close()


class Prompt:
    """A Pico at MicroPython's raw prompt. To be closed. Raises FlashRefused."""

    def __init__(self, path: str, seconds: float = RETURN_SECONDS) -> None:
        until = time.monotonic() + seconds
        while True:
            try:
                self._line = _raw_prompt(path)
            except (TransportError, OSError) as error:
                if time.monotonic() > until:
                    raise FlashRefused(
                        f"{path}: MicroPython's prompt does not answer ({error})",
                        "Is MicroPython on this Pico? Hold BOOTSEL while plugging it in and copy the UF2 file from "
                        "micropython.org/download/RPI_PICO onto the drive that appears; then try again.",
                    ) from error
                time.sleep(0.5)
            else:
                return

    def close(self) -> None:
        self._line.close()

    def chip(self) -> Chip:
        """Looks only."""
        who: Any = self._value("(sys.implementation.name, sys.implementation._machine, sys.implementation[1][:3])")
        if who[0] != "micropython":
            raise FlashRefused(f"this device runs {who[0]}, not MicroPython", "Put MicroPython on it first.")
        serial = self._value("binascii.hexlify(machine.unique_id()).decode()", "import binascii, machine")
        loader = self._read("/main.py")
        kind = "none" if loader is None else "ours" if LOADER_MARK in loader else "foreign"
        state = _json(self._read("/slot.json"))
        return Chip(str(who[1]), (who[2][0], who[2][1], who[2][2]), str(serial), kind, str(state.get("good", "")))

    def install(self, image: Image, slot: str, good: str, progress: Progress) -> None:
        """Writes and reads back a slot, and puts it on trial; what was there of the good slot stays as it is."""
        done = 0
        for name, data in image.files.items():
            self._write(f"/slots/{slot}/{name}", data)
            done += len(data)
            progress(f"writing slot {slot}", done, image.size)
        for name, data in image.files.items():
            self._check(f"/slots/{slot}/{name}", data)
        if self._hash("/main.py") != hashlib.sha256(image.loader).digest():
            self._write("/main.new", image.loader)
            self._check("/main.new", image.loader)
            self._do("os.rename('/main.new', '/main.py')")
        self.set_state({"good": good, "try": slot, "left": TRIALS})

    def set_state(self, state: dict[str, Any]) -> None:
        self._write("/slot.new", json.dumps(state).encode())
        self._do("os.rename('/slot.new', '/slot.json')")

    def restart(self) -> None:
        """The prompt is gone afterwards."""
        self._line.exec_raw_no_follow("import machine\nmachine.reset()")
        time.sleep(0.3)

    def _do(self, code: str) -> str:
        return str(self._line.exec(f"import os, sys\n{code}").decode())

    def _value(self, expression: str, before: str = "") -> Any:
        return ast.literal_eval(self._do(f"{before}\nprint(repr({expression}))").strip())

    def _exists(self, path: str) -> bool:
        code = f"try:\n os.stat({path!r})\n print(1)\nexcept OSError:\n print(0)"
        return self._do(code).strip() == "1"

    def _read(self, path: str) -> str | None:
        if not self._exists(path):
            return None
        return bytes(self._line.fs_readfile(path)).decode(errors="replace")

    def _hash(self, path: str) -> bytes | None:
        return bytes(self._line.fs_hashfile(path, "sha256")) if self._exists(path) else None

    def _write(self, path: str, data: bytes) -> None:
        parts = path.split("/")[1:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/" + "/".join(parts[:depth])
            if not self._exists(folder):
                self._line.fs_mkdir(folder)
        self._line.fs_writefile(path, data, chunk_size=WRITE_BYTES)

    def _check(self, path: str, data: bytes) -> None:
        if self._hash(path) != hashlib.sha256(data).digest():
            raise FlashRefused(
                f"{path} did not arrive whole; the firmware that ran before is unchanged",
                "Try again; if it happens again, the Pico's flash or the USB cable is bad.",
            )


def install(path: str, image: Image, progress: Progress, *, force: bool = False) -> Tap:
    """The whole way, from whatever the Pico does now to the new firmware reporting in; gives who reported.

    Raises FlashRefused with nothing changed, UpdateFailed when the Pico went back, LinkUnavailable.
    """
    progress("asking who is there", 0, image.size)
    running = ask(path)
    if running is not None:
        _refuse_while_in_use(running, image, force)
        bring_to_prompt(path)
    prompt = Prompt(path)
    try:
        chip = prompt.chip()
        _refuse_unknown(chip, force)
        good = running[0].slot if running else chip.good_slot
        slot = next(one for one in SLOTS if one != good)
        prompt.install(image, slot, good, progress)
        prompt.restart()
    except (TransportError, OSError) as error:
        raise UpdateFailed(
            f"{path}: the connection broke off while writing ({error})",
            "What ran before is unchanged. Unplug the Pico, plug it in again, and try once more.",
        ) from error
    finally:
        prompt.close()
    progress("waiting for the new firmware to report in", image.size, image.size)
    return _reported(path, image, slot, good)


def _refuse_while_in_use(running: tuple[Tap, dict[str, int]], image: Image, force: bool) -> None:
    tap, health = running
    held = tap.held_bytes[0] + tap.held_bytes[1]
    if tap.firmware > image.version and not force:
        raise FlashRefused(
            f"the wire tap has a newer firmware ({_dotted(tap.firmware)}) than this release ({_dotted(image.version)})",
            "Update the box first, or say --force to go back.",
        )
    if tap.firmware == image.version and not force:
        raise FlashRefused(
            f"the wire tap has this firmware already ({_dotted(image.version)}, slot {tap.slot})",
            "Nothing to do; --force writes it once more.",
        )
    if (held or health["unsent"]) and not force:
        raise FlashRefused(
            f"the wire tap holds {held} bytes that the box does not have yet",
            "Let the tap process fetch them first (it runs again by itself), or say --force to lose them.",
        )


def _refuse_unknown(chip: Chip, force: bool) -> None:
    if CHIP not in chip.machine:
        raise FlashRefused(f"this is a {chip.machine!r}; the firmware is for the {CHIP}", "Use a Raspberry Pi Pico.")
    if chip.micropython < OLDEST_MICROPYTHON:
        raise FlashRefused(
            f"MicroPython {_dotted(chip.micropython)} is too old; {_dotted(OLDEST_MICROPYTHON)} is needed",
            "Hold BOOTSEL while plugging it in and copy a newer UF2 file onto the drive that appears.",
        )
    if chip.loader == "foreign" and not force:
        raise FlashRefused(
            "this Pico runs another program (its /main.py is not ours)",
            "Is it the right device? --force replaces that program.",
        )


def _reported(path: str, image: Image, slot: str, good: str) -> Tap:
    until = time.monotonic() + REPORT_SECONDS
    found: tuple[Tap, dict[str, int]] | None = None
    while time.monotonic() < until:
        try:
            found = ask(path, seconds=2.0)
            if found is not None and (found[0].firmware, found[0].slot) == (image.version, slot):
                confirmed = ask(path, confirm=True)
                if confirmed is not None:
                    return confirmed[0]
            elif found is not None:
                break
        except LinkUnavailable:
            time.sleep(0.5)
    now = f"firmware {_dotted(found[0].firmware)} from slot {found[0].slot} runs again" if found else "nothing answers"
    raise UpdateFailed(
        f"the new firmware ({_dotted(image.version)}, slot {slot}) did not report in; {now}",
        "The till's bytes are heard as before; send 'tillpost wire-tap info' and /error.txt to support."
        if found
        else f"Unplug the Pico and plug it in again: it then starts slot {good or 'none'}.",
    )


def _raw_prompt(path: str) -> SerialTransport:
    line = SerialTransport(str(Path(path).resolve()), baudrate=115200, timeout=SILENCE_SECONDS)
    try:
        while line.serial.read(
            READ_BYTES
        ):  # what an earlier try asked for may still come, and would be taken for answers
            pass
        line.serial.timeout = READ_SECONDS
        line.enter_raw_repl(soft_reset=False, timeout_overall=READ_SECONDS)
    except BaseException:
        line.close()
        raise
    return line


def _version(source: bytes) -> tuple[int, int, int]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "VERSION":
            major, minor, patch = ast.literal_eval(node.value)
            return major, minor, patch
    raise ValueError("the firmware does not say its version")


def _json(text: str | None) -> dict[str, Any]:
    try:
        state = json.loads(text or "{}")
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))

"""A Pico is flashed, updated, and goes back: over MicroPython's real prompt and file system, without the pins."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_bridge import flash
from firmware_bridge.flash import FlashRefused, Image, UpdateFailed, ask, install
from tests.firmware_bridge.micropython.pico import Pico, plugged_in

TAP = "firmware_bridge/firmware/tap.py"


HANGS = b"\nclass Tap:\n    def __init__(self, *_):\n        pass\n\n    def turn(self):\n        pass\n"
"""It feeds no watchdog, and is reset by it."""


def quiet(what: str, done: int, total: int) -> None:
    """A progress bar that nobody looks at."""


def newer(image: Image, version: tuple[int, int, int], breaks: bytes = b"") -> Image:
    source = image.files[TAP].replace(b"VERSION = (1, 0, 0)", f"VERSION = {version}".encode()) + breaks
    return replace(image, version=version, files={**image.files, TAP: source})


def refused(pico: Pico, image: Image) -> str:
    with pytest.raises(FlashRefused) as caught:
        install(str(pico.path), image, quiet)
    assert caught.value.hint
    return str(caught.value)


def test_a_pico_is_flashed_refuses_what_it_must_goes_back_from_a_bad_firmware_and_on_to_a_good_one(
    tmp_path: Path,
) -> None:
    image, seen = Image.of(), list[tuple[str, int, int]]()
    with plugged_in(tmp_path) as pico:
        tap = install(str(pico.path), image, lambda *step: seen.append(step))
        assert (tap.firmware, tap.slot, tap.serial) == (image.version, "a", b"PICO0001".hex())
        assert seen[-1][1:] == (image.size, image.size)
        assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)

        assert "already (1.0.0, slot a)" in refused(pico, image)
        assert "newer firmware (1.0.0)" in refused(pico, newer(image, (0, 9, 0)))

        lives = pico.lives
        hangs = newer(image, (1, 1, 0), HANGS)
        with pytest.raises(UpdateFailed, match=r"did not report in; firmware 1\.0\.0 from slot a runs again"):
            install(str(pico.path), hangs, quiet)
        assert pico.lives >= lives + flash.TRIALS
        running = ask(str(pico.path))
        assert running is not None
        assert (running[0].firmware, running[0].slot) == (image.version, "a")

        tap = install(str(pico.path), newer(image, (1, 2, 0)), quiet)
        assert (tap.firmware, tap.slot) == ((1, 2, 0), "b")
    assert json.loads((pico.flash / "slot.json").read_text()) == {"good": "b"}
    assert (pico.flash / "slots/a" / TAP).read_bytes() == image.files[TAP]


def test_what_it_does_not_know_it_does_not_touch(tmp_path: Path) -> None:
    with plugged_in(tmp_path, "Another board with ESP32") as pico:
        assert "for the RP2040" in refused(pico, Image.of())
        assert not (pico.flash / "main.py").exists()


def test_another_program_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "flash").mkdir()
    (tmp_path / "flash/main.py").write_text('"""somebody else\'s"""\n')
    with plugged_in(tmp_path) as pico:
        assert "another program" in refused(pico, Image.of())
    assert (pico.flash / "main.py").read_text() == '"""somebody else\'s"""\n'

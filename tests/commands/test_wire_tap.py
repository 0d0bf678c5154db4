"""`tillpost wire-tap` as typed: against a Pico made of memory, a running tap process, and nothing at all."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.__main__ import cli
from agent.errors import TillpostError
from agent.taps.lane import Lane, TapKind
from agent.taps.wire_tap import set_aside
from firmware_bridge.simulator import plugged_in as simulator_plugged_in
from tests.firmware_bridge.micropython.pico import plugged_in as pico_plugged_in
from tests.taps.box import box
from tests.taps.rig import until

SETTINGS = """
[device]
id = "TP-1"
state = "{folder}"
run = "{folder}"
[lanes.till-1]
tap = "wire_tap"
path = "{port}"
baud = 0
"""


def typed(folder: Path, port: str, *words: str) -> Result:
    file = folder / "tillpost.toml"
    file.write_text(SETTINGS.format(folder=folder, port=port))
    return CliRunner().invoke(cli, ["--settings", str(file), "wire-tap", *words], env={"COLUMNS": "200"})


@contextmanager
def turning(folder: Path) -> Iterator[None]:
    """A wire tap whose firmware turns in a thread."""
    done = threading.Event()
    with simulator_plugged_in(folder / "link", folder / "till") as simulator:

        def turn() -> None:
            while not done.wait(0.002):
                simulator.turn()

        thread = threading.Thread(target=turn)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def test_a_new_pico_is_flashed_asked_and_not_flashed_again(tmp_path: Path) -> None:
    with pico_plugged_in(tmp_path) as pico:
        done = typed(tmp_path, str(pico.path), "flash")
        assert done.exit_code == 0, done.output
        assert "Firmware 1.0.0 runs from slot a" in done.output
        assert not set_aside(tmp_path, "till-1").exists()
        told = json.loads(typed(tmp_path, str(pico.path), "info", "--json").output)
        assert (told["slot"], told["serial"]) == ("a", b"PICO0001".hex())
        again = typed(tmp_path, str(pico.path), "update")
        assert isinstance(again.exception, TillpostError)
        assert "already" in str(again.exception)


def test_a_wire_tap_that_nobody_listens_to_is_asked_itself(tmp_path: Path) -> None:
    with turning(tmp_path):
        shown = typed(tmp_path, str(tmp_path / "link"), "info")
    assert shown.exit_code == 0, shown.exception
    assert "simulated" in shown.output
    assert b"SIMULATE".hex() in shown.output


def test_what_the_running_tap_process_knows_is_shown_without_taking_the_port_from_it(tmp_path: Path) -> None:
    async def look() -> Result:
        lane = Lane("till-1", TapKind.WIRE_TAP, path=str(tmp_path / "link"))
        async with box(tmp_path, [lane]) as process:
            await until(lambda: process.status()["lanes"].get("till-1", {}).get("wire_tap"))  # type: ignore[attr-defined]
            return await asyncio.to_thread(typed, tmp_path, str(tmp_path / "link"), "info")

    with turning(tmp_path):
        shown = asyncio.run(look())
    assert shown.exit_code == 0, shown.exception
    assert "frames damaged" in shown.output


@pytest.mark.parametrize("word", ["info", "flash", "update"])
def test_a_port_that_is_not_there_is_told_in_words(tmp_path: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.commands.wire_tap.RELEASE_SECONDS", 0.1)
    asked = typed(tmp_path, str(tmp_path / "nowhere"), word)
    assert isinstance(asked.exception, TillpostError)
    assert "No such file" in str(asked.exception)


def test_a_lane_that_has_none_is_told_in_words(tmp_path: Path) -> None:
    asked = typed(tmp_path, "/dev/null", "info", "--lane", "till-9")
    assert isinstance(asked.exception, TillpostError)
    assert asked.exception.hint == "Lanes with one: till-1."

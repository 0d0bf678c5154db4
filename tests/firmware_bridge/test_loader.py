"""The Pico's /main.py: which slot starts, over power cuts and firmwares that fail; under CPython, in a folder."""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

loader = importlib.import_module("firmware_bridge.firmware.main")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Slots that were started; the module with the pins is replaced, for there are none."""
    slots: list[str] = []
    pico = ModuleType("firmware_bridge.firmware.pico")
    pico.run = slots.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "firmware_bridge.firmware.pico", pico)
    monkeypatch.setattr("firmware_bridge.firmware.pico", pico, raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return slots


def test_a_slot_on_trial_is_started_three_times_and_then_the_good_one(tmp_path: Path, started: list[str]) -> None:
    root = f"{tmp_path}/"
    loader.write_state(root, {"good": "a", "try": "b", "left": 3})
    for _ in range(5):
        loader.start(root)
    assert started == ["b", "b", "b", "a", "a"]
    assert json.loads((tmp_path / "slot.json").read_text()) == {"good": "a"}


def test_a_confirmed_slot_stays(tmp_path: Path, started: list[str]) -> None:
    root = f"{tmp_path}/"
    loader.write_state(root, {"good": "b"})
    loader.start(root)
    loader.start(root)
    assert started == ["b", "b"]


def test_a_trial_is_counted_before_it_starts(tmp_path: Path, started: list[str]) -> None:
    """A firmware that takes the power down with it must not be tried for ever."""
    root = f"{tmp_path}/"
    loader.write_state(root, {"good": "a", "try": "b", "left": 1})
    loader.start(root)
    assert json.loads((tmp_path / "slot.json").read_text())["left"] == 0
    assert started == ["b"]


def test_without_a_slot_or_when_told_it_stays_at_the_prompt_once(tmp_path: Path, started: list[str]) -> None:
    root = f"{tmp_path}/"
    assert loader.start(root) == "no slot holds a firmware"
    loader.write_state(root, {"good": "a"})
    (tmp_path / "stay").touch()
    assert loader.start(root) == "asked to stay at the prompt"
    loader.start(root)
    assert started == ["a"]


@pytest.mark.parametrize("torn", ["", "{", "[1]", '{"good": '])
def test_a_torn_state_starts_nothing_and_raises_nothing(tmp_path: Path, torn: str, started: list[str]) -> None:
    (tmp_path / "slot.json").write_text(torn)
    assert loader.start(f"{tmp_path}/") == "no slot holds a firmware"
    assert started == []

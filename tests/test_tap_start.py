"""test_tap_start: the tap starts at once when nothing has changed, and its settings are resolved when something has."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.tap_start import KEPT_ORDERS, MADE_FROM, fingerprint, orders_made_from

SABOTAGE = "raise ImportError('the settings are being resolved')\n"
PATIENCE_S = 60


class Box:
    """A state folder and a settings file, and the tap started over them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state, self.file = folder, folder / "state", folder / "tillpost.toml"
        self.log = folder / "log"
        self.state.mkdir()
        self.write_lane("127.0.0.1:0")

    def write_lane(self, listen: str) -> None:
        device = f'[device]\nstate = "{self.state}"\nrun = "{self.folder}"\n'
        self.file.write_text(f'{device}[lanes.till-1]\ntap = "raw_tcp"\nlisten = "{listen}"\n')

    @contextmanager
    def tap(self, path: str = "") -> Iterator[subprocess.Popen[bytes]]:
        status = self.folder / "tap.json"
        status.unlink(missing_ok=True)
        environ = {
            **os.environ,
            "TILLPOST_SETTINGS": str(self.file),
            "STATE_DIRECTORY": str(self.state),
            "PYTHONPATH": f"{path}:{Path.cwd()}",
        }
        with self.log.open("w") as log:
            tap = subprocess.Popen([sys.executable, "-m", "agent.tap_start"], env=environ, stderr=log)
        try:
            yield tap
        finally:
            tap.kill()
            tap.wait()

    def wait_until_running(self, tap: subprocess.Popen[bytes]) -> int:
        """The number of the running process, as its status file says."""
        give_up = time.monotonic() + PATIENCE_S
        while not (self.folder / "tap.json").exists():
            assert tap.poll() is None, self.log.read_text()
            assert time.monotonic() < give_up
            time.sleep(0.02)
        return int(json.loads((self.folder / "tap.json").read_text())["pid"])


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


@pytest.fixture
def sabotaged(tmp_path: Path) -> str:
    """A search path on which nothing that reads settings can be loaded."""
    folder = tmp_path / "sabotage"
    folder.mkdir()
    (folder / "pydantic_settings.py").write_text(SABOTAGE)
    return str(folder)


def test_the_second_start_resolves_nothing(box: Box, sabotaged: str) -> None:
    with box.tap() as tap:
        assert box.wait_until_running(tap) == tap.pid
    with box.tap(sabotaged) as tap:
        assert box.wait_until_running(tap) == tap.pid


def test_a_changed_settings_file_is_resolved(box: Box, sabotaged: str) -> None:
    with box.tap() as tap:
        box.wait_until_running(tap)
    box.write_lane("127.0.0.2:0")
    with box.tap(sabotaged) as tap:
        tap.wait(PATIENCE_S)
    assert "the settings are being resolved" in box.log.read_text()
    with box.tap() as tap:
        box.wait_until_running(tap)
    assert "127.0.0.2" in (box.state / KEPT_ORDERS).read_text()


def test_a_settings_file_gone_wrong_is_looked_at_again_each_time(box: Box) -> None:
    """Its last good orders must not pass for what the wrong file says."""
    with box.tap() as tap:
        box.wait_until_running(tap)
    box.file.write_text("[lanes\n")
    for _ in range(2):
        with box.tap() as tap:
            box.wait_until_running(tap)
        assert "last good orders" in box.log.read_text()


def test_orders_older_than_the_note_are_not_taken(tmp_path: Path) -> None:
    (tmp_path / KEPT_ORDERS).write_text("{}")
    (tmp_path / MADE_FROM).write_text("f")
    os.utime(tmp_path / KEPT_ORDERS, ns=(1_000, 1_000))
    assert orders_made_from(tmp_path, "f") is None
    os.utime(tmp_path / MADE_FROM, ns=(1_000, 1_000))
    assert orders_made_from(tmp_path, "f") == "{}"
    assert orders_made_from(tmp_path, "g") is None
    assert orders_made_from(tmp_path / "nowhere", "f") is None


def test_the_environment_counts(tmp_path: Path) -> None:
    settings = {"TILLPOST_SETTINGS": str(tmp_path / "none.toml")}
    assert fingerprint(settings) == fingerprint({**settings, "LANG": "C"})
    assert fingerprint(settings) != fingerprint({**settings, "TILLPOST_STORE__ID": "4"})


def test_it_loads_nothing_heavy() -> None:
    heavy = "{'pydantic', 'click', 'httpx', 'sqlite_utils', 'starlette', 'sqlite3'}"
    check = f"import sys, agent.tap_start; sys.exit(str({heavy} & sys.modules.keys() or ''))"
    loaded = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert loaded.stderr.strip() == ""

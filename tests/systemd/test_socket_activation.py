"""test_socket_activation: the tap takes its port from the service manager, so that the port outlives the tap."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.taps.lane import Lane, TapKind, to_json
from tests.fleet.mosquitto import free_port

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None, reason="systemd-socket-activate is not installed"
)
STATUS_QUERY = b"\x10\x04\x01"
PATIENCE_S = 20.0


def orders(folder: Path) -> str:
    lane = Lane("till-1", TapKind.RAW_TCP, listen="127.0.0.1:1")  # never opened by the tap itself
    places = {name: str(folder / name) for name in ("journal", "wake", "status")}
    return json.dumps({"lanes": json.loads(to_json([lane])), **places})


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A port that systemd-socket-activate holds; the tap starts at the first connection."""
    chosen = free_port()
    command = [
        "systemd-socket-activate",
        "-l",
        f"127.0.0.1:{chosen}",
        "--fdname=till-1",
        f"-ETILLPOST_TAP={orders(tmp_path)}",
    ]
    environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with (tmp_path / "log").open("wb") as log:
        tap = [f"-EPYTHONPATH={Path.cwd()}", sys.executable, "-m", "agent.tap"]
        manager = subprocess.Popen([*command, *tap], stderr=log, stdout=log, env=environ, start_new_session=True)
    try:
        wait_for_listener(chosen)
        yield chosen
    finally:
        os.killpg(manager.pid, signal.SIGKILL)
        manager.wait()


def wait_for_listener(port: int) -> None:
    """Without connecting: that would start the tap."""
    give_up = time.monotonic() + PATIENCE_S
    wanted = f":{port:04X} 00000000:0000 0A"
    while wanted not in Path("/proc/net/tcp").read_text():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_the_tap_answers_on_the_port_it_was_given(port: int, tmp_path: Path) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as till:
            till.sendall(STATUS_QUERY)
            assert len(till.recv(1)) == 1, (tmp_path / "log").read_text()
    assert "no lane for the listening socket" not in (tmp_path / "log").read_text()

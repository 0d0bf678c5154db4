"""test_container: a real Debian boots with tillpost installed, and printing goes on whatever is done to the box."""

import contextlib
import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from agent.journal.reader import JournalReader
from agent.journal.record import RecordKind
from tests.systemd.container import BOOT_S, INSTALL, Container, booted, why_not

pytestmark = [pytest.mark.container, pytest.mark.skipif(bool(why_not()), reason=why_not())]

PORT = 9100
UNITS = ("tillpost-tap.socket", "tillpost-tap.service", "tillpost-agent.service")
TAP, AGENT = "tillpost-tap.service", "tillpost-agent.service"
KILLS = 10
RESETS_AT_MOST = 3
"""None is wanted. One and two were seen in ten kills; why is not proven, and more would be something new."""
FREEZE_S = 6.0
"""WatchdogSec 1.5 + restart 0.1 + Python's start, with room for a busy machine; the figure itself is printed."""


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with booted(tmp_path_factory.mktemp("container")) as running:
        yield running


def tell(figure: str) -> None:
    """For the reader of scripts/box-check."""
    sys.stdout.write(f"\n    {figure} ")


@contextlib.contextmanager
def till_printing(container: Container, first: int) -> Iterator[dict[str, Any]]:
    """A till prints all the while; the tally is filled in when the block ends."""
    tally: dict[str, Any] = {}
    till = container.here("-m", "tests.systemd.printing", "print", str(PORT), str(first))
    try:
        yield tally
        out, _ = till.communicate("stop\n", BOOT_S)
        tally.update(json.loads(out))
        done, refused, slowest = len(tally["done"]), tally["refused"], tally["slowest_s"]
        tell(f"printed {done}, refused {refused}, slowest {slowest:.2f} s")
    finally:
        till.kill()
        till.wait()


def ask_status(container: Container) -> float:
    asked = container.here("-m", "tests.systemd.printing", "ask", str(PORT))
    out, _ = asked.communicate(timeout=BOOT_S)
    return float(out)


def send(container: Container, unit: str, signal: str) -> None:
    """To the main process; the kernel delivers it as it would anybody's."""
    container.run("systemctl", "kill", "--kill-whom=main", f"--signal={signal}", unit)


def property_of(container: Container, unit: str, name: str) -> str:
    return container.run("systemctl", "show", "--value", "-p", name, unit)


def wait_until_active(container: Container, unit: str, not_pid: str = "") -> str:
    """The main process' number, another than `not_pid`."""
    give_up = time.monotonic() + BOOT_S
    while True:
        state, pid = (property_of(container, unit, name) for name in ("ActiveState", "MainPID"))
        if state == "active" and pid not in ("0", not_pid):
            return pid
        assert time.monotonic() < give_up, container.story()
        time.sleep(0.05)


def journaled(container: Container) -> list[int]:
    """Numbers of the receipts in the box's journal, as they were written."""
    reader, text, position = JournalReader(container.root / "var/lib/tillpost/journal"), b"", None
    try:
        while batch := reader.read(position, 1000):
            position = batch[-1][0]
            text += b"".join(record.payload for _, record in batch if record.kind is RecordKind.BYTES)
    finally:
        reader.close()
    return [int(number) for number in re.findall(rb"SALE (\d{6})", text)]


def test_units_are_active_and_a_job_arrives_in_the_journal(container: Container) -> None:
    for unit in UNITS:
        assert container.run("systemctl", "is-active", unit, check=False) == "active", container.story()
    with till_printing(container, 1) as tally:
        time.sleep(0.5)
    assert tally["refused"] == 0
    assert tally["done"]
    assert not tally["broken"]
    assert set(tally["done"]) <= set(journaled(container))


def test_restarting_the_tap_refuses_and_loses_nothing(container: Container) -> None:
    with till_printing(container, 100_000) as tally:
        for _ in range(5):
            container.run("systemctl", "restart", TAP)
            time.sleep(0.3)
    assert tally["refused"] == 0
    assert not tally["broken"], container.story()
    assert set(tally["done"]) <= set(journaled(container))


def test_killing_the_tap_refuses_and_loses_nothing(container: Container) -> None:
    with till_printing(container, 200_000) as tally:
        pid = ""
        for _ in range(KILLS):
            pid = wait_until_active(container, TAP, not_pid=pid)
            time.sleep(0.2)
            send(container, TAP, "KILL")
        wait_until_active(container, TAP, not_pid=pid)
    assert tally["refused"] == 0
    sys.stdout.write(f"    {len(tally['broken'])} connections reset by {KILLS} kills ")
    assert len(tally["broken"]) <= RESETS_AT_MOST, container.story()
    assert set(tally["done"]) <= set(journaled(container))


def test_a_frozen_tap_prints_again_soon(container: Container) -> None:
    pid = wait_until_active(container, TAP)
    send(container, TAP, "STOP")
    silent_s = ask_status(container)
    tell(f"frozen tap: the till had its answer after {silent_s:.2f} s")
    assert silent_s < FREEZE_S, container.story()
    assert wait_until_active(container, TAP, not_pid=pid) != pid
    assert "watchdog" in container.story().lower()


def test_the_agent_may_die_while_the_store_prints(container: Container) -> None:
    tap = wait_until_active(container, TAP)
    with till_printing(container, 300_000) as tally:
        pid = ""
        for _ in range(3):
            pid = wait_until_active(container, AGENT, not_pid=pid)
            send(container, AGENT, "KILL")
        container.run("systemctl", "stop", AGENT)
        time.sleep(0.5)
        container.run("systemctl", "start", AGENT)
    assert wait_until_active(container, TAP) == tap, "the tap has not noticed"
    assert tally["refused"] == 0
    assert not tally["broken"]
    assert set(tally["done"]) <= set(journaled(container))


def test_a_frozen_agent_is_ended_by_its_watchdog(container: Container) -> None:
    pid = wait_until_active(container, AGENT)
    send(container, AGENT, "STOP")
    assert wait_until_active(container, AGENT, not_pid=pid) != pid


@pytest.mark.parametrize("unit", [TAP, AGENT])
def test_exposure_is_at_most_two(container: Container, unit: str) -> None:
    exposure = container.run("systemd-analyze", "security", "--no-pager", "--threshold=20", unit)
    tell(exposure.splitlines()[-1])


SANDBOX_PROBE = """
import ctypes, mmap, os
from agent.clock import SystemClock
clock = SystemClock()
answer = clock._libc.adjtimex(ctypes.create_string_buffer(512))
called = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)()
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    writable_code = True
except PermissionError:
    writable_code = False
print("probe", clock.boot, answer, called, writable_code)
"""


@pytest.mark.parametrize("unit", [TAP, AGENT])
def test_python_works_inside_the_sandbox(container: Container, unit: str) -> None:
    """ctypes, its callbacks and the question to the kernel's clock, under the unit's own restrictions."""
    probe = container.root / "etc/systemd/system/tillpost-probe.service"
    (container.root / "usr/local/lib/probe.py").write_text(SANDBOX_PROBE)
    lines = (container.root / "usr/local/lib/systemd/system" / unit).read_text().splitlines()
    command = "ExecStart=/opt/tillpost/current/bin/python /usr/local/lib/probe.py"
    changed = {"Type": "Type=oneshot", "ExecStart": command, "Restart": "", "WatchdogSec": "", "StateDirectory": ""}
    probe.write_text("\n".join(changed.get(line.partition("=")[0], line) for line in lines))
    container.run("systemctl", "daemon-reload")
    container.run("systemctl", "start", "tillpost-probe.service")
    said = container.run("journalctl", "--no-pager", "-o", "cat", "-u", "tillpost-probe.service", "-n", "20")
    found = re.findall(r"^probe ([0-9a-f]{8}) (-?\d+) (\d) (\w+)$", said, re.MULTILINE)
    assert found, said
    boot, answer, called, writable_code = found[-1]
    assert int(answer) >= 0, "the kernel's clock may be asked"
    assert (called, writable_code) == ("7", "False")
    assert boot


def test_an_update_while_the_till_prints(container: Container) -> None:
    """scripts/install on a box in use: a new release beside the old one, then the switch."""
    before = container.run("readlink", "/opt/tillpost/current")
    with (container.root / "src/agent/__init__.py").open("a") as source:
        source.write("# another release\n")
    with till_printing(container, 400_000) as tally:
        container.run(*INSTALL)
        wait_until_active(container, TAP)
    assert container.run("readlink", "/opt/tillpost/previous") == before
    assert container.run("readlink", "/opt/tillpost/current") != before
    assert tally["refused"] == 0
    assert not tally["broken"], container.story()
    assert set(tally["done"]) <= set(journaled(container))

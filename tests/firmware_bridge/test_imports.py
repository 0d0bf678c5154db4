"""Who may import what: nothing of agent/, shared files only what MicroPython has, the tap process nothing heavy."""

import ast
import sys
from pathlib import Path

import pytest

import firmware_bridge
from firmware_bridge.flash import MODULES

ROOT = Path(firmware_bridge.__file__).parent
FILES = {path.relative_to(ROOT).as_posix(): path for path in sorted(ROOT.rglob("*.py"))}
SHIPPED = [name for name in MODULES if name != "firmware/pico.py"]
MICROPYTHON_HAS = {"binascii", "io", "struct", "firmware_bridge"}
SANS_IO = (
    "framing.py",
    "messages.py",
    "session.py",
    "events.py",
    "firmware/tap.py",
    "firmware/ring.py",
    "firmware/baud.py",
)
IO = {"asyncio", "os", "time", "socket", "threading", "serial", "machine", "select"}
IN_THE_TAP_PROCESS = ("session.py", "events.py", "link.py", "framing.py", "messages.py")


def imported(name: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(FILES[name].read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("name", FILES)
def test_nothing_of_agent_is_imported(name: str) -> None:
    assert not {module for module in imported(name) if module.split(".")[0] in ("agent", "tests")}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_runs_on_the_microcontroller_needs_only_what_it_has(name: str) -> None:
    needed = {module for module in imported(name) if module != "firmware_bridge.board"}  # behind TYPE_CHECKING
    assert {module.split(".")[0] for module in needed} <= MICROPYTHON_HAS
    ours = {module.removeprefix("firmware_bridge.").replace(".", "/") + ".py" for module in needed if "." in module}
    assert ours <= set(MODULES)


@pytest.mark.parametrize("name", SANS_IO)
def test_the_link_and_the_firmware_do_no_io(name: str) -> None:
    assert not {module.split(".")[0] for module in imported(name)} & IO


@pytest.mark.parametrize("name", IN_THE_TAP_PROCESS)
def test_the_tap_process_stays_light(name: str) -> None:
    assert {module.split(".")[0] for module in imported(name)} <= {*sys.stdlib_module_names, "firmware_bridge"}


@pytest.mark.parametrize("name", FILES)
def test_each_file_says_what_it_is(name: str) -> None:
    said = ast.get_docstring(ast.parse(FILES[name].read_text())) or ""
    stem = Path(name).stem if Path(name).stem != "__init__" else (Path(name).parent.name or "firmware_bridge")
    assert said.startswith(f"{stem}:"), said[:60]

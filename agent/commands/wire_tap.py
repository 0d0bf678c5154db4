"""wire_tap: looks at the wire tap of a lane, puts a firmware on it, brings it up to date; reads no receipts."""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from agent.errors import PortUnavailable, SettingsError, TillpostError
from agent.places import Places
from agent.settings import Settings, load
from agent.taps.lane import TapKind
from agent.taps.wire_tap import set_aside
from firmware_bridge.flash import FlashRefused, Image, ask, install
from firmware_bridge.link import Link, LinkUnavailable, candidates

RELEASE_SECONDS = 10.0
"""The tap process lets go of the port within this."""

SAYS_SO_WITHIN_S = 3.0
"""The tap process writes its status file each second."""
LANE = click.option("--lane", help="The lane whose wire tap is meant; needed when there are several.")
PORT = click.option("--port", help="The port itself (/dev/serial/by-id/…), for a Pico that no lane names yet.")
FORCE = click.option("--force", is_flag=True, help="Also the same or an older firmware, over another program, at once.")


@click.group("wire-tap")
def wire_tap_command() -> None:
    """The microcontroller on the till's serial line: look at it, flash it, bring it up to date.

    \b
    A new Pico:  1. hold BOOTSEL while plugging it in, copy MicroPython's UF2 onto the drive that appears
                    (micropython.org/download/RPI_PICO)
                 2. tillpost wire-tap flash --port /dev/serial/by-id/usb-MicroPython_…
                 3. name that port in the settings: [lanes.<name>] tap = "wire_tap", path = "…", baud = 0
    Wiring and the light's language: docs/wire-tap.md
    """


@wire_tap_command.command("info")
@LANE
@PORT
@click.option("--json", "as_json", is_flag=True, help="For a program.")
@click.pass_obj
def info_command(file: Path | None, lane: str | None, port: str | None, as_json: bool) -> None:
    """Who it is, which firmware runs, how the line is set, what was lost."""
    settings = load(file)
    name, path = _chosen(settings, lane, port)
    told = _told(settings, name, path)
    if as_json:
        click.echo(json.dumps(told))
        return
    console, image = Console(), Image.of()
    table = Table(title=f"the wire tap at {path}", show_header=False, box=None)
    for key, value in told.items():
        table.add_row(key.replace("_", " "), str(value))
    console.print(table)
    ours = ".".join(map(str, image.version))
    if told.get("firmware") not in (None, ours):
        console.print(f"This release brings firmware {ours}: tillpost wire-tap update")


@wire_tap_command.command("flash")
@LANE
@PORT
@FORCE
@click.pass_obj
def flash_command(file: Path | None, lane: str | None, port: str | None, force: bool) -> None:
    """Puts the firmware of this release on a Pico that runs MicroPython."""
    _install(load(file), lane, port, force)


@wire_tap_command.command("update")
@LANE
@PORT
@FORCE
@click.pass_obj
def update_command(file: Path | None, lane: str | None, port: str | None, force: bool) -> None:
    """Brings a wire tap up to date; the old firmware stays in the other slot, and runs again if the new one fails.

    What is printed meanwhile (some ten seconds) is not heard. Best after closing.
    """
    _install(load(file), lane, port, force)


def _install(settings: Settings, lane: str | None, port: str | None, force: bool) -> None:
    name, path = _chosen(settings, lane, port)
    image, console = Image.of(), Console()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with _port_for_us(settings, name, path), Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=image.size)

        def progress(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        try:
            tap = install(path, image, progress, force=force)
        except FlashRefused as error:
            raise TillpostError(str(error), hint=error.hint) from error
        except LinkUnavailable as error:
            raise PortUnavailable(str(error)) from error
    version = ".".join(map(str, tap.firmware))
    console.print(f"Firmware {version} runs from slot {tap.slot} of {tap.board}, serial {tap.serial}.")


def _chosen(settings: Settings, lane: str | None, port: str | None) -> tuple[str, str]:
    """The lane's name ('' for none) and the port."""
    lanes = {name: one.path for name, one in settings.lanes.items() if one.tap is TapKind.WIRE_TAP}
    if port is not None:
        return next((name for name, path in lanes.items() if path == port), ""), port
    if lane is not None and lane not in lanes:
        raise SettingsError(f"no lane {lane!r} has a wire tap", hint=f"Lanes with one: {', '.join(lanes) or 'none'}.")
    if lane is not None:
        return lane, lanes[lane]
    if len(lanes) == 1:
        return next(iter(lanes.items()))
    if lanes:
        raise SettingsError("several lanes have a wire tap", hint=f"Say which: --lane {' or --lane '.join(lanes)}.")
    found = candidates()
    if len(found) == 1:
        return "", str(found[0])
    there = ", ".join(map(str, found)) or "none"
    raise SettingsError("no lane has a wire tap yet", hint=f"Say --port. Ports with a MicroPython now: {there}.")


def _told(settings: Settings, name: str, path: str) -> dict[str, Any]:
    """By the tap process that has the port, else by the tap itself. A process that has just taken it says so soon."""
    give_up = time.monotonic() + SAYS_SO_WITHIN_S
    while True:
        if told := _told_by_tap(settings, name):
            return told
        try:
            return _asked(path)
        except PortUnavailable:
            if not name or time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def _told_by_tap(settings: Settings, name: str) -> dict[str, Any]:
    """What the running tap process knows of it; empty when none runs, or it does not have it."""
    try:
        said = json.loads(Places(settings).tap.read_text())
        lane = said["lanes"][name]
        alive = Path(f"/proc/{said['pid']}").exists() and lane["open_sessions"]
    except (OSError, ValueError, KeyError):
        return {}
    return dict(lane["wire_tap"]) if alive else {}


def _asked(path: str) -> dict[str, Any]:
    try:
        answer = ask(path)
    except LinkUnavailable as error:
        raise PortUnavailable(str(error)) from error
    except FlashRefused as error:
        raise TillpostError(str(error), hint=error.hint) from error
    if answer is None:
        raise TillpostError(
            f"{path}: nobody answers as a wire tap", hint="Put the firmware on it: tillpost wire-tap flash."
        )
    tap, health = answer
    return {
        "serial": tap.serial,
        "board": tap.board,
        "firmware": ".".join(map(str, tap.firmware)),
        "slot": tap.slot,
        "protocol": tap.version,
        "boot": f"{tap.boot:08x}",
        **health,
    }


@contextmanager
def _port_for_us(settings: Settings, name: str, path: str) -> Iterator[None]:
    """A tap process that has the port lets go of it until we are done."""
    if not name:
        _wait_until_free(path)
        yield
        return
    mine = set_aside(settings.device.run, name)
    mine.parent.mkdir(parents=True, exist_ok=True)
    with mine.open("w") as file:
        mine.chmod(0o644)  # the tap runs as another user, and only looks whether it is locked
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            _wait_until_free(path)
            yield
        finally:
            mine.unlink(missing_ok=True)


def _wait_until_free(path: str) -> None:
    until = time.monotonic() + RELEASE_SECONDS
    while True:
        try:
            Link(path).close()
        except LinkUnavailable as error:
            if time.monotonic() > until:
                raise PortUnavailable(str(error), hint="Is another program using it? Stop that one.") from error
            time.sleep(0.2)
        else:
            return

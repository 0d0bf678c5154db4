"""doctor: checks this box part by part and says what to do; changes nothing."""

import asyncio
import json
import os
import shutil
import socket
import stat
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from serial.tools import list_ports

from agent.clock import Quality, SystemClock
from agent.commands.asking import agent_answers, ask
from agent.errors import FormatError, ProviderMisconfigured
from agent.formats import load_format
from agent.formats.agreement import contradictions
from agent.pictures.glyphs import Glyphs, GlyphsUnreadable
from agent.pictures.ocr import is_installed
from agent.places import Places
from agent.providers import AlreadyDone, Answer, Done, Refused
from agent.providers.registry import connect
from agent.reading import context_of
from agent.settings import ProviderSettings, Settings, load
from agent.taps.print_path.address import parse_address
from agent.till.server import DEFAULT_PORT

MARKS = {"ok": "[green]ok[/]", "look": "[yellow]look[/]", "bad": "[red]bad[/]"}
ENOUGH_FREE_MB = 1024
LITTLE_FREE_MB = 256
EVERYWHERE = ("0.0.0.0", "::")
SYNCS = 50
SLOW_SYNC_MS = 250
"""A card whose p95 sync is slower makes cuts wait for the 250 ms limit."""


@dataclass(frozen=True, slots=True)
class Finding:
    part: str
    verdict: str
    """ok, look (works, but someone should act) or bad (does not work)."""
    what: str
    todo: str = ""


@click.command("doctor")
@click.pass_obj
def doctor_command(file: Path | None) -> None:
    """Check this box: settings, disk, clock, lanes, agent, tap, cloud, broker. Exit code 1 when something is bad."""
    settings = load(file)
    table = Table("part", "", "found", "what to do", box=None)
    findings = [finding for check in CHECKS for finding in check(settings)]
    for finding in findings:
        table.add_row(finding.part, MARKS[finding.verdict], finding.what, finding.todo)
    Console().print(table)
    if any(finding.verdict == "bad" for finding in findings):
        raise SystemExit(1)


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("settings", "ok", "read without a fault")
    if settings.device.id == "TP-UNCLAIMED":
        yield Finding("device", "look", "the box has no name yet", "set device.id to the serial on the label")
    if not settings.lanes:
        yield Finding("lanes", "bad", "no till is set up", "add a [lanes.<name>] section: tap, listen, printer")
    if not settings.programmes:
        yield Finding(
            "programmes", "look", "nothing is awarded", "add a [programmes.<name>] and its [providers.<name>]"
        )


def _disk(settings: Settings) -> Iterator[Finding]:
    state = settings.device.state
    try:
        state.mkdir(parents=True, exist_ok=True)
        delays = [_timed_sync(state) for _ in range(SYNCS)]
    except OSError as error:
        yield Finding(
            "disk", "bad", f"{state}: {error.strerror}", "give the user of the service this folder to write in"
        )
        return
    free = shutil.disk_usage(state).free >> 20
    verdict = "ok" if free >= ENOUGH_FREE_MB else "look" if free >= LITTLE_FREE_MB else "bad"
    yield Finding("disk", verdict, f"{free} MB free at {state}", "" if verdict == "ok" else "free space there")
    p95 = statistics.quantiles(delays, n=20)[18] * 1000
    slow = p95 > SLOW_SYNC_MS
    todo = "replace the card by an A1 or A2 class one" if slow else ""
    yield Finding("disk speed", "look" if slow else "ok", f"a sync takes {p95:.1f} ms (p95 of {SYNCS})", todo)


def _timed_sync(folder: Path) -> float:
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"\0" * 4096)
        file.flush()
        started = time.monotonic()
        os.fsync(file.fileno())
        return time.monotonic() - started


def _clock(_: Settings) -> Iterator[Finding]:
    if SystemClock().quality() is Quality.NTP:
        yield Finding("clock", "ok", "kept by NTP")
    else:
        yield Finding("clock", "look", "nobody keeps it right", "let the box reach an NTP server (UDP 123)")


def _lanes(settings: Settings) -> Iterator[Finding]:
    for name, lane in settings.lanes.items():
        try:
            form = load_format(lane.format, settings.device.formats_folder)
        except FormatError as error:
            yield Finding(f"lane {name}", "bad", f"read as 'generic': {error}", error.hint)
        else:
            for fault in contradictions(form, context_of(settings.store)):
                yield Finding(f"lane {name}", "look", *fault.split(": ", 1))
        if lane.tap.serial:
            yield _serial(name, Path(lane.path))
        elif lane.tap.port and not lane.printer:
            yield Finding(
                f"lane {name}", "look", "no printer is set: the box answers for one", "set printer = 'host:port'"
            )
        else:
            yield Finding(f"lane {name}", "ok", f"{lane.tap.value} {lane.listen if lane.printer else lane.path}")


def _pictures(settings: Settings) -> Iterator[Finding]:
    """Only where receipts are held as pictures does it matter whether their letters can be learnt."""
    if not is_installed():
        yield Finding(
            "pictures",
            "look",
            "tesseract is not installed: receipts printed as pictures stay held",
            "apt-get install tesseract-ocr (docs/pictures.md)",
        )
        return
    glyphs = Glyphs(Places(settings).glyphs)
    for lane in settings.tap_lanes():
        try:
            notebook = glyphs.notebook(lane.name)
        except GlyphsUnreadable as error:
            yield Finding(f"pictures {lane.name}", "bad", str(error), error.hint)
            continue
        if notebook.version:
            known = f"{len(notebook.dictionary.known)} signs of its font are known"
            yield Finding(f"pictures {lane.name}", "ok", known)


def _serial(name: str, path: Path) -> Finding:
    if not path.exists():
        there = ", ".join(port.device for port in list_ports.comports()) or "none"
        return Finding(f"lane {name}", "bad", f"{path} is not there", f"plug the adapter in; ports now: {there}")
    if not stat.S_ISCHR(path.stat().st_mode):
        return Finding(f"lane {name}", "bad", f"{path} is no serial port", "name a path under /dev/serial/by-id/")
    if "/by-id/" not in str(path):
        return Finding(f"lane {name}", "look", f"{path} may be another port after a reboot", "use /dev/serial/by-id/…")
    return Finding(f"lane {name}", "ok", str(path))


def _agent(settings: Settings) -> Iterator[Finding]:
    if not agent_answers(settings):
        yield Finding("agent", "bad", "does not answer", "systemctl status tillpost-agent, or: tillpost run")
        return
    yield Finding("agent", "ok", "answers")
    tasks = ask(settings, "tasks")
    if tasks:
        yield Finding("tasks", "look", f"{len(tasks)} wait for a person", "tillpost queue shows them")


def _tap(settings: Settings) -> Iterator[Finding]:
    status = Places(settings).tap
    try:
        said = json.loads(status.read_text())
        running = Path(f"/proc/{said['pid']}").exists()
    except (OSError, ValueError, KeyError):
        yield Finding("tap", "bad", "has left no word", "systemctl status tillpost-tap, or: tillpost run")
        return
    if not running:
        yield Finding("tap", "bad", "does not run any more", "systemctl restart tillpost-tap, or: tillpost run")
        return
    yield Finding("tap", "ok", f"runs, {len(said['lanes'])} lanes")
    if said["journal"]["full"]:
        yield Finding("journal", "bad", "the disk is full; bytes wait in memory", "free space on the data partition")
    for name, lane in said["lanes"].items():
        if lost := lane["wire_tap"].get("to_printer_lost"):
            todo = "the box was away for too long, or the line brings pictures; the receipts are held"
            yield Finding(f"lane {name}", "look", f"the wire tap has lost {lost} bytes since its start", todo)
        if lane["fault"]:
            yield Finding(f"lane {name}", "bad", lane["fault"], "the tap keeps trying; check cable, address, printer")


def _pages(settings: Settings) -> Iterator[Finding]:
    page = settings.page
    if not page.listen:
        return
    address = parse_address(page.listen, DEFAULT_PORT)
    host = "127.0.0.1" if address.host in EVERYWHERE else address.host
    yield _reachable("pages", f"{host}:{address.port}", "no till page; does another program hold its port?")
    if not page.staff:
        yield Finding("pages", "look", "nobody has a PIN", "tillpost pin NAME; put the lines into the settings file")
    elif page.tls_cert_file is None:
        yield Finding("pages", "ok", f"{len(page.staff)} PINs, readable on the store's network", "page.tls_cert_file")


def _broker(settings: Settings) -> Iterator[Finding]:
    if settings.fleet.broker:
        yield _reachable("broker", settings.fleet.broker, "the fleet does not see this box; the store is not affected")


def _clouds(settings: Settings) -> Iterator[Finding]:
    """Address and credentials, by the adapter's own check; it changes nothing there."""
    for name, provider in settings.providers.items():
        if not provider.base_url:
            yield Finding(f"cloud {name}", "ok", "has no address: awards are handed over by hand")
            continue
        yield answer_in_words(f"cloud {name}", asyncio.run(checked(name, provider)))


async def checked(name: str, settings: ProviderSettings) -> Answer:
    try:
        provider = connect(name, settings, SystemClock())
    except ProviderMisconfigured as error:
        return Refused(str(error))
    try:
        return await provider.check()
    finally:
        await provider.close()


def answer_in_words(part: str, answer: Answer) -> Finding:
    match answer:
        case Done() | AlreadyDone():
            return Finding(part, "ok", f"it lets us in ({answer.remote_id})")
        case Refused():
            return Finding(part, "bad", answer.why, "mend its address or credentials; what waits is kept")
        case _:
            why = str(getattr(answer, "why", "")) or type(answer).__name__
            return Finding(part, "look", why, "awards wait here until it answers; check the internet line")


def _reachable(part: str, address: str, todo: str) -> Finding:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5):
            return Finding(part, "ok", f"{address} takes connections")
    except OSError as error:
        return Finding(part, "look", f"{address}: {error.strerror or error}", todo)


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _settings,
    _disk,
    _clock,
    _lanes,
    _pictures,
    _tap,
    _agent,
    _clouds,
    _pages,
    _broker,
)

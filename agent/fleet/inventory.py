"""inventory: takes the settings and this machine, gives the birth message's content; measures nothing that changes."""

import platform
import sqlite3
from pathlib import Path

from agent import __version__
from agent.fleet.messages import Birth, Input
from agent.settings import LaneSettings, Settings

MODEL = Path("/proc/device-tree/model")
SERIAL = Path("/proc/device-tree/serial-number")


def birth_of(settings: Settings) -> Birth:
    """What this box is. No addresses of the store's network, no names of people, no secrets."""
    return Birth(
        tenant=settings.fleet.tenant,
        store=settings.store.id,
        sw=__version__,
        model=_device_tree(MODEL) or platform.machine(),
        serial=_device_tree(SERIAL),
        os=_operating_system(),
        kernel=platform.release(),
        py=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        providers=tuple(sorted({provider.kind for provider in settings.providers.values()})),
        formats=tuple(sorted({lane.format for lane in settings.lanes.values()})),
        inputs=tuple(_input(name, lane) for name, lane in settings.lanes.items()),
    )


def _input(name: str, lane: LaneSettings) -> Input:
    if lane.tap.port:
        return Input(name, lane.tap.value, lane.listen)
    return Input(name, lane.tap.value, lane.path, lane.baud)


def _device_tree(file: Path) -> str:
    """Device-tree texts end with a zero byte; a PC has none."""
    return file.read_bytes().rstrip(b"\0").decode("ascii", "replace") if file.exists() else ""


def _operating_system() -> str:
    try:
        release = platform.freedesktop_os_release()
    except OSError:  # a slim image without the file
        return platform.system()
    return release.get("PRETTY_NAME", platform.system())

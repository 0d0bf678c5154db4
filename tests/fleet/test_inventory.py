"""test_inventory: the birth message says what this machine is and keeps the store's secrets."""

import platform
import sqlite3

from agent import __version__
from agent.fleet.inventory import birth_of
from agent.settings import Fleet, LaneSettings, PlainHttpSettings, Settings, Store
from agent.taps.lane import TapKind


def test_birth_of_this_machine() -> None:
    lanes = {
        "till-1": LaneSettings(tap=TapKind.RAW_TCP, listen="0.0.0.0:9100", printer="192.0.2.7:9100"),
        "till-2": LaneSettings(tap=TapKind.SERIAL_PORT, path="/dev/serial/by-id/usb-x", baud=19_200),
    }
    cloud = PlainHttpSettings(kind="plain_http", base_url="https://cloud.example.org", token="a secret token")
    settings = Settings(store=Store(id="store-4"), fleet=Fleet(tenant="t17"), lanes=lanes, providers={"c": cloud})
    birth = birth_of(settings)
    assert (birth.tenant, birth.store, birth.sw) == ("t17", "store-4", __version__)
    assert (birth.py, birth.sqlite) == (platform.python_version(), sqlite3.sqlite_version)
    assert [(lane.id, lane.kind, lane.path, lane.baud) for lane in birth.inputs] == [
        ("till-1", "raw_tcp", "0.0.0.0:9100", 0),
        ("till-2", "serial_port", "/dev/serial/by-id/usb-x", 19_200),
    ]
    assert birth.providers == ("plain_http",)
    assert "secret" not in repr(birth)
    assert birth.os

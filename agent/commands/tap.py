"""tap: resolves the settings, then becomes the slim tap process; keeps its last good orders for a bad day."""

import json
import logging
import os
import sys
from pathlib import Path

import click

from agent.errors import SettingsError
from agent.places import TAP_ORDERS, Places
from agent.settings import Device, Settings, load
from agent.taps.lane import to_json

ORDERS_VARIABLE = "TILLPOST_TAP"


def tap_orders(settings: Settings) -> str:
    """What the tap process needs to know, as JSON: its lanes, where the journal is, whom to wake."""
    places = Places(settings)
    return json.dumps(
        {
            "lanes": json.loads(to_json(settings.tap_lanes())),
            "journal": str(places.journal),
            "wake": str(places.wake),
            "status": str(places.tap),
        }
    )


@click.command("tap")
@click.pass_obj
def tap_command(file: Path | None) -> None:
    """The tap alone: bytes from the till into the journal and on to the printer. systemd runs this.

    A settings file that went wrong does not stop the store's printing: the tap goes on with its last good orders.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    os.environ[ORDERS_VARIABLE] = _orders(file)
    os.execv(sys.executable, [sys.executable, "-m", "agent.tap"])


def _orders(file: Path | None) -> str:
    try:
        settings = load(file)
    except SettingsError as error:
        kept = Path(os.environ.get("STATE_DIRECTORY", Device().state)) / TAP_ORDERS
        if not kept.exists():
            raise
        logging.getLogger(__name__).warning("%s; the tap goes on with its last good orders (%s)", error, kept)
        return kept.read_text()
    orders = tap_orders(settings)
    try:
        _keep(Places(settings).tap_orders, orders)
    except OSError as error:  # the disk must not stop the store's printing
        logging.getLogger(__name__).warning("the orders could not be kept: %s", error)
    return orders


def _keep(path: Path, orders: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(orders)
    fresh.replace(path)

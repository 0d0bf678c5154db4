"""run: tap and agent together, started and watched as systemd would; for a laptop, a demo or a box without systemd."""

import asyncio
import logging
import sys
from pathlib import Path

import click

from agent.commands.tap import ORDERS_VARIABLE, tap_orders
from agent.settings import DEFAULT_FILE, Settings, load
from agent.supervisor import Supervised, run

TAP_WATCHDOG_S, AGENT_WATCHDOG_S = 1.5, 30.0
"""As in the units: a frozen tap stops the store's printing, a frozen agent only delays awards."""


@click.command("run")
@click.pass_obj
def run_command(file: Path | None) -> None:
    """Tap and agent together, each its own process; one that dies is started again. Ctrl-C ends both.

    On a box, systemd does this: tillpost-tap.socket, tillpost-tap.service, tillpost-agent.service.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    asyncio.run(run(children(load(file), file or DEFAULT_FILE)))


def children(settings: Settings, file: Path) -> list[Supervised]:
    listen = {name: lane.listen for name, lane in settings.lanes.items() if lane.tap.port}
    python = [sys.executable, "-m"]
    return [
        Supervised(
            "tap",
            [*python, "agent.tap"],
            env={ORDERS_VARIABLE: tap_orders(settings)},
            listen=listen,
            watchdog_s=TAP_WATCHDOG_S,
        ),
        Supervised(
            "agent",
            [*python, "agent", "--settings", str(file), "agent"],
            watchdog_s=AGENT_WATCHDOG_S,
            grows=True,
        ),
    ]

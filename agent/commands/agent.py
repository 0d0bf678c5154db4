"""agent: runs the agent process: journal to receipts to awards to the clouds."""

import asyncio
import logging
import sys
from pathlib import Path

import click

from agent.clock import SystemClock
from agent.daemon import run_agent
from agent.settings import load


@click.command("agent")
@click.option("-v", "--verbose", is_flag=True, help="Say more in the log.")
@click.pass_obj
def agent_command(file: Path | None, verbose: bool) -> None:
    """The agent alone: reads the journal, works out awards, delivers them. systemd runs this."""
    level = logging.DEBUG if verbose else logging.INFO
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for noisy in ("httpx", "httpcore", "aiosqlite", "mqtt"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    asyncio.run(run_agent(load(file), SystemClock(), file))

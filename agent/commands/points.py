"""points: what each programme gave between two days, and what that cost the store; changes nothing."""

import csv
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from agent.business_day import day_of
from agent.clock import SystemClock
from agent.commands.asking import ask
from agent.money import format_amount
from agent.points_cost import cost_of
from agent.settings import Settings, load

DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = ("given", "returned", "corrected", "undone", "net", "waiting")


@click.command("points")
@click.option("--from", "since", type=DAY, help="First business day; the first of this month when not given.")
@click.option("--to", "until", type=DAY, help="Last business day; today when not given.")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated, for a spreadsheet or a distributor.")
@click.pass_obj
def points_command(file: Path | None, since: datetime | None, until: datetime | None, as_csv: bool) -> None:
    """What each programme gave, took back and redeemed in a period, and what it cost.

    Only what the clouds have taken counts. The cost is points x the programme's point_cost, cashback itself, and what
    redeemed rewards took off.
    """
    settings = load(file)
    last = until.date() if until else day_of(None, SystemClock().wall(), settings.store)
    first = since.date() if since else last.replace(day=1)
    if first > last:
        raise click.BadParameter(f"{first} is after {last}", param_hint="--from")
    lines = ask(settings, "points", since=first.isoformat(), until=last.isoformat())
    if as_csv:
        _write_csv(settings, lines)
    else:
        Console().print(_table(settings, lines, first, last) if lines else f"Nothing was given from {first} to {last}.")


def _table(settings: Settings, lines: list[dict[str, Any]], first: date, last: date) -> Table:
    days = (last - first + timedelta(days=1)).days
    table = Table(title=f"{first} to {last} ({days} days)", box=None)
    for name in ("programme", "receipts", "earned on", *COLUMNS, "rewards", "taken off", "cost"):
        table.add_column(name, justify="left" if name == "programme" else "right")
    exponent = settings.store.exponent
    for line in lines:
        shown = [_amount(line, name, exponent) for name in COLUMNS]
        money = [format_amount(value, exponent) for value in (line["taken_off"], cost_of(settings, line))]
        table.add_row(
            f"{line['programme']} ({line['unit']})",
            str(line["receipts"]),
            format_amount(line["base"], exponent),
            *shown,
            str(line["rewards"]),
            *money,
        )
    return table


def _amount(line: dict[str, Any], name: str, exponent: int) -> str:
    return format_amount(line[name], exponent) if line["unit"] == "money" else str(line[name])


def _write_csv(settings: Settings, lines: list[dict[str, Any]]) -> None:
    names = ("programme", "provider", "unit", "receipts", "base", *COLUMNS, "rewards", "taken_off")
    writer = csv.writer(sys.stdout)
    writer.writerow([*names, "cost"])
    for line in lines:
        writer.writerow([*(line[name] for name in names), cost_of(settings, line)])

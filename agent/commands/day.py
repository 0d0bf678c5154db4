"""day: the business day's account as a table, or as an HTML page for the owner."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Console
from rich.table import Table

from agent.business_day import day_of
from agent.clock import SystemClock
from agent.commands.asking import ask
from agent.money import format_amount
from agent.settings import Settings, load


@click.command("day")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here.")
@click.pass_obj
def day_command(file: Path | None, day: datetime | None, html: Path | None) -> None:
    """The business day's account: read, matched, awarded, waiting, refused, and the sums. Today without DAY."""
    settings = load(file)
    chosen = day.date() if day else _today(settings)
    account = ask(settings, "day", day=chosen.isoformat())
    Console().print(day_table(settings, chosen, account))
    if html:
        html.write_text(day_page(settings, chosen, account), encoding="utf-8")
        click.echo(f"written: {html}")


def _today(settings: Settings) -> date:
    return day_of(None, SystemClock().wall(), settings.store)


def day_table(settings: Settings, day: date, account: dict[str, Any]) -> Table:
    table = Table(title=f"{settings.store.name or settings.store.id}, {day:%A %d %B %Y}", box=None, show_header=False)
    for label, value in day_rows(settings, account):
        table.add_row(label, value)
    return table


def day_rows(settings: Settings, account: dict[str, Any]) -> list[tuple[str, str]]:
    """The account in the order a person asks for it: what came, what it earned, what is still open and why."""
    rows = [
        (name, str(account[name])) for name in ("read", "matched", "awarded", "waiting", "refused", "held", "noted")
    ]
    rows += [
        (f"total of {kind}s", format_amount(total, settings.store.exponent))
        for kind, total in account["totals"].items()
    ]
    rows += [(f"points, {name}", f"{points:+d}") for name, points in account["points"].items()]
    return rows + [(f"not awarded: {why}", str(count)) for why, count in account["not_awarded"].items()]


def day_page(settings: Settings, day: date, account: dict[str, Any]) -> str:
    environment = Environment(loader=PackageLoader("agent", "till"), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("day.html")
    return template.render(store=settings.store, day=day, account=account, rows=day_rows(settings, account))

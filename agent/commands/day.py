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
from agent.commands.asking import act, ask
from agent.money import format_amount
from agent.reconciliation.shifts import UNATTACHED
from agent.settings import Settings, load

PLACES = {
    "awarded": "the cloud has it",
    "waiting": "on its way, or for a sign-up",
    "held": "a person must look",
    "refused": "the cloud will not have it",
    "nobody": "the paper names nobody",
    "duplicates": "printed again",
    "unpaid": "nothing to earn on it",
    "noted": "a slip that never earns",
}
"""Where a receipt can be, and what that means; every receipt is in exactly one."""


@click.command("day")
@click.argument("day", required=False, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the page here.")
@click.option("--print", "on_printer", is_flag=True, help="Print it as a slip on the store's printer, too.")
@click.pass_obj
def day_command(file: Path | None, day: datetime | None, html: Path | None, on_printer: bool) -> None:
    """The business day's account: read, matched, awarded, waiting, refused, and the sums. Today without DAY."""
    settings = load(file)
    chosen = day.date() if day else _today(settings)
    account = ask(settings, "day", day=chosen.isoformat())
    Console().print(day_table(settings, chosen, account))
    if html:
        html.write_text(day_page(settings, chosen, account), encoding="utf-8")
        click.echo(f"written: {html}")
    if on_printer:
        click.echo(f"printed on {act(settings, 'print_day', {'day': chosen.isoformat()})}")


def _today(settings: Settings) -> date:
    return day_of(None, SystemClock().wall(), settings.store)


def day_table(settings: Settings, day: date, account: dict[str, Any]) -> Table:
    table = Table(title=f"{settings.store.name or settings.store.id}, {day:%A %d %B %Y}", box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("[bold]receipts read[/]", f"[bold]{account['read']}[/]")
    for name, meaning in PLACES.items():
        if account[name]:
            table.add_row(f"  {name_of(name)} ({meaning})", str(account[name]))
    table.add_row("with a customer", str(account["matched"]))
    for heading, rows in day_sections(settings, account):
        table.add_section()
        table.add_row(f"[bold]{heading}[/]", "")
        for label, value in rows:
            table.add_row(f"  {label}", value)
    return table


def name_of(place: str) -> str:
    return {"nobody": "no customer", "unpaid": "no points"}.get(place, place)


def day_sections(settings: Settings, account: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What stands below the counts, each with a heading; empty ones are left out."""
    exponent = settings.store.exponent
    money = [
        (f"{kind.replace('_', ' ')}s", format_amount(total, exponent)) for kind, total in account["totals"].items()
    ]
    points = [(f"{name}, delivered", f"{points:+d}") for name, points in account["points"].items()]
    points += [(f"{name}, still waiting", f"{points:+d}") for name, points in account["points_waiting"].items()]
    late = [(f"receipt {row['receipt_id']}, due {row['deadline'][11:16]} UTC", row["state"]) for row in account["late"]]
    sections = [
        ("Sums of what was proven", money),
        ("Points", points),
        ("Why some wait", _counted(account["waiting_reasons"])),
        ("Why some are held", _counted(account["held_reasons"])),
        ("Why some earned nothing", _counted(account["not_awarded"])),
        ("Slips that never earn", _counted(account["noted_kinds"])),
        ("Later than closing time", late),
        ("Held beside the till", _findings(account["findings"])),
        ("Product codes", _catalogue(account["catalogue"])),
    ]
    return [(heading, rows) for heading, rows in sections if rows]


def _findings(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Sentences, with how each stands: it fits, somebody should look, or it came right later; a count says nothing."""
    return [(row["words"], _stands(row)) for row in rows]


def _stands(row: dict[str, Any]) -> str:
    if row["good"]:
        return "" if row["kind"] == UNATTACHED else "fits"
    return "came right" if row["until"] else "look"


def _catalogue(counts: dict[str, int]) -> list[tuple[str, str]]:
    words = {
        "sent_without_code": "lines that went out without a product code",
        "found_since": "of them, code known by now",
        "found_that_night": "codes found that night for earlier lines",
        "gone": "unknown lines nobody mapped, let go",
    }
    return [(said, str(counts[name])) for name, said in words.items() if counts[name]]


def _counted(counts: dict[str, int]) -> list[tuple[str, str]]:
    return [(why.replace("_", " "), str(count)) for why, count in counts.items()]


def day_page(settings: Settings, day: date, account: dict[str, Any]) -> str:
    environment = Environment(loader=PackageLoader("agent", "till"), autoescape=True, undefined=StrictUndefined)
    places = [(name_of(name), meaning, account[name], name) for name, meaning in PLACES.items()]
    return environment.get_template("day.html").render(
        store=settings.store,
        day=day,
        account=account,
        places=places,
        sections=day_sections(settings, account),
    )

"""receipts: what was read lately, each with what became of it."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.commands.asking import ask
from agent.commands.showing import COLOURS
from agent.money import format_amount
from agent.settings import load


@click.command("receipts")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500))
@click.option("--day", default="", help="Only this business day, YYYY-MM-DD.")
@click.option("--state", type=click.Choice(list(COLOURS)), help="Only these.")
@click.pass_obj
def receipts_command(file: Path | None, limit: int, day: str, state: str | None) -> None:
    """The latest receipts: what each is, and what became of its award. One whole: tillpost show NUMBER."""
    table = Table("no.", "captured", "lane", "kind", "receipt", "total", "state", "award", box=None)
    for row in ask(load(file), "receipts", limit=limit, day=day):
        if state in (None, row["state"]):
            table.add_row(*_cells(row))
    Console().print(table)


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    total = "" if row["total"] is None else format_amount(row["total"], row["exponent"])
    return (
        str(row["id"]),
        row["captured_at"][:19].replace("T", " "),
        row["lane"],
        row["kind"].replace("_", " "),
        row["number"] or "",
        Text(total, justify="right"),
        Text(row["duplicate"] or row["state"], style=COLOURS[row["state"]]),
        _award(row),
    )


def _award(row: dict[str, Any]) -> str:
    given = ", ".join(f"{award['points']:+d} {award['programme']}: {award['state']}" for award in row["awards"])
    return given or row["reason"]

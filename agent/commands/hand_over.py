"""hand_over: what is to be keyed in by hand at a cloud that has no call for it, as a list, as CSV, with ticks."""

import csv
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from agent.commands.asking import act, ask
from agent.money import format_amount
from agent.settings import load

PAGE = 500
COLUMNS = ("award", "day", "cloud", "programme", "phone", "email", "card", "member", "points", "receipt", "total")


@click.command("hand-over")
@click.option("--cloud", default="", metavar="NAME", help="Only this [providers.NAME].")
@click.option("--day", default="", metavar="YYYY-MM-DD", help="Only this business day.")
@click.option(
    "--csv", "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="Write CSV; '-': to stdout."
)
@click.option("--done", type=int, multiple=True, metavar="AWARD", help="It is keyed in: tick it. May be repeated.")
@click.option("--all-done", is_flag=True, help="Tick everything that this command would list.")
@click.pass_obj
def hand_over_command(  # noqa: PLR0917 - one argument an option
    settings_file: Path | None, cloud: str, day: str, file: Path | None, done: tuple[int, ...], all_done: bool
) -> None:
    """Awards for clouds without an interface: phone, points and receipt, to be keyed in there by hand.

    \b
      tillpost hand-over                       what is to be done
      tillpost hand-over --csv today.csv       the same for a spreadsheet
      tillpost hand-over --done 41 --done 42   these two are keyed in

    A tick is the delivery: the award leaves the queue and counts in the day's account.
    """
    settings, console = load(settings_file), Console(highlight=False)
    listed = _all_of(settings, cloud, day) if all_done or not done else []
    if file:
        _write(listed, file)
    ticks = list(done) + [row["id"] for row in listed if all_done]
    if ticks:
        console.print(f"{act(settings, 'handover_done', {'awards': ticks})} awards are ticked")
    elif not file:
        console.print(_table(listed) if listed else "Nothing is to be keyed in by hand.")


def _all_of(settings: Any, cloud: str, day: str) -> list[dict[str, Any]]:
    rows, after = list[dict[str, Any]](), 0
    while page := ask(settings, "handover_list", provider=cloud, day=day, limit=PAGE, after=after, reveal="yes"):
        rows += page
        after = page[-1]["id"]
    return rows


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    customer, total = row["customer"], row["total"]
    return (
        str(row["id"]),
        row["business_day"],
        row["provider"],
        row["programme"],
        *(str(customer.get(name, "")) for name in ("phone", "email", "card", "member_id")),
        f"{row['points']:+d}",
        str(row["number"] or ""),
        "" if total is None else format_amount(total, row["exponent"]),
    )


def _write(rows: list[dict[str, Any]], file: Path) -> None:
    if str(file) == "-":
        _write_to(sys.stdout, rows)
        return
    with file.open("w", encoding="utf-8", newline="") as out:
        _write_to(out, rows)


def _write_to(out: Any, rows: list[dict[str, Any]]) -> None:
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(_harmless(cell) for cell in _cells(row))


def _harmless(cell: str) -> str:
    """Texts that a spreadsheet would take for a formula get an apostrophe; signed numbers stay numbers."""
    return f"'{cell}" if cell[:1] in "=@-+" and not cell[1:].isdigit() else cell


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(*COLUMNS, box=None)
    for row in rows:
        table.add_row(*_cells(row))
    return table

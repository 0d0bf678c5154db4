"""catch_up: what the till sold while the box was off, by its own export: listed, and booked after a yes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.acts.catch_up import as_row
from agent.catch_up import NAMES, Compared, Row, Status, compare, read_export
from agent.commands.asking import act, ask
from agent.commands.formats import chosen_format
from agent.errors import TillpostError
from agent.money import format_amount
from agent.reading import context_of
from agent.settings import Settings, load

PAGE = 500
ROWS_AT_ONCE = 25
MOST_LISTED = 200
COLOURS = {Status.UNSEEN: "bold", Status.HELD: "yellow", Status.FAULTY: "red", Status.TWICE: "yellow"}


@click.command("catch-up")
@click.argument("export", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--apply/--dry-run", "really", default=False, help="Book what the box never saw.  [default: --dry-run]")
@click.option("--yes", is_flag=True, help="Do not ask before booking.")
@click.option("--lane", help="The till whose export it is; needed where there are several.")
@click.option("--column", "columns", multiple=True, metavar="NAME=HEADING", help="Which heading is which, repeatable.")
@click.pass_obj
def catch_up_command(  # noqa: PLR0917 - click hands options over by name
    file: Path | None, export: Path, really: bool, yes: bool, lane: str | None, columns: tuple[str, ...]
) -> None:
    """What the till sold while the box was off: EXPORT is its day's list as CSV.

    Lists what the box never saw; with --apply, and a yes, books it: awards go out as for printed receipts. Running it
    twice books nothing twice, and a receipt of it that prints later is known. Columns are told by their headings
    (receipt number, date, time, type, subtotal, tax, total, customer, register), or named:

    \b
      tillpost catch-up day.csv --column number="Bon-Nr." --column customer=Telefon
    """
    settings, console = load(file), Console()
    chosen = _lane(settings, lane)
    named = {**settings.catch_up.columns, **_columns(columns)}
    form = chosen_format(settings.lanes[chosen].format, settings)
    rows = read_export(_text_of(export), export.name, named, form, context_of(settings.store))
    found = compare(rows, _known(settings, rows, console))
    console.print(_table(found, settings))
    missing = [one.row for one in found if one.status is Status.UNSEEN]
    console.print(_in_words(found))
    if not missing or not really:
        if missing:
            console.print(f"Nothing was booked. To book them: tillpost catch-up {export} --apply")
        return
    with_customer = sum(1 for row in missing if row.receipt.phone or row.receipt.email or row.receipt.card)
    if not yes and not click.confirm(f"Book {len(missing)} receipts, {with_customer} of them with a customer?"):
        console.print("Nothing was booked.")
        return
    booked = _book(settings, chosen, missing, console)
    console.print(f"{booked} receipts are booked: tillpost queue shows their awards.")


def _book(settings: Settings, lane: str, rows: Sequence[Row], console: Console) -> int:
    pages = [rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE)]
    booked = 0
    for page in track(pages, "booking", console=console, transient=True):
        answer = act(settings, "catch_up", {"lane": lane, "rows": [as_row(row.receipt) for row in page]})
        booked += sum(1 for number in answer if number is not None)
    return booked


def _known(settings: Settings, rows: Sequence[Row], console: Console) -> Iterator[dict[str, Any]]:
    """The box's own receipts of the days of the export, and of the days around: days may begin at another hour."""
    dates = {row.receipt.date.date() for row in rows if row.receipt.date}
    days = sorted({day + timedelta(days=off) for day in dates for off in (-1, 0, 1)})
    for day in track(days, "looking at the box's receipts", console=console, transient=True):
        yield from _of_day(settings, day)


def _of_day(settings: Settings, day: date) -> Iterator[dict[str, Any]]:
    after = 0
    while rows := ask(settings, "receipts", day=day.isoformat(), limit=PAGE, after=after):
        yield from rows
        after = rows[-1]["id"]


def _lane(settings: Settings, lane: str | None) -> str:
    """Raises TillpostError naming the lanes."""
    names = list(settings.lanes)
    if lane is None and len(names) == 1:
        return names[0]
    if lane not in names:
        said = f"there is no lane {lane!r}" if lane else "there are several lanes"
        raise TillpostError(f"{said}: {', '.join(names) or 'none is set up'}", hint="Say which: --lane NAME.")
    return lane


def _columns(given: Sequence[str]) -> dict[str, str]:
    columns = {}
    for text in given:
        name, sign, heading = text.partition("=")
        if not sign or name.strip() not in NAMES:
            raise click.BadParameter(
                f"{text!r} is not NAME=HEADING; names are: {', '.join(NAMES)}", param_hint="--column"
            )
        columns[name.strip()] = heading.strip()
    return columns


def _table(found: Sequence[Compared], settings: Settings) -> Table:
    """All but what the box has; of many, the first."""
    table = Table("line", "receipt", "when", "kind", "total", "customer", "", box=None)
    shown = [one for one in found if one.status is not Status.SEEN][:MOST_LISTED]
    for one in shown:
        receipt = one.row.receipt
        total = "" if receipt.total is None else format_amount(receipt.total, settings.store.exponent)
        who = receipt.phone or receipt.email or receipt.card or receipt.name or ""
        said = one.row.fault or (f"held here as receipt {one.of}" if one.status is Status.HELD else one.status.value)
        when = f"{receipt.date:%Y-%m-%d %H:%M}" if receipt.date else ""
        cells = (
            str(one.row.line),
            receipt.number or "",
            when,
            receipt.kind.value,
            total,
            f"…{who[-4:]}" if who else "",
        )
        table.add_row(*cells, said, style=COLOURS.get(one.status, ""))
    return table


def _in_words(found: Sequence[Compared]) -> str:
    counts = Counter(one.status for one in found)
    words = {
        Status.SEEN: "the box has seen",
        Status.UNSEEN: "it never saw",
        Status.HELD: "it holds unproven (tillpost show NUMBER)",
        Status.FAULTY: "cannot be booked",
        Status.TWICE: "stand twice in the file",
    }
    return f"{len(found)} lines: " + ", ".join(f"{counts[one]} {said}" for one, said in words.items() if counts[one])


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return path.read_text(encoding="cp1252")  # what spreadsheets on Windows write

"""catalogue: what printed lines are: lists them, maps one, takes and gives the product list as CSV."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent.catalogue.file import PROPOSALS, Row, read_rows, write_rows
from agent.commands.asking import act, ask
from agent.errors import TillpostError
from agent.money import format_amount
from agent.settings import Settings, load

PAGE = 500
ROWS_AT_ONCE = 200


@click.group("catalogue", invoke_without_command=True)
@click.pass_context
def catalogue_command(context: click.Context) -> None:
    """What the printed lines are called in the product list. Alone: the lines nobody has mapped yet.

    \b
    A line without a code goes out under the cloud's default product, with its text; mapped once, it is known for ever.
      tillpost catalogue                              lines without a code, with products they look like
      tillpost catalogue map "DRY FOOD 25LB" ACA-25   one line, for ever
      tillpost catalogue import products.csv          the store's list: sku,name,upc (and text, where it differs)
      tillpost catalogue export learned.csv           all that is known; another box imports it with --from-chain
      tillpost catalogue export new.csv --proposals   texts, prices and guesses for whoever keeps the product list
    """
    if context.invoked_subcommand is None:
        settings = load(context.obj)
        rows = ask(settings, "exceptions")
        Console().print(_exceptions(rows, settings) if rows else "Every printed line is known, ignored or let go.")


@catalogue_command.command("list")
@click.option("--state", type=click.Choice(["unknown", "known", "ignored", "gone"]), default=None, help="Only these.")
@click.pass_obj
def list_command(file: Path | None, state: str | None) -> None:
    """Every line, its code, who says so and how sure that is."""
    settings = load(file)
    table = Table("line", "state", "code", "said by", "sure", "printed", "price", "last", box=None)
    for row in _lines(settings, state or ""):
        sure = f"{row['confidence']:.0%}" if row["state"] == "known" else ""
        cells = (row["text"], row["state"], row["sku"], row["source"], sure, str(row["seen"]))
        table.add_row(*cells, _price(row, settings), row["last_seen"])
    Console().print(table)


@catalogue_command.command("map")
@click.argument("text")
@click.argument("sku")
@click.pass_obj
def map_command(file: Path | None, text: str, sku: str) -> None:
    """The line printed as TEXT is the product SKU, from now on and for ever."""
    row = act(load(file), "map_line", {"text": text, "sku": sku})
    click.echo(f"{row['text']} is {row['sku']}" + ("" if row["seen"] else " (this box has not printed it yet)"))


@catalogue_command.command("ignore")
@click.argument("text")
@click.pass_obj
def ignore_command(file: Path | None, text: str) -> None:
    """The line printed as TEXT is no product: it leaves the list."""
    known = act(load(file), "ignore_line", {"text": text})
    click.echo(f"{text} is ignored" if known else f"{text} was never printed here")


@catalogue_command.command("import")
@click.argument("csv_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--from-chain", is_flag=True, help="Learned by another box: believed as far as its confidence goes.")
@click.option("--dry-run", is_flag=True, help="Only check the file.")
@click.pass_obj
def import_command(file: Path | None, csv_file: Path, from_chain: bool, dry_run: bool) -> None:
    """Take products and printed texts from CSV_FILE (columns: sku, and any of name, upc, text, confidence)."""
    rows = read_rows(_text_of(csv_file), csv_file.name)
    if dry_run:
        click.echo(f"{len(rows)} rows are good; nothing was taken")
        return
    settings, console = load(file), Console()
    for page in track(list(_pages(rows)), "importing", console=console, transient=True):
        act(settings, "take_catalogue", {"rows": [asdict(row) for row in page], "chain": from_chain})
    console.print(f"{len(rows)} rows taken from {csv_file.name}")


@catalogue_command.command("export")
@click.argument("csv_file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--proposals", is_flag=True, help="Only what a person should confirm: unknown lines and unsure codes.")
@click.pass_obj
def export_command(file: Path | None, csv_file: Path, proposals: bool) -> None:
    """Write what is known as CSV, for another box of the chain or for whoever keeps the product list."""
    settings = load(file)
    rows = [row for row in _lines(settings, "") if row["state"] in PROPOSALS]
    if proposals:
        rows = [row for row in rows if row["confidence"] < 1]
    else:
        rows = [row for row in rows if row["state"] == "known"]
    with csv_file.open("w", encoding="utf-8", newline="") as out:
        out.writelines(write_rows(rows, settings.store.exponent))
    click.echo(f"{len(rows)} lines written to {csv_file}")


@catalogue_command.command("send")
@click.argument("provider")
@click.option("--yes", is_flag=True, help="Do not ask before sending.")
@click.pass_obj
def send_command(file: Path | None, provider: str, yes: bool) -> None:
    """Propose the lines a person or the product list has confirmed to the cloud PROVIDER, where it takes products."""
    settings = load(file)
    if not yes and not click.confirm(f"Send the confirmed lines to {provider}?"):
        click.echo("Nothing was sent.")
        return
    sent = act(settings, "send_products", {"provider": provider})
    click.echo(f"{provider} has taken {sent} products")


@catalogue_command.command("defaulted")
@click.option("--day", default="", help="Only this business day, YYYY-MM-DD.")
@click.pass_obj
def defaulted_command(file: Path | None, day: str) -> None:
    """Lines that went out under the cloud's default product, and the code found since."""
    table = Table("receipt", "day", "line", "times", "amount", "code found since", box=None)
    for row in ask(load(file), "sent_without_code", day=day):
        found = f"{row['sku']} ({row['found_on']})" if row["sku"] else ""
        amount = format_amount(row["amount"], row["exponent"])
        table.add_row(row["number"] or "", row["business_day"], row["text"], str(row["quantity"]), amount, found)
    Console().print(table if table.row_count else "No line went out without a product code.")


def _lines(settings: Settings, state: str) -> Iterator[dict[str, Any]]:
    after = ""
    while rows := ask(settings, "catalogue", state=state, limit=PAGE, after=after):
        yield from rows
        after = rows[-1]["key"]


def _exceptions(rows: list[dict[str, Any]], settings: Settings) -> Table:
    table = Table("line", "printed", "price", "looks like", title="lines without a product code", box=None)
    for row in rows:
        like = ", ".join(f"{one['sku']} {one['name']} ({one['likeness']:.0%})" for one in row["suggestions"])
        table.add_row(row["text"], str(row["seen"]), _price(row, settings), like)
    return table


def _price(row: dict[str, Any], settings: Settings) -> str:
    return "" if row["price"] is None else format_amount(row["price"], settings.store.exponent)


def _pages(rows: list[Row]) -> Iterator[list[Row]]:
    yield from (rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE))


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Save it as CSV UTF-8 and import it again."
        raise TillpostError(f"{path.name} is not UTF-8 text (byte {error.start})", hint=hint) from error

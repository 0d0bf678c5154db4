"""formats: lists the receipt formats there are, checks one a person is writing; changes nothing."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from agent.errors import FormatError
from agent.formats import Format, format_from_text, load_format
from agent.formats.agreement import contradictions
from agent.formats.format_file import names
from agent.reading import context_of
from agent.settings import Settings, load


def chosen_format(name: str, settings: Settings) -> Format:
    """A format by its name, or by the path of a file that is not installed yet. Raises FormatError."""
    folder = settings.device.formats_folder
    path = Path(name)
    if path.suffix != ".toml":
        return load_format(name, folder)
    try:
        return format_from_text(path.read_text(encoding="utf-8"), path.name, folder)
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{path}: {error}") from error


@click.command("formats")
@click.argument("check", required=False, metavar="[NAME|FILE.toml]")
@click.pass_obj
def formats_command(file: Path | None, check: str | None) -> None:
    """The receipt formats there are; with a NAME or FILE: check that one, each fault with its line.

    A format says what a till calls things; 'generic' reads most tills without one. To write one: docs/formats.md,
    or let 'tillpost teach' propose it from captured receipts. The store's own lie in device.formats.
    """
    settings, console = load(file), Console()
    if check:
        form = chosen_format(check, settings)
        console.print(f"{form.name} is good: {len(form.labels)} groups of labels")
        for fault in contradictions(form, context_of(settings.store)):
            console.print(f"[yellow]look[/]  {fault}")
        return
    table = Table("format", "lanes", "drawn from", "where", box=None)
    for name, path in names(settings.device.formats_folder).items():
        lanes = ", ".join(lane for lane, one in settings.lanes.items() if one.format == name)
        own = path.parent == settings.device.formats_folder
        table.add_row(name, lanes, _said_of(name, settings), str(path) if own else "comes with tillpost")
    console.print(table)


def _said_of(name: str, settings: Settings) -> str:
    try:
        form = load_format(name, settings.device.formats_folder)
    except FormatError as error:
        return f"[red]broken:[/] {error}"
    unseen = "" if form.seen_in_service or not form.drawn_from else " (not seen in service)"
    return f"{form.drawn_from}{unseen}"

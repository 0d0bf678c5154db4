"""read: takes captured files, prints what is on them; stores nothing, sends nothing."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from agent.commands.drawn import write_drawing
from agent.commands.formats import chosen_format
from agent.commands.showing import side_by_side
from agent.dialects.code_pages import page_named
from agent.formats import Format
from agent.pictures.glyphs import read_notebook
from agent.print_events import PrintEvent
from agent.raster import Dictionary
from agent.reading import (
    NO_SIGNS,
    Understood,
    as_json,
    context_of,
    events_of,
    jobs_in_file,
    lane_for_file,
    proof_as_json,
    understand,
)
from agent.settings import Store, load
from agent.taps.lane import DialectName, Lane
from agent.wrapping import wrapping_of


def _page(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not (page := page_named(name)):
        raise click.BadParameter(f"no code page is called {name!r}; some are cp437, cp858, cp1252, gb18030, shift_jis")
    return page


@click.command("read")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_lines", is_flag=True, help="One JSON object per line and receipt.")
@click.option("--dialect", type=click.Choice([name.value for name in DialectName]), default="auto", show_default=True)
@click.option(
    "--code-page", default="cp437", show_default=True, callback=_page, help="Code page where the stream names none."
)
@click.option("--format", "form", default="generic", show_default=True, help="Receipt format, or its file.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw the paper into this file instead.")
@click.option("--paper", type=click.Choice(["58", "80"]), default="80", show_default=True, help="Paper width, mm.")
@click.option(
    "--glyphs",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Letters of a till that prints pictures, from 'tillpost glyphs LANE --export'.",
)
@click.option("--country", help="Two letters; the store's own setting when not given.")
@click.option("--currency", help="ISO 4217; the store's own setting when not given.")
@click.option("--exponent", type=click.IntRange(0, 3), help="Decimals of the currency.")
@click.pass_obj
def read_command(  # noqa: PLR0917 - click hands options over by name
    file: Path | None,
    /,
    files: tuple[Path, ...],
    as_lines: bool,
    dialect: str,
    code_page: str,
    form: str,
    png: Path | None,
    paper: str,
    glyphs: Path | None,
    **store: Any,
) -> None:
    """Read captured print jobs: what each says, and the sums that prove it. Stores nothing.

    \b
    accepted  proven, may earn          held   should earn, but not proven: the reason says why
    noted     a kind that never earns
    """
    said = {name: value for name, value in store.items() if value is not None}
    settings, console = load(file), Console()
    shop, chosen = settings.store.model_copy(update=said), chosen_format(form, settings)
    lane = replace(lane_for_file("", DialectName(dialect), code_page, chosen.name), paper_mm=int(paper))
    if png:
        _draw(files, lane, png)
        return
    signs = read_notebook(glyphs).dictionary if glyphs else NO_SIGNS
    for path in files:
        for understood in _understood(path, shop, lane, chosen, signs):
            for receipt in understood.receipts:
                fields = as_json(receipt)
                if as_lines:
                    click.echo(json.dumps({"file": str(path), **fields}, ensure_ascii=False))
                else:
                    lines = [line.text for line in understood.paper.lines]
                    console.print(side_by_side(path.name, lines, fields | {"proof": proof_as_json(receipt)}))


def _draw(files: tuple[Path, ...], lane: Lane, png: Path) -> None:
    """All jobs of all files, one below the other, as they came out of the printer."""
    events: list[PrintEvent] = []
    for path in files:
        data = path.read_bytes()
        for job in jobs_in_file(data, replace(lane, captured_in=wrapping_of(data))):
            events += events_of(job, lane.dialect)
    write_drawing(events, lane.paper_dots, png)


def _understood(path: Path, store: Store, lane: Lane, form: Format, signs: Dictionary) -> Iterator[Understood]:
    data = path.read_bytes()
    for job in jobs_in_file(data, replace(lane, path=str(path), captured_in=wrapping_of(data))):
        yield understand(job, lane.dialect, form, context_of(store), signs, lane.paper_dots)

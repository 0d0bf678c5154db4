"""show: one receipt: its paper from the journal beside what was understood, the proof, and what became of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from agent.catch_up import EXPORT
from agent.commands.asking import ask
from agent.commands.drawn import write_drawing
from agent.commands.showing import side_by_side
from agent.errors import TillpostError
from agent.journal.reader import JournalReader
from agent.pictures.glyphs import Glyphs
from agent.places import Places
from agent.print_events import PrintEvent
from agent.reading import written_on
from agent.replay import lane_of, printed_at
from agent.settings import Settings, load
from agent.taps.lane import Lane

NO_TEXT = ["(nothing on this paper is text)"]
NEVER_PRINTED = ["(booked from the till's own export: this box saw no paper)"]
GONE = ["(the journal no longer holds these bytes)"]


@click.command("show")
@click.argument("receipt", type=int)
@click.option("--reveal", is_flag=True, help="Phone, e-mail and name in clear.")
@click.option("--png", type=click.Path(path_type=Path, dir_okay=False), help="Draw the paper into this file instead.")
@click.pass_obj
def show_command(file: Path | None, receipt: int, reveal: bool, png: Path | None) -> None:
    """RECEIPT (its number in 'tillpost receipts') as paper, beside what was understood of it and the proof.

    With --png the whole paper is drawn as it was printed, pictures and barcodes too. It shows what the customer got,
    also the name and phone printed on it.
    """
    settings = load(file)
    row = ask(settings, "receipt", id=receipt, reveal="1" if reveal else "")
    if png:
        _draw(settings, row, png)
        return
    title = f"{row['lane']}, {row['captured_at'][:19].replace('T', ' ')}"
    Console().print(side_by_side(title, _paper(settings, row), row | {"date": row["printed_at"]}, _fate(row)))


def _draw(settings: Settings, row: dict[str, Any], png: Path) -> None:
    events = _events(settings, row)
    if events is None:
        raise TillpostError("the journal no longer holds what was printed", hint="It is kept 7 days behind the award.")
    write_drawing(events, _lane(settings, row).paper_dots, png)


def paper_of(settings: Settings, row: dict[str, Any]) -> list[str] | None:
    """The lines of a receipt as printed; None when the journal no longer holds them."""
    events = _events(settings, row)
    if events is None:
        return None
    return written_on(events, Glyphs(Places(settings).glyphs).dictionary(row["lane"]), _lane(settings, row).paper_dots)


def _paper(settings: Settings, row: dict[str, Any]) -> list[str]:
    if row["cause"] == EXPORT:
        return NEVER_PRINTED
    lines = paper_of(settings, row)
    return GONE if lines is None else lines or NO_TEXT


def _lane(settings: Settings, row: dict[str, Any]) -> Lane:
    return lane_of({lane.name: lane for lane in settings.tap_lanes()}, row["lane"])


def _events(settings: Settings, row: dict[str, Any]) -> Sequence[PrintEvent] | None:
    """What the receipt's job prints; None when the journal no longer holds it."""
    return printed_at(JournalReader(Places(settings).journal), _lane(settings, row), row)


def _fate(row: dict[str, Any]) -> Table:
    """What became of it, programme by programme."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for award in row["awards"]:
        said = award["reason"] or (f"the cloud calls it {award['remote_id']}" if award["remote_id"] else "")
        if award["state"] in ("refused", "cancelled"):
            said += f" (after all: tillpost queue --send-again {award['id']})"
        table.add_row(award["programme"], f"{award['points']:+d}", award["state"], said)
    for programme, why in row["not_awarded"].items():
        table.add_row(programme, "0", "not awarded", why)
    if row["duplicate"]:
        table.add_row("duplicate", "", row["duplicate"], f"looks like receipt {row['duplicate_of']}")
    return table

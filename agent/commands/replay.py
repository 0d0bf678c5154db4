"""replay: the journal through today's reader, beside what was understood when it came; dry unless told."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from agent.commands.asking import act, ask
from agent.commands.replaying_to import replay_to
from agent.journal.reader import JournalReader
from agent.money import format_amount
from agent.pictures.glyphs import Glyphs
from agent.places import Places
from agent.reading import context_of
from agent.receipt import Receipt
from agent.replay import replayed
from agent.settings import Settings, load

PAGE = 500
FIELDS = ("kind", "state", "number", "total", "award_base")


@click.command("replay")
@click.option("--apply", "really", is_flag=True, help="Do it; without, it is only shown what would be done.")
@click.option("--to", "programme", metavar="PROGRAMME", help="Give what this programme would have given; see below.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="With --to: the first business day.")
@click.pass_obj
def replay_command(file: Path | None, really: bool, programme: str | None, since: datetime | None) -> None:
    """The whole journal through today's reader. Dry by default: shows what would be read otherwise now.

    With --apply, held receipts that can be proven now take their place and are awarded. What was awarded is never
    changed by a replay, and no award can come twice: its key is the place of the receipt's first byte.

    With --to and --since, the receipts kept since that day go through a programme that is new, for a store that changes
    its loyalty cloud: name the new cloud and a new programme in the settings, restart, look, then --apply.
    """
    settings, console = load(file), Console()
    if programme or since:
        if not (programme and since):
            raise click.UsageError("--to and --since belong together: --to PROGRAMME --since 2026-11-01")
        replay_to(settings, console, programme, since.date(), really=really)
        return
    known = {row["origin"]: row for row in _all_receipts(settings)}
    table = Table("no.", "receipt", "then", "now", "total then", "total now", box=None)
    provable, count = list[int](), 0
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        task = progress.add_task("reading the journal", total=None)
        for origin, receipt in _read_again(settings):
            count += 1
            progress.update(task, description=f"{count} receipts read again")
            row = known.get(origin)
            if row and _differs(row, receipt):
                table.add_row(*_cells(row, receipt))
                if row["state"] == "held" and receipt.state.value != "held":
                    provable.append(row["id"])
    console.print(f"{count} receipts read again, {table.row_count} of them otherwise than when they came.")
    if table.row_count:
        console.print(table)
    if provable and really:
        changed = act(settings, "read_again", {"receipts": provable})
        console.print(f"{len(changed)} receipts that were held count now.")
    elif provable:
        console.print(f"{len(provable)} held receipts can be proven now: tillpost replay --apply")


def _all_receipts(settings: Settings) -> Iterator[dict[str, Any]]:
    after = 0
    while rows := ask(settings, "receipts", limit=PAGE, after=after):
        yield from rows
        after = rows[-1]["id"]


def _read_again(settings: Settings) -> Iterator[tuple[str, Receipt]]:
    lanes = {lane.name: lane for lane in settings.tap_lanes()}
    journal = JournalReader(Places(settings).journal)
    for one in replayed(journal, lanes, context_of(settings.store), Glyphs(Places(settings).glyphs).dictionary):
        yield from ((str(origin), receipt) for origin, receipt in zip(one.origins, one.receipts, strict=True))


def _differs(row: dict[str, Any], receipt: Receipt) -> bool:
    return any(row[name] != getattr(receipt, name) for name in FIELDS)


def _cells(row: dict[str, Any], receipt: Receipt) -> tuple[str, ...]:
    totals = (row["total"], receipt.total)
    return (
        str(row["id"]),
        receipt.number or row["number"] or "",
        f"{row['kind']}, {row['state']}",
        f"{receipt.kind.value}, {receipt.state.value}" + (f" ({receipt.reason})" if receipt.reason else ""),
        *("" if total is None else format_amount(total, receipt.exponent) for total in totals),
    )

"""replaying_to: the receipts kept since a day through a new programme, with a bar; the part of `replay --to`."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from agent.commands.asking import act
from agent.settings import Settings

MOST_SHOWN = 30


def replay_to(settings: Settings, console: Console, programme: str, since: date, *, really: bool) -> None:
    """Dry: says what would be given and why not; `really`: queues it. Run again, it gives nothing twice."""
    reasons, points, given = Counter[str](), 0, list[dict[str, Any]]()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(f"receipts since {since}", total=None)
        for page in _pages(settings, programme, since, really=really):
            progress.update(task, total=page["total"], advance=len(page["lines"]))
            for line in page["lines"]:
                if line["cause"]:
                    reasons[line["why"]] += 1
                else:
                    given.append(line)
                    points += line["points"]
    console.print(_table(given, reasons))
    done = "are in the queue now" if really else "would be given: add --apply to do it"
    console.print(f"{len(given)} awards, {points:+d} in all, {done}.")


def _pages(settings: Settings, programme: str, since: date, *, really: bool) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        body = {"programme": programme, "since": since.isoformat(), "after": after, "really": really}
        page: dict[str, Any] = act(settings, "replay_to", body)
        yield page
        after = page["next"]
        if not after:
            return


def _table(given: list[dict[str, Any]], reasons: Counter[str]) -> Table:
    table = Table("no.", "receipt", "day", "points", "why", box=None)
    for line in given[:MOST_SHOWN]:
        shown = (str(line["receipt"]), line["number"] or "", line["day"], f"{line['points']:+d}", line["why"])
        table.add_row(*shown)
    if len(given) > MOST_SHOWN:
        table.add_row("", "", "", "", f"and {len(given) - MOST_SHOWN} more")
    for why, count in reasons.most_common():
        table.add_row("", f"{count} x", "", "none", why, style="dim")
    return table

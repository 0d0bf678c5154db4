"""queue: what has not reached its cloud yet and why, and what people are asked to do."""

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from agent.commands.asking import act, ask
from agent.settings import load


@click.command("queue")
@click.option("--answer", type=(int, str), metavar="TASK CHOICE", help="Answer a task, e.g. --answer 3 'Add anyway'.")
@click.option("--retry", is_flag=True, help="Somebody signed up just now: try at once what waits for a sign-up.")
@click.option(
    "--send-again", type=int, metavar="AWARD", help="Send an award after all that was refused or removed, for 30 days."
)
@click.pass_obj
def queue_command(file: Path | None, answer: tuple[int, str] | None, retry: bool, send_again: int | None) -> None:
    """What waits and why: awards on their way, and tasks for people."""
    settings, console = load(file), Console()
    if retry:
        console.print(f"{act(settings, 'retry', {})} awards are tried again now")
    if answer:
        task, choice = answer
        first = act(settings, "answer", {"task": task, "choice": choice})
        console.print(f"task {task} is answered: {choice}" if first else f"task {task} was answered before")
    if send_again is not None:
        act(settings, "send_again", {"award": send_again})
        console.print(f"award {send_again} is sent again")
    waiting, tasks = ask(settings, "queue"), ask(settings, "tasks")
    console.print(_queue_table(waiting) if waiting else "Nothing waits: every award has reached its cloud.")
    if tasks:
        console.print(_task_table(tasks))


def _queue_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("no.", "receipt", "points", "customer", "cloud", "state", "why", "next", "due by", box=None)
    for row in rows:
        table.add_row(
            str(row["id"]),
            str(row["receipt_id"] or ""),
            f"{row['points']:+d}",
            ", ".join(str(value) for value in row["customer"].values()),
            row["provider"],
            row["state"],
            row["why"],
            _minute(row["until"]),
            _minute(row["deadline"]),
            style="bold red" if row["late"] else "",
        )
    return table


def _task_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("task", "for", "what", "what to do", "choices", title="for people", box=None)
    for row in rows:
        table.add_row(
            str(row["id"]), row["role"], f"{row['title']}. {row['what']}", row["fix"], " / ".join(row["choices"])
        )
    return table


def _minute(moment: str | None) -> str:
    return (moment or "")[:16].replace("T", " ")

"""settings: shows every setting, its value, where the value comes from and what it is for."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from agent.settings import DEFAULT_FILE, described, load


@click.command("settings")
@click.option("--changed", is_flag=True, help="Only what the file or the environment says.")
@click.pass_obj
def settings_command(file: Path | None, changed: bool) -> None:
    """Every setting, its value, source and meaning. Secrets are not shown."""
    table = Table("setting", "value", "source", "meaning", title=f"settings from {file or DEFAULT_FILE}", box=None)
    for name, value, source, meaning in described(load(file), file):
        if not changed or source != "default":
            table.add_row(name, value, source, meaning, style="" if source == "default" else "bold")
    Console().print(table)

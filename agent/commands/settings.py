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
    """Every setting, its value, source, default and meaning. Secrets are not shown."""
    title = f"settings from {file or DEFAULT_FILE}"
    table = Table("setting", "value", "source", "default", "meaning", title=title, box=None)
    for setting in described(load(file), file):
        if not changed or setting.source != "default":
            table.add_row(*setting, style="" if setting.source == "default" else "bold")
    Console().print(table)

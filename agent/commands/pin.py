"""pin: makes the line of the settings file that gives somebody a PIN; keeps nothing itself."""

from pathlib import Path

import click

from agent.errors import SettingsError
from agent.settings import load
from agent.till.pins import hashed, salt_of, whose

ROLES = ("cashier", "manager", "technician", "owner")


@click.command("pin")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="cashier", show_default=True, help="What it opens.")
@click.option(
    "--pin", prompt="PIN (4 to 12 digits)", hide_input=True, confirmation_prompt=True, help="Asked for when not given."
)
@click.pass_obj
def pin_command(file: Path | None, name: str, role: str, pin: str) -> None:
    """Gives NAME (it stands in the audit log: a first name or a number) a PIN for the pages on port 8080.

    Prints the lines for the settings file, and writes nothing: the file is yours. Restart the agent after adding them.
    """
    staff = load(file).page.staff
    taken = whose(pin, {other: one for other, one in staff.items() if other != name})
    if taken:
        raise SettingsError("somebody else has this PIN already", hint="Choose another: the PIN alone says who it is.")
    try:
        line = hashed(pin, salt_of(staff))
    except ValueError as error:
        raise SettingsError(str(error), hint="Choose another.") from error
    click.echo(f'[page.staff.{name}]\nrole = "{role}"\npin = "{line}"')

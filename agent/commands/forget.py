"""forget: erases a customer at their own request: from the ledger and the journal, audited without the phone."""

from pathlib import Path
from typing import Any

import click

from agent.commands.asking import act
from agent.settings import load


@click.command("forget")
@click.argument("who", metavar="PHONE")
@click.option("--yes", is_flag=True, help="Do not ask before it is done.")
@click.pass_obj
def forget_command(file: Path | None, who: str, yes: bool) -> None:
    """Forget a customer, by PHONE (or e-mail), at their own request. It cannot be undone.

    Receipts, amounts and points stay in the store's books; whose they were goes, from the ledger and from the journal.
    Awards that have not left are not sent any more. The loyalty programmes themselves must be asked there.
    """
    settings = load(file)
    found = act(settings, "forget", {"who": who})
    click.echo(_in_words(found))
    if not any(found.values()):
        click.echo("Bytes in the journal that no receipt names are looked for all the same.")
    if not yes:
        click.confirm("Forget them?", abort=True)
    done = act(settings, "forget", {"who": who, "really": True})
    click.echo(f"Forgotten; starred at {done['places']} places of the journal. Ask the loyalty programmes, too:")
    for name, cloud in settings.providers.items():
        click.echo(f"  {name} ({cloud.kind})")
    click.echo("Copies set aside after damage (the folder 'quarantine') are not changed: delete them by hand.")


def _in_words(found: dict[str, Any]) -> str:
    return (
        f"{found['receipts']} receipts, {found['facts']} awards and the like ({found['cancelled']} of them still"
        f" waiting, which will not be sent), {found['cards']} purchases on frequent-buyer cards."
    )

"""sandbox: a loyalty cloud on this machine that speaks a vendor's documented shapes, to try the whole box against."""

import asyncio
import sys

import click
from rich.console import Console

from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.registry import SANDBOXES

PEOPLE = (("+14155550188", "Dana", "Sample"), ("+14155550119", "Robin", "Example"), ("+14155550142", "Kim", "Test"))
"""Made up; 555-01xx belongs to nobody."""
FAULTS = ", ".join(fault.value for fault in Fault)
DOORS = ", ".join(door.value for door in Call)


@click.command("sandbox")
@click.argument("vendor", type=click.Choice(list(SANDBOXES)))
@click.option("--port", default=0, help="Of the cloud; its page is on the next one. 0: the system chooses both.")
@click.option(
    "--misbehave",
    multiple=True,
    metavar="FAULT[@DOOR][=SHARE]",
    help=f"E.g. error_after=0.1, or ignore_filter@members. Faults: {FAULTS}. Doors: {DOORS}. May be repeated.",
)
@click.option("--members", default=len(PEOPLE), show_default=True, help="How many made-up members it begins with.")
@click.option("--seed", default=0, help="Which calls go wrong; the same number, the same calls.")
@click.option("--urls", is_flag=True, help="Print only the two addresses, for scripts; begin with no members.")
def sandbox_command(  # noqa: PLR0917 - one argument an option
    vendor: str, port: int, misbehave: tuple[str, ...], members: int, seed: int, urls: bool
) -> None:
    """A loyalty cloud on this machine, to try the whole box in an afternoon.

    \b
      tillpost sandbox sessionm                               prints the lines for tillpost.toml
      tillpost sandbox astro --misbehave expired_token=0.05   and misbehaves as you like

    It speaks VENDOR's documented shapes over real HTTP on loopback, keeps everything in memory, and shows its ledger
    (members, points, calls) on a page. Nothing leaves this machine.
    """
    orders = [_order(text) for text in misbehave]
    cloud = SANDBOXES[vendor](seed=seed, port=port)
    for fault, door, share in orders:
        cloud.misbehaviour.order(fault, call=door, left=None, share=share)
    for phone, first, last in () if urls else PEOPLE[:members]:
        cloud.book.sign_up(phone=phone, first_name=first, last_name=last, points=100, wallet=2000)
    try:
        asyncio.run(_serve(cloud, urls=urls))
    except KeyboardInterrupt:
        return


def _order(text: str) -> tuple[Fault, Call, float]:
    what, _, share = text.partition("=")
    name, _, door = what.partition("@")
    if name not in list(Fault):
        raise click.BadParameter(f"there is no fault {name!r}; there are: {FAULTS}", param_hint="--misbehave")
    if door and door not in list(Call):
        raise click.BadParameter(f"there is no door {door!r}; there are: {DOORS}", param_hint="--misbehave")
    try:
        return Fault(name), Call(door or "facts"), float(share or 1)
    except ValueError as error:
        raise click.BadParameter(f"{share!r} is no share; 0.1 is every tenth", param_hint="--misbehave") from error


async def _serve(cloud: SandboxCloud, *, urls: bool) -> None:
    async with cloud:
        if urls:
            print(cloud.url, cloud.control_url, sep="\n", flush=True)  # noqa: T201 - what the caller waits for
        else:
            _introduce(cloud)
            sys.stdout.flush()
        await asyncio.Event().wait()


def _introduce(cloud: SandboxCloud) -> None:
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(f"{cloud.vendor} sandbox at {cloud.url}; its ledger: {cloud.control_url}\n")
    console.print("Put this into tillpost.toml, then: tillpost run\n")
    console.print(f'[providers.club]\n{cloud.settings().rstrip()}\n\n[programmes.points]\nprovider = "club"\n')
    for member in cloud.book.members.values():
        console.print(f"member {member.id}: {member.first_name} {member.last_name}, {member.phone}")
    console.print("\nCtrl-C ends it; nothing is kept.")

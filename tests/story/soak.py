"""soak: runs one long story by hand and prints what came of it; exit code 1 when a promise broke."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.firmware_bridge import day
from tests.story import clouds, kills

Told = Callable[[str], None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/soak", description="Long stories, run by hand.")
    stories = parser.add_subparsers(dest="story", required=True)
    killing = stories.add_parser("kills", help="kill -9 of agent and tap at random moments while a till prints")
    killing.add_argument("--agent", type=int, default=50)
    killing.add_argument("--tap", type=int, default=20)
    listening = stories.add_parser(
        "wire-tap", help="a day at a wire tap in simulated time, with everything going wrong"
    )
    listening.add_argument("--receipts", type=int, default=10_000)
    noise = stories.add_parser("wire-tap-noise", help="random bytes at either side of the wire tap's link")
    noise.add_argument("--bytes", type=int, default=10_000_000)
    sending = stories.add_parser("clouds", help="thousands of awards to misbehaving sandbox clouds")
    sending.add_argument("vendors", nargs="*", metavar="VENDOR", help=f"of {', '.join(clouds.STORIES)}; all when none")
    sending.add_argument("--receipts", type=int, default=10_000)
    for story in (killing, listening, noise, sending):
        story.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.story in STORIES:
        return _tell(chosen)
    unknown = set(chosen.vendors) - set(clouds.STORIES)
    if unknown:
        sending.error(f"no such vendor: {', '.join(sorted(unknown))}; there are: {', '.join(clouds.STORIES)}")
    return _send(chosen.vendors or list(clouds.STORIES), chosen.receipts, chosen.seed)


def _tell(chosen: argparse.Namespace) -> int:
    console = Console(highlight=False)
    with console.status("under way") as status:
        outcome = STORIES[chosen.story](chosen, console, status.update)
    table = Table("", "", title=chosen.story, show_header=False)
    for name in type(outcome).__dataclass_fields__:
        table.add_row(name.replace("_", " "), str(getattr(outcome, name)))
    console.print(table)
    return 0 if outcome.clean else 1


def _send(vendors: list[str], receipts: int, seed: int) -> int:
    console = Console(highlight=False, width=130)
    names = [name for name in clouds.Outcome.__dataclass_fields__ if name != "misbehaved"]
    table = Table(*names, "verdict", title="awards to clouds that misbehave")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    clean = True
    with Progress(*columns, TextColumn("{task.fields[words]}"), console=console) as progress:
        for vendor in vendors:
            task = progress.add_task(vendor, total=receipts, words="")
            outcome = asyncio.run(_one(vendor, receipts, seed, progress, task))
            clean = clean and outcome.clean
            verdict = "holds" if outcome.clean else "BROKEN"
            cells = [getattr(outcome, name) for name in names]
            shown = [f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in cells]
            table.add_row(*shown, verdict, style="" if outcome.clean else "bold red")
            console.print(f"{vendor}: {verdict}, {dict(zip(names, shown, strict=True))}", markup=False)
            done = ", ".join(f"{fault} {times}" for fault, times in outcome.misbehaved.items())
            console.print(f"{vendor} misbehaved: {done}", markup=False)
    console.print(table)
    return 0 if clean else 1


async def _one(vendor: str, receipts: int, seed: int, progress: Progress, task: object) -> clouds.Outcome:
    def told(finished: int, words: str) -> None:
        progress.update(task, completed=finished, words=words)  # type: ignore[arg-type]

    with tempfile.TemporaryDirectory(prefix="tillpost-soak-") as folder:
        return await clouds.play(vendor, Path(folder), receipts, seed, told)


def _kills(chosen: argparse.Namespace, console: Console, told: Told) -> kills.Outcome:
    with tempfile.TemporaryDirectory(prefix="tillpost-soak-") as folder:
        outcome = asyncio.run(kills.play(Path(folder), agent=chosen.agent, tap=chosen.tap, seed=chosen.seed, told=told))
        if not outcome.clean:
            console.print((Path(folder) / "box.log").read_text()[-6000:], markup=False)
    return outcome


def _wire_tap(chosen: argparse.Namespace, _: Console, told: Told) -> day.Day:
    return day.play(chosen.receipts, chosen.seed, told)


def _noise(chosen: argparse.Namespace, _: Console, told: Told) -> day.Noise:
    return day.make_noise(chosen.bytes, chosen.seed, told)


STORIES: dict[str, Callable[[argparse.Namespace, Console, Told], kills.Outcome | day.Day | day.Noise]] = {
    "kills": _kills,
    "wire-tap": _wire_tap,
    "wire-tap-noise": _noise,
}


if __name__ == "__main__":
    sys.exit(main())

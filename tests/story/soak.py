"""soak: runs one long story by hand and prints what came of it; exit code 1 when a promise broke."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.story import kills


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/soak", description="Long stories, run by hand.")
    stories = parser.add_subparsers(dest="story", required=True)
    killing = stories.add_parser("kills", help="kill -9 of agent and tap at random moments while a till prints")
    killing.add_argument("--agent", type=int, default=50)
    killing.add_argument("--tap", type=int, default=20)
    killing.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="tillpost-soak-") as folder, console.status("printing") as status:
        outcome = asyncio.run(
            kills.play(Path(folder), agent=chosen.agent, tap=chosen.tap, seed=chosen.seed, told=status.update)
        )
        if not outcome.clean:
            console.print((Path(folder) / "box.log").read_text()[-6000:], markup=False)
    table = Table("", "", title="killed and killed again", show_header=False)
    for name in kills.Outcome.__dataclass_fields__:
        table.add_row(name.replace("_", " "), str(getattr(outcome, name)))
    console.print(table)
    return 0 if outcome.clean else 1


if __name__ == "__main__":
    sys.exit(main())

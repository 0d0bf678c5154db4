"""__main__: the command line; finds the settings, runs one command, turns our errors into words with a hint."""

import sys
from pathlib import Path

import click
from rich.console import Console

from agent import __version__
from agent.commands import COMMANDS
from agent.errors import TillpostError

HELP = """tillpost reads what the till prints, works out the loyalty award and delivers it exactly once.

\b
  First look:      tillpost doctor            checks this box and says what to do
  Run by hand:     tillpost run               tap and agent together, as systemd would run them
  What was read:   tillpost receipts          then: tillpost show 12
  What waits, why: tillpost queue             the day's account: tillpost day
  Try a capture:   tillpost read job.bin      stores nothing
"""


@click.group(help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="tillpost")
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="TILLPOST_SETTINGS",
    help="The settings file.  [default: /etc/tillpost/tillpost.toml]",
)
@click.pass_context
def cli(context: click.Context, file: Path | None) -> None:
    context.obj = file


for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Entry point; exit code 0 done, 1 an error told in words, 2 wrong usage."""
    try:
        cli.main(prog_name="tillpost", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except TillpostError as error:
        console = Console(stderr=True, highlight=False, soft_wrap=True)
        console.print(f"[bold red]tillpost:[/] {error}", f"[bold]  → {error.hint}[/]", sep="\n")
        sys.exit(1)


if __name__ == "__main__":
    main()

"""drawn: takes print events, writes the paper they print into a PNG file and says so; reads nothing."""

from collections.abc import Sequence
from pathlib import Path

import click

from agent.drawing import draw
from agent.errors import TillpostError
from agent.print_events import PrintEvent


def write_drawing(events: Sequence[PrintEvent], width_dots: int, png: Path) -> None:
    """Raises TillpostError when the file cannot be written."""
    drawing = draw(events, width_dots)
    try:
        png.write_bytes(drawing.png())
    except OSError as error:
        raise TillpostError(
            f"{png} could not be written: {error.strerror}", hint="Name a folder that is there."
        ) from error
    click.echo(f"{png}: {drawing.image.width} x {drawing.image.height} dots")
    for note in drawing.notes:
        click.echo(f"  {note}")

"""glyphs: what is known of the letters that a till prints as pictures: shown, written to a file, or forgotten."""

from collections import Counter
from pathlib import Path
from zlib import crc32

import click
from rich.console import Console
from rich.table import Table

from agent.errors import TillpostError
from agent.pictures.glyphs import Glyphs
from agent.places import Places
from agent.raster import Notebook
from agent.settings import Settings, load

LATEST = 10
NOT_KNOWN_LAST = "\U0010ffff"


@click.command("glyphs")
@click.argument("lane", required=False)
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write the lane's signs to this file.")
@click.option("--forget", is_flag=True, help="Forget the lane's signs; they are learnt anew from its next receipts.")
@click.pass_obj
def glyphs_command(file: Path | None, lane: str | None, export: Path | None, forget: bool) -> None:
    """The letters of tills that print receipts as pictures, and how each was learnt.

    \b
    tillpost glyphs                        every lane, and how much of its font is known
    tillpost glyphs till-1                 each sign of till-1: what it means, why, and how often it was seen
    tillpost glyphs till-1 --export FILE   for `tillpost read --glyphs FILE`, or to look at
    tillpost glyphs till-1 --forget        after the POS got another font
    """
    settings = load(file)
    glyphs = Glyphs(Places(settings).glyphs)
    if lane is None:
        if export or forget:
            raise TillpostError("which lane?", hint=f"One of: {', '.join(_lanes(settings))}.")
        _list(glyphs, settings)
        return
    if lane not in _lanes(settings):
        raise TillpostError(f"there is no lane {lane!r}", hint=f"One of: {', '.join(_lanes(settings))}.")
    if forget:
        known = glyphs.forget(lane)
        click.echo(f"{lane}: forgotten." if known else f"{lane}: nothing was known.")
    elif export:
        _write(glyphs.notebook(lane), export)
    else:
        _show(glyphs.notebook(lane))


def _lanes(settings: Settings) -> list[str]:
    return [lane.name for lane in settings.tap_lanes()]


def _list(glyphs: Glyphs, settings: Settings) -> None:
    table = Table("lane", "signs known", "sure digits", "not known yet", "receipts", "lessons", box=None)
    for lane in _lanes(settings):
        notebook = glyphs.notebook(lane)
        known = notebook.dictionary.known
        digits = {known[key] for key in notebook.dictionary.sure_digits}
        unknown = len(notebook.ballots) - len(known)
        numbers = (len(known), len(digits), unknown, len(notebook.taught_by), notebook.version)
        table.add_row(lane, *map(str, numbers))
    Console().print(table)


def _show(notebook: Notebook) -> None:
    console, dictionary = Console(), notebook.dictionary
    table = Table("sign", "dots", "means", "known by", "taken for", "receipts", box=None)
    by_meaning = sorted(notebook.ballots.items(), key=lambda one: dictionary.known.get(one[0], NOT_KNOWN_LAST))
    for key, ballot in by_meaning:
        means = dictionary.known.get(key)
        sure = " (sure)" if key in dictionary.sure_digits else ""
        why = notebook.lesson.why.get(key, "") + sure
        said = " ".join(f"{text}:{count}" for text, count in Counter(ballot.taken_for).most_common(4))
        size = f"{key.width} x {key.foot if key.is_drawing else key.height}"
        shown = "not known" if means is None else means or "(an ornament)"
        table.add_row(_number(key.to_text()), size, shown, why, said, str(ballot.receipts))
    console.print(table)
    for entry in notebook.history[-LATEST:]:
        learnt = " ".join(entry.learnt) or "nothing new"
        console.print(f"lesson {entry.version}, {entry.at:%Y-%m-%d %H:%M}, receipt at {entry.receipt}: {learnt}")


def _number(sign: str) -> str:
    """A short name for a sign, the same on every box."""
    return f"{crc32(sign.encode()):08x}"


def _write(notebook: Notebook, export: Path) -> None:
    try:
        export.write_text(notebook.to_json(), encoding="utf-8")
    except OSError as error:
        raise TillpostError(f"{export} could not be written: {error.strerror}", hint="Name another folder.") from error
    click.echo(f"{export}: {len(notebook.dictionary.known)} signs, lesson {notebook.version}")

"""teach: proposes a receipt format from a few receipts of a till, shows each beside its reading, writes the file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn

from agent.commands.asking import ask
from agent.commands.formats import chosen_format
from agent.commands.show import paper_of
from agent.commands.showing import side_by_side
from agent.errors import TillpostError
from agent.formats import Format, StoreContext, format_from_text, load_format
from agent.formats.format_file import NAME_re
from agent.paper import lay_out
from agent.reading import as_json, context_of, events_of, jobs_in_file, lane_for_file, proof_as_json
from agent.settings import Settings, load
from agent.taps.lane import DialectName
from agent.teaching import FIELDS, Lesson, Proposal, Sample, as_toml, propose, read_all
from agent.wrapping import wrapping_of

FEWEST, MOST = 3, 12


@click.command("teach")
@click.argument("name")
@click.argument("receipts", nargs=-1, required=True)
@click.option(
    "--label", "labels", multiple=True, metavar="ROLE='WORDS'", help="What these words stand beside, repeatable."
)
@click.option("--extends", default="generic", show_default=True, help="The format it builds on.")
@click.option("--yes", is_flag=True, help="Ask nothing: write it if every receipt is proven, else say why not.")
@click.option("--replace", "again", is_flag=True, help="Write over a format of this name.")
@click.pass_obj
def teach_command(  # noqa: PLR0917 - click hands options over by name
    file: Path | None,
    name: str,
    receipts: tuple[str, ...],
    labels: tuple[str, ...],
    extends: str,
    yes: bool,
    again: bool,
) -> None:
    """Propose a format called NAME from three to five RECEIPTS of one till: captured files, or numbers of receipts.

    It works out what the till calls the total, the subtotal, the tax, the receipt's number and the customer, how it
    writes dates and amounts, and shows every receipt beside its reading. What is wrong is corrected by pointing at the
    line, or by --label. Nothing is written before every receipt is proven by it.

    \b
      tillpost teach shop 12 15 31
      tillpost teach shop a.bin b.bin c.bin --label total='zum mitnehmen' --label number='zettel' --yes
    """
    settings, console = load(file), Console()
    path = _path(settings, name, again=again)
    samples = list(_samples(settings, receipts))
    base, given = chosen_format(extends, settings), _given(labels)
    proposal = _proposed(samples, base, context_of(settings.store), given, console)
    while True:
        _show(samples, proposal, console)
        if yes or _is_right(proposal):
            break
        given = _corrected(given, samples)
        proposal = _proposed(samples, base, context_of(settings.store), given, console)
    _refuse_what_is_not_proven(proposal, with_doubts=yes)
    _write(path, as_toml(proposal.lesson, name, extends, len(samples)), settings, samples, proposal)
    console.print(f"\n[green]written:[/] {path}, and all {len(samples)} receipts are proven by it")
    _say_how_to_switch(settings, name, console)


# ---- what is taught from ------------------------------------------------------------------------


def _path(settings: Settings, name: str, *, again: bool) -> Path:
    """Raises TillpostError for a name that cannot be one, or that is taken."""
    if not NAME_re.fullmatch(name):
        raise TillpostError(f"{name!r} cannot be a format's name", hint="Use letters, digits, - and _ only.")
    path = settings.device.formats_folder / f"{name}.toml"
    if path.exists() and not again:
        raise TillpostError(f"{path} is there already", hint="Choose another name, or write over it: --replace.")
    return path


def _samples(settings: Settings, receipts: Sequence[str]) -> Iterator[Sample]:
    if not FEWEST <= len(receipts) <= MOST:
        said = "1 receipt was" if len(receipts) == 1 else f"{len(receipts)} receipts were"
        hint = "Choose three to five different sales of one till: cash, card, a discount, a customer."
        raise TillpostError(f"{said} given; {FEWEST} to {MOST} are needed", hint=hint)
    for text in receipts:
        yield _from_box(settings, int(text)) if text.isdecimal() and not Path(text).exists() else _from_file(text)


def _from_box(settings: Settings, number: int) -> Sample:
    row = ask(settings, "receipt", id=number)
    lines = paper_of(settings, row)
    if lines is None:
        raise TillpostError(
            f"the journal no longer holds receipt {number}", hint="Choose a later one, or a captured file."
        )
    return Sample(f"receipt {number}", tuple(lines))


def _from_file(name: str) -> Sample:
    """The first job in the file that prints text."""
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        hint = "Give captured files, or numbers from 'tillpost receipts'."
        raise TillpostError(f"{name}: {error.strerror}", hint=hint) from error
    lane = lane_for_file(name, DialectName.AUTO, "cp437", "generic", wrapping_of(data))
    for job in jobs_in_file(data, lane):
        lines = tuple(line.text for line in lay_out(events_of(job, lane.dialect)).lines)
        if any(character.isalnum() for line in lines for character in line):
            return Sample(Path(name).name, lines)
    raise TillpostError(f"{name} prints no text", hint="A receipt in pixels needs its font learnt, not a format.")


def _given(labels: Sequence[str]) -> Lesson:
    lesson = Lesson()
    for text in labels:
        field, sign, phrase = text.partition("=")
        if not sign:
            raise click.BadParameter(f"{text!r} is not ROLE='WORDS'", param_hint="--label")
        lesson = lesson.saying(field.strip(), phrase.strip().strip("'\""))
    return lesson


# ---- proposing and correcting -------------------------------------------------------------------


def _proposed(
    samples: Sequence[Sample], base: Format, context: StoreContext, given: Lesson, console: Console
) -> Proposal:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as progress:
        task, tried = progress.add_task("reading", total=None), 0

        def say(_: int, __: int) -> None:
            nonlocal tried
            tried += 1
            if tried % 10 == 1:
                progress.update(task, description=f"{tried} ways of understanding its words tried")

        return propose(samples, base, context, given, say)


def _show(samples: Sequence[Sample], proposal: Proposal, console: Console) -> None:
    for sample, reading in zip(samples, proposal.readings, strict=True):
        numbered = [f"{number:3}  {line}" for number, line in enumerate(sample.lines, start=1)]
        console.print(side_by_side(sample.name, numbered, as_json(reading) | {"proof": proof_as_json(reading)}))
    for role, phrase in proposal.lesson.labels:
        console.print(f"  '{phrase}' is the {role.value.replace('_', ' ')}")
    for field, phrase in proposal.lesson.identifiers:
        console.print(f"  '{phrase}' stands before the {field}")
    for phrase in proposal.lesson.customer:
        console.print(f"  '{phrase}' stands before the customer")
    if proposal.lesson.says_nothing:
        console.print("  the format it builds on reads these receipts as they are")
    for fault in (*proposal.faults, *proposal.doubts):
        console.print(f"[yellow]look[/]  {fault}")


def _is_right(proposal: Proposal) -> bool:
    """A person's word; without one that can be given, the next step is a correction."""
    if not proposal.is_good:
        click.echo("Not every receipt is proven yet.")
        return False
    return click.confirm("Is every receipt read right?", default=True)


def _corrected(given: Lesson, samples: Sequence[Sample]) -> Lesson:
    """One more thing a person knows: what, on which receipt, in which line."""
    field = click.prompt("What is wrong or missing", type=click.Choice(FIELDS), show_choices=False, default="total")
    number = 1
    if len(samples) > 1:
        names = ", ".join(f"{n} {sample.name}" for n, sample in enumerate(samples, start=1))
        number = click.prompt(f"On which receipt ({names})", type=click.IntRange(1, len(samples)), default=1)
    lines = samples[number - 1].lines
    at = click.prompt(f"Number of the line that carries the {field}", type=click.IntRange(1, len(lines)))
    words = _words_of(lines[at - 1])
    said = click.prompt("Its words", default=words) if words else click.prompt("Its words")
    return given.saying(field, said)


def _words_of(line: str) -> str:
    """What stands before the first figure: 'Zum Mitnehmen   3,50' → 'Zum Mitnehmen'."""
    at = next((number for number, character in enumerate(line) if character.isdigit()), len(line))
    return " ".join(line[:at].split()).strip(" .:#")


# ---- writing --------------------------------------------------------------------------------------


def _refuse_what_is_not_proven(proposal: Proposal, *, with_doubts: bool) -> None:
    """With --yes nobody has looked, so a meaning that may be chance is a fault, too."""
    faults = (*proposal.faults, *(proposal.doubts if with_doubts else ()))
    if faults:
        raise TillpostError(
            "no format was written: " + "; ".join(faults),
            hint="Name what words are (--label total='…'), add receipts, or leave out what is no sale of this till.",
        )


def _write(path: Path, text: str, settings: Settings, samples: Sequence[Sample], proposal: Proposal) -> None:
    """Only after the text itself was read back and gives the very same readings."""
    form = format_from_text(text, path.name, settings.device.formats_folder)
    papers = [sample.lines for sample in samples]
    if read_all(papers, form, context_of(settings.store)) != proposal.readings:
        raise TillpostError("the written format reads otherwise than the proposal", hint="Please report this.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TillpostError(f"{path}: {error.strerror}", hint="Run it as a user who may write there.") from error
    load_format(path.stem, path.parent)


def _say_how_to_switch(settings: Settings, name: str, console: Console) -> None:
    lanes = ", ".join(f"[lanes.{lane}]" for lane in settings.lanes) or "its [lanes.NAME]"
    console.print(
        f'Switch the lane to it: format = "{name}" under {lanes} in the settings, and restart the agent.\n'
        "What was held until now: tillpost replay, then tillpost replay --apply.",
        markup=False,
    )

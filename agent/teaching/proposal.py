"""proposal: takes receipts of one till and what a person said of them, gives the lesson and each one's reading."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.formats.agreement import contradictions
from agent.formats.context import StoreContext
from agent.formats.form import Format
from agent.formats.roles import Role
from agent.receipt import Receipt
from agent.teaching.habits import habits
from agent.teaching.labels import Progress, Search, is_proven, read_all
from agent.teaching.lesson import Lesson


@dataclass(frozen=True, slots=True)
class Sample:
    """One receipt as paper; `name` as a person knows it: a file, or the number of a receipt."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """`faults`: why the format must not be used as it is, each in words; none: every receipt is proven by it."""

    lesson: Lesson
    form: Format
    readings: tuple[Receipt, ...]
    faults: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    """What only a person can confirm."""

    @property
    def is_good(self) -> bool:
        return not self.faults


def propose(
    samples: Sequence[Sample], base: Format, context: StoreContext, given: Lesson, progress: Progress
) -> Proposal:
    """What the receipts need beyond `base`. `given`: what a person said, which is never overruled."""
    papers = [sample.lines for sample in samples]
    readings = read_all(papers, given.over(base), context)
    lesson = habits(papers, readings, given.over(base), context, given)
    search = Search(papers, base, context, progress)
    found = search.run(lesson)
    form = found.lesson.over(base)
    faults = (*_faults(samples, found.readings), *contradictions(form, context))
    if found.others:
        faults = (*faults, _ambiguous(found.lesson, found.others))
    doubts = [*(_rarely(*one) for one in found.rare), *map(_without_meaning, search.without_meaning(found))]
    return Proposal(found.lesson, form, found.readings, faults, tuple(doubts))


def _faults(samples: Sequence[Sample], readings: Sequence[Receipt]) -> list[str]:
    faults = [
        f"{sample.name}: {reading.kind.value.replace('_', ' ')}, {reading.state.value}: {reading.reason}"
        for sample, reading in zip(samples, readings, strict=True)
        if not is_proven(reading)
    ]
    if len({sample.lines for sample in samples}) < len(samples):
        faults.append("one receipt was given twice: leave out the copy")
    numbers = [reading.number for reading in readings if is_proven(reading)]
    if any(numbers) and len(set(numbers)) < len(numbers):
        faults.append("several receipts have the same number, or none: name its label, or leave out the copies")
    phones = {reading.phone for reading in readings}
    if len(readings) > 1 and len(phones) == 1 and None not in phones:
        faults.append("the same phone is the customer's on every receipt: it may be the store's own")
    return faults


def _ambiguous(lesson: Lesson, others: Sequence[Lesson]) -> str:
    ways = [_in_words(one, lesson) for one in (lesson, *others[:3])]
    return "several meanings prove these receipts, with different amounts: " + "; or ".join(ways)


def _rarely(role: Role, phrase: str) -> str:
    return (
        f"'{phrase}' as the {role.value.replace('_', ' ')} stands on some receipts only and may prove them by chance:"
        f" if it is right, say --label {role.value}='{phrase}'"
    )


def _without_meaning(word: str) -> str:
    return (
        f"'{word}' stands beside an amount on every receipt and has no meaning yet: say --label ROLE='{word}',"
        " or info where it is part of no sum"
    )


def _in_words(lesson: Lesson, beside: Lesson) -> str:
    new = [one for one in lesson.labels if one not in beside.labels] or list(lesson.labels[-1:])
    return ", ".join(f"'{phrase}' is the {role.value.replace('_', ' ')}" for role, phrase in new)

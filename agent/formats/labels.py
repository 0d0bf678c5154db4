"""labels: takes the words beside an amount, gives what the amount is by name; looks at no number."""

from dataclasses import dataclass
from functools import lru_cache

from agent.formats.form import Format
from agent.formats.roles import SUMS, TAXES, Role

MAX_QUALIFIERS = 4
"""Words in front of 'tax' or 'total' that still name one: 'Castro Valley Sales Tax', 'Example Gift Card'."""
QUALIFIED = SUMS | TAXES | {Role.FEE, Role.DISCOUNT, Role.DISCOUNT_TOTAL, Role.TIP, Role.TENDER}


@dataclass(frozen=True, slots=True)
class Said:
    """`sure`: the words say this and nothing else. Unsure words may as well be an article's name ('Tip Top Bread')."""

    role: Role
    sure: bool


NOTHING_SAID = Said(Role.LINE, sure=True)


@lru_cache(maxsize=8192)
def what_is_said(words: str, form: Format) -> Said:
    """The first label that explains all the words; else the first that explains some, unsure; else an article."""
    unsure: Said | None = None
    for label in form.labels if words else ():
        for match in label.pattern.finditer(words):
            before, after = words[: match.start()].split(), words[match.end() :].split()
            if form.filler.issuperset(after) and _names_it(label.role, before, form) and not _is_change(before, form):
                return Said(label.role, sure=True)
            unsure = unsure or Said(label.role, sure=False)
    return unsure or NOTHING_SAID


def _is_change(before: list[str], form: Format) -> bool:
    """'Rückgeld BAR 4,22': the payment's name behind says in what the change was given."""
    return bool(before) and what_is_said(" ".join(before), form) == Said(Role.CHANGE, sure=True)


def _names_it(role: Role, before: list[str], form: Format) -> bool:
    return form.filler.issuperset(before) or (role in QUALIFIED and len(before) <= MAX_QUALIFIERS)

"""entries: takes the lines of a receipt, gives its amounts, each with its label; adds nothing up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from agent.formats.amounts import Amount, NumberStyle, find_amounts
from agent.formats.form import Format
from agent.formats.labels import NOTHING_SAID, Said, what_is_said
from agent.formats.roles import SUMS, TAXES, Role
from agent.formats.words import plain

MAX_PROSE = 2
"""More words than this behind an amount make the line prose ('spend 5.00 or more and…'), not a sum."""
MAX_ROW_WORDS = 3
_PERCENT_re = re.compile(r"(\d{1,2}(?:[.,]\d{1,4})?)\s?%")
_PRICE_EACH_re = re.compile(r"^\W*(\d{1,3})\s?(?:[xX×@]|pcs?|st)\W", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """One amount in its place: `value` in minor units as printed, `others` the amounts before it on the same line."""

    line: int
    label: str
    words: str
    role: Role
    sure: bool
    value: int
    others: tuple[int, ...] = ()
    percent: Decimal | None = None
    end: int = 0
    """Column where the amount ends."""


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A row of a tax table: the amounts as printed, in order."""

    line: int
    percent: Decimal | None
    amounts: tuple[int, ...]
    is_sum: bool


@dataclass(frozen=True, slots=True)
class PriceNote:
    """'2 @ 1.89 ea' on a line of its own: says how many of the article before or behind it."""

    line: int
    quantity: int
    price: int


@dataclass(frozen=True, slots=True)
class Printed:
    entries: tuple[Entry, ...]
    tax_rows: tuple[TaxRow, ...]
    notes: tuple[PriceNote, ...]


@dataclass(slots=True)
class _Above:
    """What the lines above say about the next one."""

    text: str = ""
    role: Role = Role.LINE
    suggestions: bool = False
    tax_table: bool = False
    summed: bool = False
    """A subtotal or total was printed: what follows is no article list."""


def read_entries(lines: Sequence[str], form: Format, style: NumberStyle) -> Printed:
    """Every labelled amount from top to bottom. `lines` with dates and times blanked."""
    entries: list[Entry] = []
    rows: list[TaxRow] = []
    notes: list[PriceNote] = []
    above = _Above()
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        amounts = find_amounts(line, style)
        paid = [amount for amount in amounts if not amount.unit]
        if not paid:
            notes.extend(_note(number, line, amounts))
            _remember_text(above, line, form)
            continue
        row = _tax_row(number, line, paid, above, form)
        if row:
            rows.append(row)
            continue
        above.tax_table = above.tax_table and len(paid) > 1
        found = list(_entries_on(number, line, paid, above, form))
        entries.extend(found)
        _remember_entries(above, found, line[paid[-1].end :])
    return Printed(tuple(_without_tip_tables(entries)), tuple(rows), tuple(notes))


def _note(number: int, line: str, amounts: Sequence[Amount]) -> Iterator[PriceNote]:
    match = _PRICE_EACH_re.match(line)
    if match and amounts:
        yield PriceNote(number, int(match[1]), amounts[-1].value)


# ---- what stands above --------------------------------------------------------------------------


def _remember_text(above: _Above, line: str, form: Format) -> None:
    words = plain(line)
    if not words:
        digits = any(character.isalnum() for character in line)
        above.text = above.text if digits else ""  # a bar code is nobody's label and takes none away; a rule does
        return
    said = what_is_said(words, form)
    above.text, above.role = line.strip(), said.role if said.sure else Role.LINE
    above.suggestions = above.suggestions or (said.sure and said.role in (Role.INFO, Role.TIP))
    names_table = above.summed and form.tax.tax.search(words) and form.tax.table.search(words)
    above.tax_table = bool(names_table) or (above.tax_table and len(words) < 12)


def _remember_entries(above: _Above, found: Sequence[Entry], behind: str) -> None:
    above.text = behind.strip() if len(behind.strip()) > 2 else ""
    if found:
        above.role = found[-1].role
        above.suggestions = above.role is Role.INFO
        above.summed = above.summed or any(entry.role in SUMS and entry.sure for entry in found)


def _tax_row(number: int, line: str, paid: Sequence[Amount], above: _Above, form: Format) -> TaxRow | None:
    """A row has two or more amounts, and stands under a tax heading or names a tax itself."""
    if len(paid) < 2:
        return None
    label = line[: paid[0].start]
    words = plain(label)
    said = what_is_said(words, form)
    between = [plain(line[one.end : two.start]) for one, two in pairwise(paid)]
    names_tax = said.role in TAXES and said.sure
    if any(between):
        named = any(what_is_said(label, form).role in TAXES for label in (words, *between))
        return _labelled_row(number, line, paid) if named and above.summed else None
    percent = _percent(line[: paid[-1].start])
    looks_like_one = above.summed and percent is not None
    if not (above.tax_table or names_tax or looks_like_one) or len(words.split()) > MAX_ROW_WORDS:
        return None
    is_sum = said.role in (Role.TOTAL, Role.TAX_TOTAL, Role.SUBTOTAL)
    return TaxRow(number, percent, tuple(amount.value for amount in paid), is_sum)


def _labelled_row(number: int, line: str, paid: Sequence[Amount]) -> TaxRow | None:
    """'A 19%  net 7.06  tax 1.34  gross 8.40' below the total: each column says what it is, and they add up."""
    values = tuple(amount.value for amount in paid)
    if len(values) != 3 or 2 * max(values) != sum(values):
        return None
    return TaxRow(number, _percent(line[: paid[0].start]), values, is_sum=False)


# ---- the amounts of one line ------------------------------------------------------------------------


def _entries_on(number: int, line: str, paid: Sequence[Amount], above: _Above, form: Format) -> Iterator[Entry]:
    for group in _groups(line, paid, form):
        start, amounts = group
        label, value = line[start : amounts[-1].start], amounts[-1].value
        words = _words_beside(line[start : amounts[0].start], form)
        others = tuple(amount.value for amount in amounts[:-1])
        entry = Entry(number, label.strip(), words, Role.LINE, True, value, others, _percent(label), amounts[-1].end)
        tail = plain(line[amounts[-1].end :]) if amounts[-1] is paid[-1] else ""
        yield from _named(entry, tail, above, form)


def _words_beside(label: str, form: Format) -> str:
    """The words of the column next to the amount when they name it ('ITEM COUNT 2    CHANGE 3.00'), else all."""
    columns = [column for column in re.split(r"\s{3,}|\t", label.strip()) if plain(column)]
    if len(columns) > 1:
        said = what_is_said(plain(columns[-1]), form)
        if (
            said.sure
            and said.role not in (Role.LINE, Role.INFO)
            and not form.filler.issuperset(plain(columns[-1]).split())
        ):
            return plain(columns[-1])
    return plain(label)


def _groups(line: str, paid: Sequence[Amount], form: Format) -> list[tuple[int, list[Amount]]]:
    """Amounts that share a label; a sure label between two amounts begins a new group ('TAX 3.68 BAL 77.18')."""
    groups = [(0, [paid[0]])]
    for before, amount in pairwise(paid):
        words = plain(line[before.end : amount.start])
        said = what_is_said(words, form) if words else NOTHING_SAID
        if said.sure and said.role is not Role.LINE:
            groups.append((before.end, [amount]))
        else:
            groups[-1][1].append(amount)
    return groups


def _named(entry: Entry, tail: str, above: _Above, form: Format) -> Iterator[Entry]:
    """The entry with its role by its own words, else by the words above it; nothing where the line is prose."""
    said = what_is_said(entry.words, form)
    if tail and what_is_said(tail, form).role is Role.INFO and what_is_said(tail, form).sure:
        said = Said(Role.INFO, sure=True)  # '0.96 points earned'
    elif len(tail.split()) > MAX_PROSE and not (said.sure and said.role is not Role.LINE):
        return
    if form.unit_words.issuperset(entry.words.split()):
        yield _named_from_above(entry, above, form)
        return
    if above.suggestions and said.role in (Role.TIP, Role.LINE, Role.TOTAL, Role.INFO) and entry.percent is not None:
        said = Said(Role.INFO, sure=True)
    if said.role is Role.TIP and (entry.others or entry.label.count("%") > 1):
        said = Said(Role.INFO, sure=True)
    yield replace(entry, role=said.role, sure=said.sure)


def _named_from_above(entry: Entry, above: _Above, form: Format) -> Entry:
    """An amount without words of its own: a wrapped line, a percentage in a table, a column of numbers."""
    if entry.percent is not None:
        role = Role.INFO if above.suggestions or above.role in (Role.INFO, Role.TIP) else above.role
        return replace(entry, role=role if role in TAXES | {Role.INFO} else Role.LINE)
    words = plain(above.text)
    if any(character.isdigit() for character in entry.label) or entry.others:
        return replace(entry, label=f"{above.text} {entry.label}".strip(), words=words)
    said = what_is_said(words, form)
    return replace(entry, label=above.text, words=words, role=said.role, sure=said.sure)


def _without_tip_tables(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Two tips with different percentages are suggestions: nobody pays both."""
    suggested = {entry.percent for entry in entries if entry.role is Role.TIP and entry.percent is not None}
    for entry in entries:
        is_one = len(suggested) > 1 and entry.role is Role.TIP and entry.percent is not None
        yield replace(entry, role=Role.INFO) if is_one else entry


def percentages(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", ".")) for found in _PERCENT_re.findall(text)]


def _percent(text: str) -> Decimal | None:
    match = _PERCENT_re.search(text)
    return Decimal(match[1].replace(",", ".")) if match else None

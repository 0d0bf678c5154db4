"""entries: takes the lines of a receipt, gives its amounts, each with its label; adds nothing up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from agent.formats.amounts import Amount, NumberStyle, find_amounts
from agent.formats.form import Format
from agent.formats.labels import NOTHING_SAID, Said, what_is_said
from agent.formats.percentages import percentage
from agent.formats.printed import Entry, PriceNote, Printed, TaxRow
from agent.formats.roles import PAYMENT, SUMS, TAXES, Role
from agent.formats.tax_rows import is_fee_row, tax_row
from agent.formats.words import plain

MAX_PROSE = 2
"""More words than this behind an amount make the line prose ('spend 5.00 or more and…'), not a sum."""
SHORT_HEADING = 12
"""Letters of a line below a tax table's heading that may still be its second half."""
LEADING_MARKS, LONGEST_MARK = frozenset("*#%&^~+※"), 3
_PRICE_EACH_re = re.compile(r"^\W*(\d{1,3})\s?(?:[xX×@]|pcs?|st)\W", re.I)
_REMARK_re = re.compile(r"\([^()]*\d[.,]\d{2}[^()]*\)")
_NOTE_re = re.compile(r"\s*[^\W\d][\w -]{2,14}:\s*\S")
_WRAPPED_re = re.compile(r"\(\s?\d*[.,]?\d+\s?(?:g|mg|oz|ml|kg|lb)\)$", re.I)
"""A name broken at its weight: 'MIDNIGHT BLU (.10g)' and 'EBERRY' on the line below; the first line names it."""
_COLUMN_GAP_re = re.compile(r"\s{3,}|\t")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, with the amounts on it; `paid` leaves out prices each and remarks."""

    number: int
    text: str
    words: str
    amounts: list[Amount]
    paid: list[Amount]

    @property
    def is_lone_amount(self) -> bool:
        return len(self.paid) == 1 and not plain(self.text)


@dataclass(slots=True)
class _Above:
    """What the lines above say about the next one."""

    text: str = ""
    role: Role = Role.LINE
    suggestions: bool = False
    tax_table: bool = False
    summed: bool = False
    """A subtotal or total was printed: what follows is no article list."""
    used: set[int] = field(default_factory=set)
    """Places of lines whose words or amount belong to a line before them."""


def read_entries(lines: Sequence[str], form: Format, style: NumberStyle) -> Printed:
    """Every labelled amount from top to bottom. `lines` with dates and times blanked."""
    entries: list[Entry] = []
    rows: list[TaxRow] = []
    notes: list[PriceNote] = []
    above = _Above()
    read = list(_lines(lines, form, style))
    for place, line in enumerate(read):
        if place in above.used:
            continue
        if not line.paid:
            notes.extend(_note(line))
            _remember_text(above, line, form)
            continue
        row = tax_row(line.number, line.text, line.paid, form, in_table=above.tax_table, summed=above.summed)
        if row:
            rows.append(_completed(row, place, read, above))
            continue
        if above.tax_table and is_fee_row(line.text, line.paid, form):
            continue
        above.tax_table = above.tax_table and len(line.paid) > 1
        found = list(_entries_on(line, above, form) or _named_from_below(place, read, above, form))
        entries.extend(found)
        _remember_entries(above, found, line.text[line.paid[-1].end :])
    return Printed(tuple(_without_tip_tables(entries)), tuple(rows), tuple(notes))


def _lines(lines: Sequence[str], form: Format, style: NumberStyle) -> Iterator[_Line]:
    for number, text in enumerate(lines):
        if text.strip():
            amounts = find_amounts(text, style)
            paid = [amount for amount in amounts if not amount.unit]
            line = _Line(number, text, plain(text), amounts, paid)
            yield _tax_in_brackets(line, form, style) if amounts and not paid else line


def _tax_in_brackets(line: _Line, form: Format, style: NumberStyle) -> _Line:
    """'(Bill inclusive of 6% GST : 2.90)' without its brackets: a remark, but where that tax is printed."""
    inner = line.text.strip()
    if not (inner.startswith("(") and inner.endswith(")")) or not form.tax.tax.search(line.words):
        return line
    amounts = find_amounts(inner[1:-1], style)
    return _Line(line.number, inner[1:-1], line.words, amounts, [amount for amount in amounts if not amount.unit])


def _note(line: _Line) -> Iterator[PriceNote]:
    match = _PRICE_EACH_re.match(line.text)
    if match and line.amounts:
        yield PriceNote(line.number, int(match[1]), line.amounts[-1].value)


def _completed(row: TaxRow, place: int, read: Sequence[_Line], above: _Above) -> TaxRow:
    """A row of one amount takes the amount that stands alone on the next line."""
    if len(row.amounts) > 1 or place + 1 >= len(read) or not read[place + 1].is_lone_amount:
        return row
    above.used.add(place + 1)
    return replace(row, amounts=(*row.amounts, read[place + 1].paid[0].value))


# ---- what stands above --------------------------------------------------------------------------


def _remember_text(above: _Above, line: _Line, form: Format) -> None:
    words = line.words
    if not words:
        digits = any(character.isalnum() for character in line.text)
        above.text = above.text if digits else ""  # a bar code is nobody's label and takes none away; a rule does
        return
    said = what_is_said(words, form)
    if above.text and said.role is Role.LINE and _NOTE_re.match(line.text):
        return  # 'Category: Edible' between an article's name and its amount
    wrapped = above.text and said.role is Role.LINE and above.role is Role.LINE and _WRAPPED_re.search(above.text)
    if not (wrapped and " " not in line.text.strip()):
        above.text = line.text.strip()
    above.role = said.role if said.sure else Role.LINE
    above.suggestions = above.suggestions or (said.sure and said.role in (Role.INFO, Role.TIP))
    names_table = above.summed and form.tax.tax.search(words) and form.tax.table.search(words)
    above.tax_table = bool(names_table) or (above.tax_table and len(words) < SHORT_HEADING)


def _remember_entries(above: _Above, found: Sequence[Entry], behind: str) -> None:
    above.text = behind.strip() if len(behind.strip()) > 2 else ""
    if found:
        above.role = found[-1].role
        above.suggestions = above.role is Role.INFO
        above.summed = above.summed or any(entry.role in SUMS | PAYMENT and entry.sure for entry in found)


# ---- the amounts of one line ------------------------------------------------------------------------


def _entries_on(line: _Line, above: _Above, form: Format) -> list[Entry]:
    """Nothing where the line is prose, or one amount that no words above it can name."""
    if not above.text and line.is_lone_amount and not line.paid[0].bracketed:
        return []
    return [entry for group in _groups(line, form) for entry in _entry_of(group, line, above, form)]


def _entry_of(group: tuple[int, list[Amount]], line: _Line, above: _Above, form: Format) -> Iterator[Entry]:
    start, amounts = group
    last = amounts[-1]
    label = line.text[start : last.start]
    entry = Entry(
        line.number,
        label.strip(),
        _words_beside(line.text[start : amounts[0].start], form),
        Role.LINE,
        True,
        last.value,
        tuple(amount.value for amount in amounts[:-1]),
        percentage(label),
        last.end,
        last.bracketed,
        form.money.symbols.get(last.sign or (label.split() or [""])[-1], ""),
        _mark(label, line.text[last.end :]),
    )
    tail = plain(line.text[last.end :]) if last is line.paid[-1] else ""
    yield from _named(entry, tail, above, form)


def _mark(label: str, behind: str) -> str:
    before = label.lstrip()[:1]
    tail = behind.strip()
    return (before if before in LEADING_MARKS else "") + (tail if len(tail) <= LONGEST_MARK else "")


def _words_beside(label: str, form: Format) -> str:
    """The words of the column next to the amount when they name it ('ITEM COUNT 2    CHANGE 3.00'), else all."""
    label = _REMARK_re.sub(" ", label) if "(" in label else label
    columns = [column for column in _COLUMN_GAP_re.split(label.strip()) if plain(column)]
    if len(columns) > 1:
        words = plain(columns[-1])
        said = what_is_said(words, form)
        if said.sure and said.role not in (Role.LINE, Role.INFO) and not form.filler.issuperset(words.split()):
            return words
    return plain(label)


def _groups(line: _Line, form: Format) -> list[tuple[int, list[Amount]]]:
    """Amounts that share a label; a sure label between two amounts begins a new group ('TAX 3.68 BAL 77.18')."""
    groups = [(0, [line.paid[0]])]
    for before, amount in pairwise(line.paid):
        words = plain(line.text[before.end : amount.start])
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
    is_suggested = said.role in (Role.TIP, Role.LINE, Role.INFO) or (said.role is Role.TOTAL and above.summed)
    if above.suggestions and is_suggested and entry.percent is not None:
        said = Said(Role.INFO, sure=True)
    if said.role is Role.TIP and (entry.others or entry.label.count("%") > 1):
        said = Said(Role.INFO, sure=True)
    yield entry if said is NOTHING_SAID else replace(entry, role=said.role, sure=said.sure)


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


def _named_from_below(place: int, read: Sequence[_Line], above: _Above, form: Format) -> list[Entry]:
    """An amount without words whose label is printed below it, on a line that has no amount of its own."""
    line = read[place]
    if not line.is_lone_amount:
        return []
    (amount,) = line.paid
    nameless = Entry(line.number, line.text[: amount.start].strip(), "", Role.LINE, True, amount.value, end=amount.end)
    if place + 1 >= len(read) or read[place + 1].paid or (place + 2 < len(read) and read[place + 2].is_lone_amount):
        return [nameless]
    below = read[place + 1]
    said = what_is_said(below.words, form)
    if not said.sure or said.role in (Role.LINE, Role.INFO):
        return [nameless]
    above.used.add(place + 1)
    return [replace(nameless, label=below.text.strip(), words=below.words, role=said.role)]


def _without_tip_tables(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Two tips with different percentages are suggestions: nobody pays both."""
    suggested = {entry.percent for entry in entries if entry.role is Role.TIP and entry.percent is not None}
    for entry in entries:
        is_one = len(suggested) > 1 and entry.role is Role.TIP and entry.percent is not None
        yield replace(entry, role=Role.INFO) if is_one else entry

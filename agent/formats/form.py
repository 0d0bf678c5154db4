"""form: takes a checked format file, gives it compiled as the reader uses it; reads no receipt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from agent.formats.format_file import FOLDER, SCHEMA, Written, read_format, read_text
from agent.formats.roles import Role
from agent.formats.words import any_of, level
from agent.receipt import Kind

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Label:
    role: Role
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Title:
    """Words of a kind: `alone` must be all a line says, `anywhere` settles it wherever it stands."""

    alone: Pattern
    anywhere: Pattern


@dataclass(frozen=True, slots=True)
class Money:
    decimal: str
    currency: str
    """What this till's amounts are in; '' where the paper or the store says."""
    symbols: Mapping[str, str]
    exponents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TaxWords:
    table: Pattern
    included: Pattern
    tax: Pattern
    always_printed: frozenset[str]
    rounded_down: frozenset[str]
    rates: Mapping[str, tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Phrases before a number, compared with level text (digits and punctuation still there)."""

    number: tuple[str, ...]
    plain_number: tuple[str, ...]
    register: tuple[str, ...]
    cashier: tuple[str, ...]
    original: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerWords:
    labels: Pattern
    phone: Pattern
    email: Pattern
    card: Pattern
    not_people: Pattern


@dataclass(frozen=True, slots=True)
class Dates:
    order: str
    labels: Pattern
    not_the_sale: Pattern
    month_first_countries: frozenset[str]
    months: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One shop's (or any shop's) way of printing receipts, as data. Equal only to itself, so caches can hold it."""

    name: str
    drawn_from: str
    seen_in_service: bool
    """A till in a shop has printed so; else it is made from what public material describes."""
    filler: frozenset[str]
    title_filler: frozenset[str]
    unit_words: frozenset[str]
    order_words: frozenset[str]
    cash_words: Pattern
    owed_words: Pattern
    other_sale_words: Pattern
    skip: Pattern
    """Lines the reader passes over: they say nothing of the sale."""
    code_labels: tuple[str, ...]
    """Phrases before a product code, compared with level text."""
    item_patterns: tuple[Pattern, ...]
    """What an article line says, with groups `text` and `quantity`; tried in order on the whole text."""
    labels: tuple[Label, ...]
    discount_words: Pattern
    return_words: Pattern
    paid_out_words: Pattern
    tax: TaxWords
    money: Money
    kinds: tuple[tuple[Kind, Title], ...]
    card_slip: Pattern
    report: Mapping[str, Pattern]
    """What an X- or Z-report calls its figures, by field of `receipt.Report`."""
    reprint: Title
    identifiers: Identifiers
    customer: CustomerWords
    dates: Dates


def load_format(name: str, folder: Path = FOLDER) -> Format:
    """The format called `name` from `folder` (else from ours). Raises FormatError naming file and line.

    Kept until a file in `folder` changes: a format that was mended is used for the next receipt.
    """
    return _loaded(name, folder, _stamp(folder))


def format_from_text(text: str, file: str, folder: Path = FOLDER) -> Format:
    """A format that is not a file yet. Raises FormatError naming `file` and line."""
    return _compiled(read_text(text, file, folder))


@lru_cache(maxsize=32)
def _loaded(name: str, folder: Path, stamp: tuple[tuple[str, int], ...]) -> Format:
    del stamp  # only tells one state of the folder from another
    return _compiled(read_format(name, folder))


def _stamp(folder: Path) -> tuple[tuple[str, int], ...]:
    if folder == FOLDER:
        return ()
    try:
        return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in folder.glob("*.toml")))
    except OSError:
        return ()


# ---- the file as the reader uses it -------------------------------------------------------------


def _compiled(written: Written) -> Format:
    tree = written.tree
    customer, dates, tax, negative = tree["customer"], tree["dates"], tree["tax"], tree["negative"]
    return Format(
        name=tree["name"],
        drawn_from=tree.get("drawn_from", "") if written.is_its_own("drawn_from") else "",
        seen_in_service=tree.get("seen_in_service", False) and written.is_its_own("seen_in_service"),
        filler=frozenset(tree["filler"]),
        title_filler=frozenset(tree["title_filler"]),
        unit_words=frozenset(tree["unit_words"]),
        order_words=frozenset(tree["order_words"]),
        cash_words=any_of(tree["cash_words"]),
        owed_words=any_of(tree["owed_words"]),
        other_sale_words=any_of(tree["other_sale_words"]),
        skip=re.compile("|".join(tree.get("lines", {}).get("skip", ())) or r"(?!)", re.I),
        code_labels=tuple(map(level, tree.get("items", {}).get("code_labels", ()))),
        item_patterns=tuple(re.compile(one, re.I) for one in tree.get("items", {}).get("patterns", ())),
        labels=tuple(Label(Role(entry["role"]), any_of(entry["phrases"])) for entry in tree["labels"]),
        discount_words=any_of(negative["discount_words"]),
        return_words=any_of(negative["return_words"]),
        paid_out_words=any_of(negative["paid_out_words"]),
        tax=TaxWords(
            table=any_of(tax["table_words"]),
            included=any_of(tax["included_words"]),
            tax=any_of(tax["tax_words"]),
            always_printed=frozenset(tax["always_printed"]),
            rounded_down=frozenset(tax["rounded_down"]),
            rates={country: tuple(map(Decimal, rates)) for country, rates in tax["rates"].items()},
        ),
        money=_money(tree["money"]),
        kinds=tuple((Kind(entry["kind"]), _title(entry)) for entry in tree["kinds"]),
        card_slip=any_of(tree["card_slip"]["words"]),
        report={name: any_of(tree["report"][name]) for name in SCHEMA["report"]},
        reprint=_title(tree["reprint"]),
        identifiers=Identifiers(**{key: tuple(map(level, tree["identifiers"][key])) for key in SCHEMA["identifiers"]}),
        customer=CustomerWords(
            labels=any_of(customer["labels"]),
            phone=any_of(customer["phone_labels"]),
            email=any_of(customer["email_labels"]),
            card=any_of(customer["card_labels"]),
            not_people=any_of(customer["not_people"]),
        ),
        dates=Dates(
            order=dates["order"],
            labels=any_of(dates["labels"]),
            not_the_sale=any_of(dates["not_the_sale"]),
            month_first_countries=frozenset(dates["month_first_countries"]),
            months=dates["months"],
        ),
    )


def _money(tree: Mapping[str, Any]) -> Money:
    return Money(tree["decimal"], tree.get("currency", ""), tree["symbols"], tree["exponents"])


def _title(entry: Mapping[str, Sequence[str]]) -> Title:
    return Title(any_of(entry.get("titles", ())), any_of(entry.get("anywhere", ())))

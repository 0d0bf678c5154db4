"""form: takes a format's TOML file, gives it checked and compiled; reads no receipt."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from agent.errors import FormatError
from agent.formats.roles import Role
from agent.formats.words import any_of, folded
from agent.receipt import Kind

FOLDER = Path(__file__).parent
DATE_ORDERS = ("auto", "mdy", "dmy", "ymd")
DECIMAL_SIGNS = ("auto", ".", ",")
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
    symbols: Mapping[str, str]
    exponents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TaxWords:
    table: Pattern
    included: Pattern
    tax: Pattern
    always_printed: frozenset[str]
    rates: Mapping[str, tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Phrases before a number, compared with folded text (digits and punctuation still there)."""

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
    filler: frozenset[str]
    title_filler: frozenset[str]
    unit_words: frozenset[str]
    order_words: frozenset[str]
    cash_words: Pattern
    owed_words: Pattern
    other_sale_words: Pattern
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


@lru_cache(maxsize=32)
def load_format(name: str, folder: Path = FOLDER) -> Format:
    """The format called `name` from `folder` (else from ours). Raises FormatError naming file and line."""
    return _compiled(_merged(name, folder, ()))


# ---- the file as it is written ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Written:
    """A TOML file with the text it came from, so that a fault can be named by its line."""

    path: Path
    text: str
    tree: dict[str, Any]

    def fail(self, table: str, key: str, fault: str) -> NoReturn:
        raise FormatError(f"{self.path.name}, line {self.line_of(table, key)}: {fault}")

    def line_of(self, table: str, key: str) -> int:
        """The line of `key` in `[table]` (or of the table, or 1 where neither is written)."""
        best, here = 1, ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            heading = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
            if heading and not re.match(r"\s*\[+\s*[\"']", line):
                here = heading.group(1)
                best = number if here == table else best
            elif here == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return best


def _read(name: str, folder: Path) -> _Written:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise FormatError(f"{name!r} is no name of a format (letters, digits, - and _)")
    path = next((place / f"{name}.toml" for place in (folder, FOLDER) if (place / f"{name}.toml").is_file()), None)
    if path is None:
        raise FormatError(f"there is no format {name!r} in {folder}")
    try:
        text = path.read_text(encoding="utf-8")
        return _Written(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"{path.name}: {error}") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name}: is not UTF-8 text ({error.reason} at byte {error.start})") from error


def _merged(name: str, folder: Path, children: tuple[str, ...]) -> _Written:
    written = _read(name, folder)
    _check(written)
    parent = written.tree.get("extends")
    if parent is None:
        return written
    if parent in (*children, name):
        written.fail("", "extends", f"{' → '.join((*children, name, parent))} goes round in a circle")
    above = _merged(parent, folder, (*children, name))
    return _Written(written.path, written.text, _over(written.tree, above.tree))


def _over(child: Mapping[str, Any], parent: Mapping[str, Any]) -> dict[str, Any]:
    """The child's lists before the parent's, its values instead of the parent's."""
    merged = dict(parent)
    for key, value in child.items():
        below = parent.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _over(value, below)
        elif isinstance(value, list) and isinstance(below, list):
            merged[key] = value + below
        else:
            merged[key] = value
    return merged


# ---- what may stand in it -----------------------------------------------------------------------

Check = Callable[[Any], str]
"""'' when the value is right, else what is wrong with it."""


def _is_phrases(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(phrase, str) and phrase for phrase in value):
        return "must be a list of phrases"
    for phrase in value:
        try:
            re.compile(phrase)
        except re.error as error:
            return f"{phrase!r} is no pattern: {error}"
    return ""


def _is_text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be text"


def _is_one_of(*choices: str) -> Check:
    return lambda value: "" if value in choices else f"is {value!r}; it must be one of {', '.join(choices)}"


def _is_whole(lowest: int, highest: int) -> Check:
    return lambda value: (
        "" if type(value) is int and lowest <= value <= highest else f"must be a whole number {lowest}…{highest}"
    )


def _are_rates(value: Any) -> str:
    try:
        return (
            "" if isinstance(value, list) and all(Decimal(rate) >= 0 for rate in value) else "must be a list of rates"
        )
    except (InvalidOperation, TypeError):
        right = False
    return "" if right else "must be a list of per cents in quotes"


ROLE_NAMES = tuple(role.value for role in Role if role is not Role.LINE)
KIND_NAMES = tuple(kind.value for kind in Kind)
SCHEMA: Mapping[str, Mapping[str, Check]] = {
    "": {
        "name": _is_text,
        "extends": _is_text,
        "filler": _is_phrases,
        "title_filler": _is_phrases,
        "unit_words": _is_phrases,
        "order_words": _is_phrases,
        "cash_words": _is_phrases,
        "owed_words": _is_phrases,
        "other_sale_words": _is_phrases,
    },
    "labels": {"role": _is_one_of(*ROLE_NAMES), "phrases": _is_phrases},
    "negative": dict.fromkeys(("discount_words", "return_words", "paid_out_words"), _is_phrases),
    "tax": dict.fromkeys(("table_words", "included_words", "tax_words", "always_printed"), _is_phrases),
    "tax.rates": {"*": _are_rates},
    "money": {"decimal": _is_one_of(*DECIMAL_SIGNS)},
    "money.symbols": {"*": _is_text},
    "money.exponents": {"*": _is_whole(0, 3)},
    "kinds": {"kind": _is_one_of(*KIND_NAMES), "titles": _is_phrases, "anywhere": _is_phrases},
    "card_slip": {"words": _is_phrases},
    "report": dict.fromkeys(("gross", "net", "tax", "total", "transactions"), _is_phrases),
    "reprint": {"titles": _is_phrases, "anywhere": _is_phrases},
    "identifiers": dict.fromkeys(("number", "plain_number", "register", "cashier", "original"), _is_phrases),
    "customer": dict.fromkeys(("labels", "phone_labels", "email_labels", "card_labels", "not_people"), _is_phrases),
    "dates": {
        "order": _is_one_of(*DATE_ORDERS),
        "labels": _is_phrases,
        "not_the_sale": _is_phrases,
        "month_first_countries": _is_phrases,
    },
    "dates.months": {"*": _is_whole(1, 12)},
}


def _check(written: _Written) -> None:
    _check_table(written, "", written.tree)
    if "extends" in written.tree:
        return
    for place in SCHEMA:
        table = _table(written.tree, place)
        missing = [key for key in SCHEMA[place] if key not in ("*", "extends", "anywhere", "titles")]
        for key in missing:
            if isinstance(table, dict) and key not in table:
                written.fail(place, key, f'{_path(place, key)} is missing (or write: extends = "generic")')


def _check_table(written: _Written, place: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        inner = _path(place, key)
        if inner in SCHEMA:
            for one in value if isinstance(value, list) else [value]:
                if not isinstance(one, dict):
                    written.fail(place, key, f"{inner} must be a table")
                _check_table(written, inner, one)
            continue
        check = SCHEMA[place].get(key) or SCHEMA[place].get("*")
        if check is None:
            written.fail(place, key, f"there is no {inner!r}; known here: {', '.join(SCHEMA[place])}")
        if fault := check(value):
            written.fail(place, key, f"{inner} {fault}")


def _path(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _table(tree: Mapping[str, Any], place: str) -> Any:
    for part in filter(None, place.split(".")):
        tree = tree.get(part, {})
    return tree


# ---- the file as the reader uses it -------------------------------------------------------------


def _compiled(written: _Written) -> Format:
    tree = written.tree
    customer, dates, tax, negative = tree["customer"], tree["dates"], tree["tax"], tree["negative"]
    return Format(
        name=tree["name"],
        filler=frozenset(tree["filler"]),
        title_filler=frozenset(tree["title_filler"]),
        unit_words=frozenset(tree["unit_words"]),
        order_words=frozenset(tree["order_words"]),
        cash_words=any_of(tree["cash_words"]),
        owed_words=any_of(tree["owed_words"]),
        other_sale_words=any_of(tree["other_sale_words"]),
        labels=tuple(Label(Role(entry["role"]), any_of(entry["phrases"])) for entry in tree["labels"]),
        discount_words=any_of(negative["discount_words"]),
        return_words=any_of(negative["return_words"]),
        paid_out_words=any_of(negative["paid_out_words"]),
        tax=TaxWords(
            table=any_of(tax["table_words"]),
            included=any_of(tax["included_words"]),
            tax=any_of(tax["tax_words"]),
            always_printed=frozenset(tax["always_printed"]),
            rates={country: tuple(map(Decimal, rates)) for country, rates in tax["rates"].items()},
        ),
        money=Money(tree["money"]["decimal"], tree["money"]["symbols"], tree["money"]["exponents"]),
        kinds=tuple((Kind(entry["kind"]), _title(entry)) for entry in tree["kinds"]),
        card_slip=any_of(tree["card_slip"]["words"]),
        report={name: any_of(tree["report"][name]) for name in SCHEMA["report"]},
        reprint=_title(tree["reprint"]),
        identifiers=Identifiers(**{key: tuple(map(folded, tree["identifiers"][key])) for key in SCHEMA["identifiers"]}),
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


def _title(entry: Mapping[str, Sequence[str]]) -> Title:
    return Title(any_of(entry.get("titles", ())), any_of(entry.get("anywhere", ())))

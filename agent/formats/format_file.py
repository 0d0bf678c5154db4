"""format_file: takes a format's TOML, gives it checked and merged with what it extends; compiles no pattern to use.

Every fault is named with file and line and, where a word was meant, which: a technician mends it with a text editor.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn

from agent.errors import FormatError
from agent.formats.roles import Role
from agent.receipt import Kind
from agent.toml_lines import TomlLines

FOLDER = Path(__file__).parent
"""Where the formats that come with the product lie."""
DATE_ORDERS = ("auto", "mdy", "dmy", "ymd")
DECIMAL_SIGNS = ("auto", ".", ",")
NAME_re = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A TOML file with the text it came from, so that a fault can be named by its line."""

    file: str
    text: str
    tree: dict[str, Any]
    lines: TomlLines

    def is_its_own(self, key: str) -> bool:
        """Written in this very file, not in one that it extends."""
        return self.lines.of("", key) is not None

    def fail(self, place: "Place", key: str, fault: str, *, phrase: str = "") -> NoReturn:
        raise FormatError(f"{self.file}, line {self.line_of(place, key, phrase)}: {fault}")

    def line_of(self, place: "Place", key: str, phrase: str = "") -> int:
        """The line of `key` there (or of its table, or 1), or of the phrase that stands behind it."""
        known = (
            self.lines.of(place.table, key, place.nth),
            self.lines.of(place.inside(key)),
            self.lines.of(place.table, "", place.nth),
        )
        line = next(filter(None, known), 1)
        if phrase:
            written = self.text.splitlines()
            quoted = {f'"{phrase}"', f"'{phrase}'", '"' + phrase.replace("\\", "\\\\").replace('"', '\\"') + '"'}
            behind = range(line, len(written) + 1)
            return next((n for n in behind if any(one in written[n - 1] for one in quoted)), line)
        return line


@dataclass(frozen=True, slots=True)
class Place:
    """A table of the file, '' the top; `nth` of those of its kind: [[labels]] may stand often."""

    table: str = ""
    nth: int = 0

    def inside(self, key: str) -> str:
        """The table of that name in this one."""
        return f"{self.table}.{key}" if self.table else key


TOP = Place()


def read_format(name: str, folder: Path) -> Written:
    """The file called `name` from `folder`, else from ours, checked, over what it extends. Raises FormatError."""
    return _merged(_found(name, folder), name, folder, ())


def read_text(text: str, file: str, folder: Path) -> Written:
    """The same from a text that is not (yet) a file; `file` names it in faults."""
    return _merged(_parsed(text, file), Path(file).stem, folder, ())


def names(folder: Path) -> dict[str, Path]:
    """Every format there is, the store's own before ours of the same name."""
    ours = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    own = {path.stem: path for path in sorted(folder.glob("*.toml"))} if folder.is_dir() else {}
    return dict(sorted((ours | own).items()))


def meant(word: str, known: Collection[str]) -> str:
    """'; did you mean …?', or what there is."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(known)}" if known else ""


# ---- the file -------------------------------------------------------------------------------------


def _found(name: str, folder: Path) -> Written:
    if not NAME_re.fullmatch(name):
        raise FormatError(f"{name!r} is no name of a format (letters, digits, - and _)")
    path = names(folder).get(name)
    if path is None:
        hint = f"'tillpost formats' lists them; the store's own lie in {folder}."
        raise FormatError(f"there is no format {name!r} in {folder}{meant(name, names(folder))}", hint=hint)
    try:
        return _parsed(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name}: is not UTF-8 text ({error.reason} at byte {error.start})") from error
    except OSError as error:
        raise FormatError(f"{path}: {error.strerror}") from error


def _parsed(text: str, file: str) -> Written:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what, _, where = str(error).partition(" (at ")
        raise FormatError(f"{file}, {where.rstrip(')') or 'at its end'}: {what}") from error
    return Written(file, text, tree, TomlLines(text))


def _merged(written: Written, name: str, folder: Path, children: tuple[str, ...]) -> Written:
    _check(written)
    parent = written.tree.get("extends")
    if parent is None:
        return written
    if parent in (*children, name):
        written.fail(TOP, "extends", f"{' → '.join((*children, name, parent))} goes round in a circle")
    if parent not in names(folder):
        written.fail(TOP, "extends", f"there is no format {parent!r}{meant(parent, names(folder))}")
    above = _merged(_found(parent, folder), parent, folder, (*children, name))
    return Written(written.file, written.text, _over(written.tree, above.tree), written.lines)


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


class Wrong(str):
    """What is wrong with a value; `phrase`: which of a list it is about, so that its own line can be named."""

    __slots__ = ("phrase",)
    phrase: str

    def __new__(cls, fault: str, phrase: str = "") -> "Wrong":
        wrong = super().__new__(cls, fault)
        wrong.phrase = phrase
        return wrong


Check = Callable[[Any], str]
"""'' when the value is right, else what is wrong with it."""


def _is_phrases(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(phrase, str) and phrase for phrase in value):
        return 'must be a list of phrases, as in ["total due", "to pay"]'
    for phrase in value:
        if fault := _no_pattern(phrase):
            return Wrong(f"{phrase!r} is no pattern: {fault}", phrase)
    return ""


def _no_pattern(phrase: str) -> str:
    """'' for one that can stand among others: many become one expression, so names and numbers of groups are ours."""
    try:
        groups = re.compile(f"(?:-|(?:{phrase}))").groupindex
    except (re.error, OverflowError, RecursionError) as error:
        return f"{error}; write \\\\ before a sign that is meant as such"
    if groups or re.search(r"(?<!\\)(?:\\\\)*\\[1-9]", phrase):
        return "write groups as (…), without a name or a \\\\1"
    return ""


def _is_text(value: Any) -> str:
    return "" if isinstance(value, str) else "must be text in quotes"


def _is_yes_or_no(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false, without quotes"


def _is_currency(value: Any) -> str:
    right = isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value)
    return "" if right else f'is {value!r}; it must be a code of three capitals, as in "EUR"'


def _is_one_of(*choices: str) -> Check:
    return lambda value: "" if value in choices else f"is {value!r}{meant(str(value), choices)}"


def _is_whole(lowest: int, highest: int) -> Check:
    return lambda value: (
        "" if type(value) is int and lowest <= value <= highest else f"must be a whole number {lowest}…{highest}"
    )


def _are_rates(value: Any) -> str:
    try:
        right = isinstance(value, list) and all(Decimal(rate) >= 0 for rate in value)
    except (InvalidOperation, TypeError):
        right = False
    return "" if right else 'must be a list of per cents in quotes, as in ["8.625"]'


def _are_item_patterns(value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(pattern, str) and pattern for pattern in value):
        return 'must be a list of patterns, as in ["(?P<quantity>[0-9]+) (?P<text>.+)"]'
    for pattern in value:
        try:
            groups = set(re.compile(pattern).groupindex)
        except (re.error, OverflowError, RecursionError) as error:
            return Wrong(f"{pattern!r} is no pattern: {error}", pattern)
        if "text" not in groups or groups - ITEM_GROUPS:
            known = ", ".join(f"(?P<{name}>…)" for name in sorted(ITEM_GROUPS))
            return Wrong(f"{pattern!r} must have a group (?P<text>…), and no other than {known}", pattern)
    return ""


ITEM_GROUPS = frozenset({"text", "quantity"})
ROLE_NAMES = tuple(role.value for role in Role if role is not Role.LINE)
KIND_NAMES = tuple(kind.value for kind in Kind)
SCHEMA: Mapping[str, Mapping[str, Check]] = {
    "": {
        "name": _is_text,
        "extends": _is_text,
        "drawn_from": _is_text,
        "seen_in_service": _is_yes_or_no,
        "filler": _is_phrases,
        "title_filler": _is_phrases,
        "unit_words": _is_phrases,
        "order_words": _is_phrases,
        "cash_words": _is_phrases,
        "owed_words": _is_phrases,
        "other_sale_words": _is_phrases,
    },
    "lines": {"skip": _is_phrases},
    "items": {"patterns": _are_item_patterns, "code_labels": _is_phrases},
    "labels": {"role": _is_one_of(*ROLE_NAMES), "phrases": _is_phrases},
    "negative": dict.fromkeys(("discount_words", "return_words", "paid_out_words"), _is_phrases),
    "tax": dict.fromkeys(("table_words", "included_words", "tax_words", "always_printed", "rounded_down"), _is_phrases),
    "tax.rates": {"*": _are_rates},
    "money": {"decimal": _is_one_of(*DECIMAL_SIGNS), "currency": _is_currency},
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
LISTS = frozenset({"labels", "kinds"})
"""Written [[so]], once per entry."""
OPTIONAL = frozenset(
    {
        "*",
        "extends",
        "anywhere",
        "titles",
        "drawn_from",
        "seen_in_service",
        "currency",
        "skip",
        "patterns",
        "code_labels",
    }
)


def _check(written: Written) -> None:
    _check_table(written, TOP, written.tree)
    _check_roles_agree(written)
    for nth, entry in enumerate(written.tree.get("labels", ())):
        for key in ("role", "phrases"):
            if key not in entry:
                written.fail(Place("labels", nth), "", f"these labels have no '{key}'")
    if "extends" in written.tree:
        if "name" not in written.tree:
            written.fail(TOP, "extends", "name is missing: name = the file's own name")
        return
    for place in SCHEMA:
        table = _table(written.tree, place)
        for key in SCHEMA[place]:
            if key not in OPTIONAL and isinstance(table, dict) and key not in table:
                inside = f"{place}.{key}" if place else key
                written.fail(Place(place), key, f'{inside} is missing (or write: extends = "generic")')


def _check_table(written: Written, place: Place, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        inside = place.inside(key)
        if inside in SCHEMA:
            _check_inner(written, place, key, value)
            continue
        if not key.strip():
            written.fail(place, key, f"[{place.table}] has a name that is empty")
        check = SCHEMA[place.table].get(key) or SCHEMA[place.table].get("*")
        if check is None:
            known = [name for name in (*SCHEMA[place.table], *_tables_in(place.table)) if name != "*"]
            written.fail(place, key, f"there is no {inside!r} in a format{meant(key, known)}")
        if fault := check(value):
            written.fail(place, key, f"{inside} {fault}", phrase=getattr(fault, "phrase", ""))


def _check_inner(written: Written, place: Place, key: str, value: Any) -> None:
    inside = place.inside(key)
    if inside in LISTS and not isinstance(value, list):
        written.fail(Place(inside), "", f"write [[{inside}]] with two brackets: there may be several")
    if inside not in LISTS and isinstance(value, list):
        written.fail(Place(inside), "", f"write [{inside}] with one bracket, once")
    for nth, one in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(one, dict):
            written.fail(place, key, f"{inside} must be a table: a line [{inside}], and its names below")
        _check_table(written, Place(inside, nth), one)


def _check_roles_agree(written: Written) -> None:
    """One phrase cannot be two things: the second would never be looked at."""
    seen: dict[str, tuple[str, int]] = {}
    for nth, entry in enumerate(written.tree.get("labels", ())):
        for phrase in entry.get("phrases", ()):
            role, line = entry.get("role", ""), written.line_of(Place("labels", nth), "phrases", phrase)
            if phrase in seen and seen[phrase][0] != role:
                said, above = seen[phrase]
                fault = f"{phrase!r} is a {role} here and a {said} in line {above}; keep one of them"
                written.fail(Place("labels", nth), "phrases", fault, phrase=phrase)
            seen.setdefault(phrase, (role, line))


def _tables_in(table: str) -> Iterator[str]:
    """The names of the tables that may stand directly in this one."""
    for name in SCHEMA:
        above, _, last = name.rpartition(".")
        if name and above == table:
            yield last


def _table(tree: Mapping[str, Any], place: str) -> Any:
    for part in filter(None, place.split(".")):
        tree = tree.get(part, {})
    return tree

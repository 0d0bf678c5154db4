"""corpora: takes the receipts with truth that lie beside the project, gives how each was read; judges by field."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from agent.formats import StoreContext, load_format, read_paper
from agent.reading import as_json, jobs_in_file, lane_for_file, understand
from agent.receipt import Receipt, State
from agent.taps.lane import DialectName

HOME = StoreContext()
MALAYSIA = StoreContext(country="MY", currency="MYR", cash_rounding=5)
STORES: Mapping[str, StoreContext] = {
    "sroie": MALAYSIA,
    "us": HOME,
    "ca": StoreContext(country="CA", currency="CAD", cash_rounding=5),
    "de": StoreContext(country="DE", currency="EUR"),
    "kr": StoreContext(country="KR", currency="KRW", exponent=0),
    "jp": StoreContext(country="JP", currency="JPY", exponent=0),
    "id": StoreContext(country="ID", currency="IDR", exponent=0, cash_rounding=100),
}
"""The store's settings by what a file's name begins with: 'sroie-train.jsonl', 'ca-openprice.jsonl'."""
AMOUNTS = ("subtotal", "tax", "total", "discount", "award_base", "fees", "tip", "change")
CREDITED = frozenset({"kind", *AMOUNTS, "exponent", "tenders", "items", "n_items", "phone"})
"""Fields that decide what is credited and to whom: one of them wrong on an accepted receipt is the worst outcome."""
PRINT_FIELDS = (
    "kind",
    "number",
    "date",
    "exponent",
    "phone",
    "email",
    "original",
    "register",
    *AMOUNTS,
    "tenders",
    "items",
    "n_items",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One receipt with its truth, and what the reader made of it (None: it saw no receipt)."""

    name: str
    truth: Mapping[str, Any]
    receipt: Receipt | None
    closes: bool = True
    """The truth's own amounts add up; where they do not, the truth may be what is wrong."""

    @property
    def accepted(self) -> bool:
        return self.receipt is not None and self.receipt.state is State.ACCEPTED

    @property
    def stood(self) -> bool:
        """It was not held: what it says counts."""
        return self.receipt is not None and self.receipt.state is not State.HELD

    @property
    def accepted_wrong(self) -> bool:
        return self.accepted and not CREDITED.isdisjoint(self.differences())

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Field → (truth, read) where they differ; only fields that the truth names."""
        if self.receipt is None:
            return {field: (value, None) for field, value in self.truth.items()}
        read = as_json(self.receipt)
        read["n_items"] = len(self.receipt.items)
        read["day"] = self.receipt.date.date() if self.receipt.date else None
        return {
            field: (value, read[field]) for field, value in self.truth.items() if not _same(field, value, read[field])
        }


def _same(field: str, truth: Any, read: Any) -> bool:
    if field == "date" and read is not None:
        return datetime.fromisoformat(read) == datetime.fromisoformat(truth)
    return bool(read == truth)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Receipts of one kind in one place: `read()` gives a list of cases for each of its `size` papers.

    `papers()` gives each paper's name, lines and store.
    """

    name: str
    size: int
    read: Callable[[], Iterator[list[Case]]]
    papers: Callable[[], Iterator[tuple[str, list[str], StoreContext]]]
    prints: bool = False
    """Printer bytes through the whole way; else lines of text."""

    def cases(self) -> list[Case]:
        return [case for cases in self.read() for case in cases]


def corpora_in(folder: Path, store: StoreContext | None = None) -> list[Corpus]:
    """Every corpus under the folder: `.bin` beside its `.json`, and `.jsonl` of lines with truth."""
    streams = sorted(path for path in folder.rglob("*.bin") if path.with_suffix(".json").is_file())
    texts = sorted(path for path in folder.rglob("*.jsonl"))
    found = [_streams(folder, streams, store)] if streams else []
    return found + [_texts(path, store or _store_of(path)) for path in texts]


def _store_of(path: Path) -> StoreContext:
    return next((store for name, store in STORES.items() if re.match(rf"{name}\b", path.name)), HOME)


# ---- print streams --------------------------------------------------------------------------------


def _streams(folder: Path, paths: Sequence[Path], store: StoreContext | None) -> Corpus:
    def read() -> Iterator[list[Case]]:
        for path in paths:
            yield list(_stream_cases(path, str(path.relative_to(folder)), store or HOME))

    def papers() -> Iterator[tuple[str, list[str], StoreContext]]:
        for path in paths:
            for lines in _printed_lines(path):
                yield str(path.relative_to(folder)), lines, store or HOME

    return Corpus("print streams", len(paths), read, papers, prints=True)


def _stream_cases(path: Path, name: str, store: StoreContext) -> Iterator[Case]:
    written = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    truth = {field: value for field, value in written.items() if field in PRINT_FIELDS}
    lane = lane_for_file(str(path), DialectName.AUTO, "cp437", "generic")
    form = load_format("generic")
    jobs = [understand(job, DialectName.AUTO, form, store) for job in jobs_in_file(path.read_bytes(), lane)]
    receipts = [receipt for job in jobs for receipt in job.receipts]
    yield Case(name, truth, receipts[0] if receipts else None)
    yield from (Case(f"{name} (one too many)", {"kind": None}, extra) for extra in receipts[1:])


def print_streams(folder: Path) -> list[Case]:
    """Every stream under `encoders` of the data."""
    return [case for corpus in corpora_in(folder / "encoders") for case in corpus.cases()]


def print_lines(folder: Path, encoder: str) -> Iterator[tuple[str, list[str]]]:
    """The papers of one encoder as lines, one per file."""
    for path in sorted((folder / "encoders" / encoder).glob("*.bin")):
        for lines in _printed_lines(path):
            yield path.name, lines


def _printed_lines(path: Path) -> Iterator[list[str]]:
    lane = lane_for_file(str(path), DialectName.AUTO, "cp437", "generic")
    for job in jobs_in_file(path.read_bytes(), lane):
        paper = understand(job, DialectName.AUTO, load_format("generic"), HOME).paper
        if paper.lines:
            yield [line.text for line in paper.lines]


# ---- texts ----------------------------------------------------------------------------------------


def _texts(path: Path, store: StoreContext) -> Corpus:
    receipts = list(written_receipts(path))

    def read() -> Iterator[list[Case]]:
        for number, written in enumerate(receipts):
            yield list(_text_case(f"{path.stem}:{number}", written, store))

    def papers() -> Iterator[tuple[str, list[str], StoreContext]]:
        for number, written in enumerate(receipts):
            yield f"{path.stem}:{number}", written["lines"], store

    return Corpus(path.stem, len(receipts), read, papers)


def _text_case(name: str, written: Mapping[str, Any], store: StoreContext) -> Iterator[Case]:
    """Nothing where the truth has no readable total."""
    printed = {
        field: amount
        for field in ("subtotal", "tax", "tip", "total")
        if (amount := _minor(written["truth"].get(field), store.exponent)) is not None
    }
    if "total" not in printed:
        return
    receipts = read_paper(written["lines"], load_format("generic"), store)
    truth: dict[str, Any] = {field: amount for field, amount in printed.items() if field != "tip"}
    if day := _day(str(written["truth"].get("date", "")), store):
        truth["day"] = day
    yield Case(name, truth, receipts[0] if receipts else None, closes=_closes(printed))


def _day(written: str, store: StoreContext) -> date | None:
    """The truth's day, as sure as it is written: ISO, day first outside the US, a month's name; else None."""
    for form in (
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%d-%m-%Y",
        "%d/%m/%y",
        "%d-%m-%y",
        "%d %b %Y",
        "%d %b %y",
        "%d-%b-%Y",
        "%d%m%Y",
    ):
        if form.startswith("%Y") or store.country != "US":
            with suppress(ValueError):
                return datetime.strptime(written.strip(), form).date()  # noqa: DTZ007 (a day has no zone)
    return None


def _closes(printed: Mapping[str, int]) -> bool:
    """subtotal + tax + tip = total, of what the truth says; a total alone cannot contradict itself."""
    parts = printed.get("subtotal", 0) + printed.get("tax", 0) + printed.get("tip", 0)
    return "subtotal" not in printed or parts == printed["total"]


def _minor(amount: float | str | None, exponent: int) -> int | None:
    if amount is None:
        return None
    digits = re.sub(r"[^\d.-]", "", str(amount))
    return round(float(digits) * 10**exponent) if re.fullmatch(r"-?\d*\.?\d+", digits) else None


def written_receipts(path: Path) -> Iterator[dict[str, Any]]:
    """The receipts of a `.jsonl`: each with `id`, `lines` and `truth`."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def american_lines(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for receipt in written_receipts(folder / "receipts" / "us-dev.jsonl"):
        yield receipt["id"], receipt["lines"]


def malaysian_lines(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for receipt in written_receipts(folder / "receipts" / "sroie-train.jsonl"):
        yield receipt["id"], receipt["lines"]


def malaysian_texts(folder: Path) -> list[Case]:
    """SROIE: true words laid out as lines; truth: the total."""
    return _texts(folder / "receipts" / "sroie-train.jsonl", MALAYSIA).cases()


def american_texts(folder: Path) -> list[Case]:
    """Receipts whose own truth closes; one label in twenty of this set is wrong."""
    cases = _texts(folder / "receipts" / "us-dev.jsonl", HOME).cases()
    return [case for case in cases if case.closes]

"""corpora: takes the receipts with truth that lie beside the project, gives how each was read; judges by field."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.formats import StoreContext, load_format, read_paper
from agent.reading import as_json, jobs_in_file, lane_for_file, understand
from agent.receipt import Receipt, State
from agent.taps.lane import DialectName

HOME = StoreContext()
MALAYSIA = StoreContext(country="MY", currency="MYR", cash_rounding=5)
AMOUNTS = ("subtotal", "tax", "total", "discount", "award_base", "fees", "tip", "change")
PRINT_FIELDS = (
    "kind",
    "number",
    "date",
    "exponent",
    "phone",
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

    @property
    def accepted(self) -> bool:
        return self.receipt is not None and self.receipt.state is State.ACCEPTED

    @property
    def stood(self) -> bool:
        """It was not held: what it says counts."""
        return self.receipt is not None and self.receipt.state is not State.HELD

    def differences(self) -> dict[str, tuple[Any, Any]]:
        """Field → (truth, read) where they differ; only fields that the truth names."""
        if self.receipt is None:
            return {field: (value, None) for field, value in self.truth.items()}
        read = as_json(self.receipt)
        read["n_items"] = len(self.receipt.items)
        return {
            field: (value, read[field]) for field, value in self.truth.items() if not _same(field, value, read[field])
        }


def _same(field: str, truth: Any, read: Any) -> bool:
    if field == "date":
        return read is not None and datetime.fromisoformat(read) == datetime.fromisoformat(truth)
    if field == "day":
        return bool(read == truth)
    return bool(read == truth)


def print_streams(folder: Path) -> Iterator[Case]:
    """Every .bin of data/encoders through the whole way: job, dialect, paper, reader."""
    form = load_format("generic")
    for path in sorted((folder / "encoders").rglob("*.bin")):
        written = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        truth = {field: value for field, value in written.items() if field in PRINT_FIELDS}
        lane = lane_for_file(str(path), DialectName.AUTO, "cp437", "generic")
        jobs = [understand(job, DialectName.AUTO, form, HOME) for job in jobs_in_file(path.read_bytes(), lane)]
        receipts = [receipt for job in jobs for receipt in job.receipts]
        name = str(path.relative_to(folder / "encoders"))
        yield Case(name, truth, receipts[0] if receipts else None)
        yield from (Case(f"{name} (one too many)", {"kind": None}, extra) for extra in receipts[1:])


def print_lines(folder: Path, encoder: str) -> Iterator[tuple[str, list[str]]]:
    """The papers of one encoder as lines, one per file."""
    form = load_format("generic")
    for path in sorted((folder / "encoders" / encoder).glob("*.bin")):
        lane = lane_for_file(str(path), DialectName.AUTO, "cp437", "generic")
        for job in jobs_in_file(path.read_bytes(), lane):
            paper = understand(job, DialectName.AUTO, form, HOME).paper
            if paper.lines:
                yield path.name, [line.text for line in paper.lines]


def american_lines(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for receipt in _texts(folder / "receipts" / "us-dev.jsonl"):
        yield receipt["id"], receipt["lines"]


def malaysian_texts(folder: Path) -> Iterator[Case]:
    """SROIE: true words laid out as lines; truth: the total."""
    for number, receipt in enumerate(_texts(folder / "receipts" / "sroie-train.jsonl")):
        printed = re.sub(r"[^\d.-]", "", receipt["truth"]["total"])
        if re.fullmatch(r"-?\d*\.\d{2}", printed):
            truth = {"total": _minor(printed)}
            yield Case(f"sroie-train:{number}", truth, _read(receipt["lines"], MALAYSIA))


def american_texts(folder: Path) -> Iterator[Case]:
    """Receipts whose own truth closes; one label in twenty of this set is wrong."""
    for number, receipt in enumerate(_texts(folder / "receipts" / "us-dev.jsonl")):
        subtotal, tax, tip, total = (_minor(receipt["truth"][field]) for field in ("subtotal", "tax", "tip", "total"))
        if subtotal + tax + tip == total:
            truth = {"subtotal": subtotal, "tax": tax, "total": total}
            yield Case(f"us-dev:{number}", truth, _read(receipt["lines"], HOME))


def _texts(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _read(lines: Sequence[str], context: StoreContext) -> Receipt | None:
    receipts = read_paper(lines, load_format("generic"), context)
    return receipts[0] if receipts else None


def _minor(amount: float | str) -> int:
    return round(float(amount) * 100)

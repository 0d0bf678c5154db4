"""file: takes CSV text of products and printed texts, gives checked rows, and back; reads no file itself.

Columns by name, in any order, only what is known: sku, name, upc, text, confidence, price, source, seen. A row with
`text` says what that printed text is; one without is a product of the list, and its name is the text tills print for
it when they print it whole. What `export` writes, `import` reads: that is how a chain shares what its boxes learned.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import TillpostError
from agent.money import format_amount

COLUMNS = ("text", "sku", "name", "upc", "price", "seen", "confidence", "source")
PROPOSALS = ("unknown", "known")
"""States of lines that are worth proposing to whoever keeps the product list."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the ledger takes it; `doubt` 0 to 1, 1 where the file does not say."""

    sku: str
    name: str = ""
    upc: str = ""
    text: str = ""
    doubt: float = 1.0


def read_rows(content: str, name: str) -> list[Row]:
    """Raises TillpostError naming file and line of the first fault; nothing of a faulty file is taken."""
    reader = csv.DictReader(io.StringIO(content), dialect=_dialect(content))
    try:
        heads = _heads(reader.fieldnames or (), name)
        reader.fieldnames = heads
        return [row for fields in reader if (row := _row(fields, name, reader.line_num))]
    except csv.Error as error:
        raise _fault(name, reader.reader.line_num, f"it is no good CSV: {error}") from error


def _heads(written: Iterable[str | None], name: str) -> list[str]:
    heads = [(head or "").strip().lower() for head in written]
    for head in heads:
        if head not in COLUMNS:
            raise _fault(name, 1, f"there is no column {head!r}{_meant(head)}")
    if "sku" not in heads:
        raise _fault(name, 1, "the column 'sku' is missing; the first line names the columns")
    return heads


def write_rows(rows: Iterable[Mapping[str, Any]], exponent: int) -> Iterator[str]:
    """Lines of CSV, the heading first; `rows` in the shape of the ledger's `catalogue` question."""
    yield _line(COLUMNS)
    for row in rows:
        price = "" if row["price"] is None else format_amount(row["price"], exponent)
        cells = {**row, "price": price, "confidence": row["confidence"] or ""}
        yield _line(str(cells.get(column, "") or "") for column in COLUMNS)


def _dialect(content: str) -> type[csv.Dialect]:
    """Comma, semicolon or tab, by the first line: spreadsheets in half of Europe write semicolons."""
    first = content.split("\n", 1)[0]
    chosen = max((",", ";", "\t"), key=first.count)

    class Sniffed(csv.excel):
        delimiter = chosen
        strict = True

    return Sniffed


def _row(fields: Mapping[str | None, Any], name: str, line: int) -> Row | None:
    if None in fields:
        raise _fault(name, line, "it has more cells than the first line names columns")
    cells = {key: (fields.get(key) or "").strip() for key in COLUMNS}
    if not any(cells.values()):
        return None
    if not cells["sku"]:
        if cells["text"]:
            return None  # an exception somebody exported and did not fill in: it stays one
        raise _fault(name, line, "the product code (sku) is empty")
    try:
        doubt = float(cells["confidence"] or 1)
    except ValueError:
        raise _fault(name, line, f"confidence {cells['confidence']!r} is no number from 0 to 1") from None
    if not 0 <= doubt <= 1:
        raise _fault(name, line, f"confidence {doubt:g} is not between 0 and 1")
    return Row(cells["sku"], cells["name"], cells["upc"], cells["text"], doubt)


def _meant(head: str) -> str:
    close = difflib.get_close_matches(head, COLUMNS, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(COLUMNS)}"


def _fault(name: str, line: int, what: str) -> TillpostError:
    return TillpostError(f"{name}, line {line}: {what}", hint="Correct that line and import the file again.")


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()

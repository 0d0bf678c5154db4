"""catch_up: takes a till's export as CSV text, gives the receipts in it, each proven or with what is wrong; books none.

Columns: number, time (or date and time), kind, subtotal, tax, total, customer (or phone, email, card), register. Which
heading is which is set ([catch_up.columns], --column) or told by its name. An export is no paper: it earns only where
its own figures add up, like everything else.
"""

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from agent.errors import TillpostError
from agent.formats import Format, StoreContext
from agent.formats.dates import sale_moment
from agent.formats.words import plain
from agent.journal.record import Position
from agent.receipt import EARNING, Kind, Receipt, Relation, State

EXPORT = "export"
"""The `cause` of a receipt that was booked from an export, where a printed one has how its job ended."""
NO_JOURNAL = 0
"""The journal's number in the place of such a receipt: no journal has it, so it lies before every one."""
NAMES: Mapping[str, tuple[str, ...]] = {
    "number": (
        *("number", "no", "nr", "receipt", "receipt no", "receipt number", "receipt id", "invoice", "invoice number"),
        *("ticket", "ticket number", "transaction", "transaction id", "order", "order number", "bon", "beleg", "id"),
    ),
    "time": (
        "time",
        "date time",
        "datetime",
        "timestamp",
        "created",
        "created at",
        "closed at",
        "sold at",
        "sale time",
    ),
    "date": ("date", "sale date", "business date", "datum", "fecha", "day"),
    "kind": ("kind", "type", "transaction type", "art", "tipo"),
    "subtotal": ("subtotal", "sub total", "net", "net total", "net sales", "net amount", "netto"),
    "tax": ("tax", "taxes", "tax total", "total tax", "sales tax", "vat", "gst", "mwst", "iva"),
    "total": ("total", "grand total", "amount", "gross", "total amount", "total paid", "brutto", "summe"),
    "customer": ("customer", "customer phone", "member", "loyalty", "kunde", "cliente"),
    "phone": ("phone", "mobile", "telephone", "telefon"),
    "email": ("email", "e mail", "mail"),
    "card": ("card", "loyalty card", "member id", "member number", "loyalty number"),
    "register": ("register", "till", "terminal", "station", "pos", "kasse", "caja"),
}
NEEDED = ("number", "total")
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("", "sale", "sales", "sell", "order", "verkauf", "venta", "payment"), Kind.SALE),
    **dict.fromkeys(("return", "refund", "returned", "retoure", "devolucion", "credit"), Kind.RETURN),
    **dict.fromkeys(("exchange",), Kind.EXCHANGE),
    **dict.fromkeys(("buy", "buyback", "purchase", "trade in"), Kind.BUY),
    **dict.fromkeys(("void", "voided", "cancelled", "canceled", "storno"), Kind.VOID),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the export; `fault` says why it cannot be booked, '' when it can."""

    line: int
    receipt: Receipt
    fault: str = ""


class Status(StrEnum):
    SEEN = "seen"
    """The box has this receipt."""
    HELD = "held"
    """It has it, but could not prove it."""
    UNSEEN = "unseen"
    """It never saw it."""
    FAULTY = "faulty"
    TWICE = "twice in the file"


@dataclass(frozen=True, slots=True)
class Compared:
    """`of`: the box's number of that receipt, 0 when it has none."""

    row: Row
    status: Status
    of: int = 0


def read_export(content: str, file: str, columns: Mapping[str, str], form: Format, context: StoreContext) -> list[Row]:
    """Every line of the export. `columns`: our name → its heading. Raises TillpostError when headings are missing."""
    reader = csv.reader(io.StringIO(content), delimiter=_delimiter(content))
    try:
        where = _where(next(reader, []), columns, file)
        return [
            _row(reader.line_num, {name: _cell(cells, at) for name, at in where.items()}, form, context)
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        hint = "Save it again as CSV from the till or a spreadsheet."
        raise TillpostError(f"{file}, line {reader.line_num}: it is no good CSV: {error}", hint=hint) from error


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at].strip() if at < len(cells) else ""


def place_of(store: str, lane: str, receipt: Receipt) -> Position:
    """Where a receipt of an export lies, in place of the journal: always the same for the same receipt."""
    when = receipt.date.isoformat() if receipt.date else ""
    parts = (store, lane, receipt.register or "", receipt.number or "", when, receipt.kind.value, str(receipt.total))
    digest = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:8])
    return Position(NO_JOURNAL, digest % 10**6, digest // 10**6 % 10**7)


def compare(rows: Sequence[Row], known: Iterable[Mapping[str, Any]]) -> list[Compared]:
    """Each row beside the box's own receipts (rows of the `receipts` question, at least of the days around)."""
    by_number: dict[str, list[Mapping[str, Any]]] = {}
    for row in known:
        by_number.setdefault(_number(row["number"]), []).append(row)
    seen_here: set[tuple[Any, ...]] = set()
    return [_compared(row, by_number, seen_here) for row in rows]


def _compared(row: Row, by_number: Mapping[str, list[Mapping[str, Any]]], seen_here: set[tuple[Any, ...]]) -> Compared:
    receipt = row.receipt
    if row.fault:
        return Compared(row, Status.FAULTY)
    identity = (receipt.number, receipt.register, receipt.date, receipt.kind, receipt.total)
    if identity in seen_here:
        return Compared(row, Status.TWICE)
    seen_here.add(identity)
    alike = [one for one in by_number.get(_number(receipt.number), ()) if _is_same(receipt, one)]
    counted = [one for one in alike if one["state"] != State.HELD.value]
    if counted:
        return Compared(row, Status.SEEN, counted[0]["id"])
    return Compared(row, Status.HELD, alike[0]["id"]) if alike else Compared(row, Status.UNSEEN)


def _is_same(receipt: Receipt, known: Mapping[str, Any]) -> bool:
    """Number, day, and what of register and total both know; a till rounds its times, so the minute says nothing."""
    if receipt.register and known["register"] and receipt.register != known["register"]:
        return False
    if known["total"] is not None and abs(known["total"]) != abs(receipt.total or 0):
        return False
    day = receipt.date.date().isoformat() if receipt.date else ""
    days = {known["business_day"], (known["printed_at"] or "")[:10]}
    return not day or day in days


def _number(number: str | None) -> str:
    """Exports drop leading zeros and signs that the paper prints."""
    return (number or "").strip().lstrip("#0 ").casefold()


# ---- headings -------------------------------------------------------------------------------------


def _delimiter(content: str) -> str:
    first = content.split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _where(heads: Sequence[str], columns: Mapping[str, str], file: str) -> dict[str, int]:
    plain_heads = [plain(head) for head in heads]
    where = {name: _index(heads, wanted, name, file) for name, wanted in columns.items()}
    for name, known in NAMES.items():
        at = next((plain_heads.index(one) for one in known if one in plain_heads), None)
        if name not in where and at is not None and at not in where.values():
            where[name] = at
    if "time" not in where and "date" in where:
        where["time"] = where.pop("date")
    missing = [name for name in NEEDED if name not in where]
    missing += ["time"] if "time" not in where else []
    missing += ["subtotal or tax"] if not {"subtotal", "tax"} & where.keys() else []
    if missing:
        options = " ".join(f"--column {name.split()[0]}=HEADING" for name in missing)
        what = f"{file}, line 1: no column for {', '.join(missing)} among: {', '.join(heads)}"
        raise TillpostError(what, hint=f"Name them: {options}, or in [catch_up.columns].")
    return where


def _index(heads: Sequence[str], wanted: str, name: str, file: str) -> int:
    folded = [head.strip().casefold() for head in heads]
    if wanted.strip().casefold() in folded:
        return folded.index(wanted.strip().casefold())
    close = difflib.get_close_matches(wanted, heads, n=1, cutoff=0.5)
    meant = f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(heads)}"
    what = f"{file}, line 1: there is no column {wanted!r} for the {name}{meant}"
    raise TillpostError(what, hint="Correct --column, or [catch_up.columns].")


# ---- one line -------------------------------------------------------------------------------------


def _row(line: int, cells: Mapping[str, str], form: Format, context: StoreContext) -> Row:
    said = cells.get("kind", "")
    kind = KINDS.get(plain(said))
    when = _when(cells, form, context)
    amounts = {name: _amount(cells.get(name, ""), context.exponent) for name in ("subtotal", "tax", "total")}
    receipt = Receipt(
        kind=kind or Kind.OTHER,
        state=State.ACCEPTED,
        number=cells.get("number") or None,
        register=cells.get("register") or None,
        date=when,
        currency=context.currency,
        exponent=context.exponent,
    )
    receipt = replace(receipt, **_customer(cells))
    if kind is None:
        return Row(line, receipt, f"{said!r} is no kind of receipt that is known")
    if not receipt.number:
        return Row(line, receipt, "it has no number")
    if when is None:
        return Row(line, receipt, f"{cells.get('date', '')} {cells.get('time', '')} is no date and time".lstrip())
    if kind not in EARNING:
        return Row(line, replace(receipt, total=amounts["total"]), f"a {kind.value} earns nothing")
    return _with_amounts(line, receipt, amounts)


def _with_amounts(line: int, receipt: Receipt, amounts: Mapping[str, int | None]) -> Row:
    """Two of the three give the third; all three must add up. A return is negative whichever way it is written."""
    subtotal, tax, total = amounts["subtotal"], amounts["tax"], amounts["total"]
    if total is None:
        return Row(line, receipt, "its total is no amount")
    if subtotal is None and tax is None:
        return Row(line, replace(receipt, total=total), "neither subtotal nor tax is given, so the net is not known")
    subtotal = total - (tax or 0) if subtotal is None else subtotal
    tax = total - subtotal if tax is None else tax
    if subtotal + tax != total:
        return Row(line, replace(receipt, total=total), "subtotal and tax do not make the total")
    if receipt.kind is Kind.SALE and total < 0:
        receipt = replace(receipt, kind=Kind.RETURN)
    sign = -1 if receipt.kind is Kind.RETURN and total > 0 else 1
    words = "subtotal and tax of the export make its total"
    return Row(
        line,
        replace(
            receipt,
            subtotal=sign * subtotal,
            tax=sign * tax,
            total=sign * total,
            award_base=sign * subtotal,
            proof=(Relation(words, (sign * subtotal, sign * tax), sign * total),),
        ),
    )


def _when(cells: Mapping[str, str], form: Format, context: StoreContext) -> datetime | None:
    text = f"{cells.get('date', '')} {cells.get('time', '')}".strip()
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return sale_moment([text], form.dates, context)


def _amount(text: str, exponent: int) -> int | None:
    """'1,234.50', '1.234,50', '(12.00)', '-12' → minor units; None when it is none."""
    digits = re.sub(r"[^\d.,()-]", "", text)
    negative = digits.startswith(("-", "(")) or digits.endswith("-")
    digits = digits.strip("()-")
    match = re.fullmatch(rf"(\d+(?:[.,]\d{{3}})*|\d+)?(?:[.,](\d{{1,{max(exponent, 1)}}}))?", digits)
    if not digits or match is None or not any(match.groups()) or (match[2] and not exponent):
        return None
    whole = re.sub(r"\D", "", match[1] or "0")
    value: int = int(whole) * 10**exponent + int((match[2] or "0").ljust(exponent, "0") or 0)
    return -value if negative else value


def _customer(cells: Mapping[str, str]) -> dict[str, Any]:
    """One column of any kind is told by what stands in it."""
    named = {name: cells.get(name) or None for name in ("phone", "email", "card")}
    said = cells.get("customer", "")
    if said and not any(named.values()):
        digits = sum(character.isdigit() for character in said)
        name = "email" if "@" in said else "phone" if digits >= 7 and not re.search(r"[A-Za-z]", said) else ""
        return {**named, name: said} if name else {**named, "name": said}
    return named

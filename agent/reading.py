"""reading: takes one print job, gives its paper and the receipts on it; opens nothing, decides nothing about awards."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.dialects import read_job
from agent.errors import FormatError
from agent.formats import Format, StoreContext, load_format, read_paper
from agent.job import Job, JobCutter
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.paper import Paper, lay_out
from agent.print_events import PrintEvent, Raster, Unreadable
from agent.receipt import Kind, Receipt, State
from agent.settings import Store
from agent.taps.lane import DialectName, Lane, TapKind

LOG = logging.getLogger(__name__)

FILE_CHUNK = 1 << 16
LONGEST_LOGO_DOTS = 400
"""5 cm of paper at 203 dpi; what is drawn beyond that is a receipt in pixels."""
SHORTEST_RECEIPT_BYTES = 100


@dataclass(frozen=True, slots=True)
class Understood:
    """One job, the paper it printed and what is on it; `origins` names each receipt's first byte in the journal."""

    job: Job
    paper: Paper
    receipts: tuple[Receipt, ...]

    @property
    def origins(self) -> tuple[Position, ...]:
        start = self.job.origin
        return tuple(Position(start.journal, start.segment, start.offset + n) for n in range(len(self.receipts)))


def context_of(store: Store) -> StoreContext:
    return StoreContext(
        country=store.country,
        currency=store.currency,
        exponent=store.exponent,
        date_order=store.date_order,
        cash_rounding=store.cash_rounding,
        nobody=store.nobody,
    )


def understand(job: Job, dialect: DialectName, form: Format, context: StoreContext) -> Understood:
    """Reads the job through every step. What cannot be trusted comes out held, never left out."""
    events, _ = read_job(job.data, job.state, dialect)
    paper = lay_out(events)
    doubts = list(_doubts(job, paper))
    receipts = read_paper([line.text for line in paper.lines], form, context, suspicions=doubts)
    return Understood(job, paper, tuple(receipts) or _without_text(job, events, doubts))


def understand_or_hold(job: Job, dialect: DialectName, form: Format, context: StoreContext) -> Understood:
    """`understand`; a fault of ours holds the job with its bytes, and must not stop the receipts behind it."""
    try:
        return understand(job, dialect, form, context)
    except Exception as error:
        LOG.exception("job %s of %s could not be read", job.origin, job.lane)
        return unread(job, f"the reader failed ({type(error).__name__})")


def unread(job: Job, why: str) -> Understood:
    """A job that is not read at all: held with its reason, so that it is seen and can be replayed."""
    paper = Paper(lines=(), pictures=0, barcodes=(), unreadable=(), cut=False)
    return Understood(job, paper, _held(why))


def form_of(lane: Lane) -> Format:
    """The lane's format; a broken or missing file falls back to generic, which needs no teaching."""
    try:
        return load_format(lane.format)
    except FormatError:
        return load_format("generic")


def jobs_in_file(data: bytes, lane: Lane) -> Iterator[Job]:
    """A captured file as the jobs it would have been on the wire."""
    cutter = JobCutter(lane)
    for start in range(0, len(data), FILE_CHUNK):
        piece = data[start : start + FILE_CHUNK]
        yield from cutter.feed(Position(0, 1, start), _as_record(lane, RecordKind.BYTES, start, piece))
    yield from cutter.feed(Position(0, 1, len(data)), _as_record(lane, RecordKind.CLOSED, len(data), b"{}"))
    yield from cutter.quiet(10**18, "file")


def lane_for_file(path: str, dialect: DialectName, code_page: str, form: str) -> Lane:
    return Lane(
        name="file", tap=TapKind.RECORDING, path=path, dialect=dialect, code_page=code_page, format=form, quiet_s=1
    )


def _as_record(lane: Lane, kind: RecordKind, offset: int, payload: bytes) -> Record:
    return Record(kind, lane.name, 1, Direction.TO_PRINTER, offset, "file", 0, 0, False, payload)


def _doubts(job: Job, paper: Paper) -> Iterator[str]:
    if job.gap:
        yield f"bytes of this job are missing: {job.gap}"
    yield from (unreadable.why for unreadable in paper.unreadable if _spoils(unreadable))


def _spoils(unreadable: Unreadable) -> bool:
    """A stray byte between commands spoils nothing; a language we do not read, or bytes we lost, do."""
    return "not read" in unreadable.why or "lost" in unreadable.why


def _without_text(job: Job, events: Sequence[PrintEvent], doubts: Sequence[str]) -> tuple[Receipt, ...]:
    """A logo, a drawer kick or a status query is no receipt; a paper-long picture or lost bytes may be one: held."""
    drawn = sum(event.height for event in events if isinstance(event, Raster))
    if drawn >= LONGEST_LOGO_DOTS:
        return _held("the receipt is printed as a picture, and pictures are not read yet")
    if doubts and len(job.data) >= SHORTEST_RECEIPT_BYTES:
        return _held("; ".join(doubts))
    return ()


def _held(why: str) -> tuple[Receipt, ...]:
    return (Receipt(kind=Kind.OTHER, state=State.HELD, reason=why),)


def as_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt's fields under the names and shapes `tillpost read --json` promises."""
    fields: dict[str, Any] = {
        "state": receipt.state.value,
        "reason": receipt.reason,
        "kind": receipt.kind.value,
        "reprint": receipt.reprint,
        "number": receipt.number,
        "register": receipt.register,
        "cashier": receipt.cashier,
        "date": receipt.date.isoformat() if receipt.date else None,
        "currency": receipt.currency,
        "exponent": receipt.exponent,
        "original": receipt.original,
    }
    for name in ("subtotal", "discount", "tax", "fees", "tip", "total", "change", "award_base"):
        fields[name] = getattr(receipt, name)
    fields["tenders"] = [list(tender) for tender in receipt.tenders]
    fields["items"] = [[item.text, item.quantity, item.amount] for item in receipt.items]
    for name in ("phone", "email", "card", "name"):
        fields[name] = getattr(receipt, name)
    return fields


def proof_as_json(receipt: Receipt) -> list[dict[str, Any]]:
    """The sums that prove it, each with its words."""
    return [asdict(relation) for relation in receipt.proof]

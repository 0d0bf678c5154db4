"""reading: takes one print job, gives its paper and the receipts on it; opens nothing, decides nothing about awards."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from agent.dialects import DialectState, read_job
from agent.dialects.reader import TEXT_DRAWN
from agent.errors import FormatError
from agent.formats import Format, StoreContext, load_format, read_paper
from agent.job import Job, JobCutter
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.paper import WIDTH_DOTS, Paper, lay_out
from agent.print_events import Cut, PrintEvent, Raster, Text, Unreadable
from agent.raster import Dictionary
from agent.raster.picture_paper import NO_LETTERS, PicturePaper, letters_of, looks_like_a_receipt, picture_paper
from agent.receipt import Kind, Receipt, State
from agent.settings import Store
from agent.slips.paper import is_ours
from agent.taps.lane import DialectName, Lane, TapKind
from agent.wrapping import Wrapped, Wrapping, unwrapped

LOG = logging.getLogger(__name__)

FILE_CHUNK = 1 << 16
NO_SIGNS = Dictionary()
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


def understand(  # noqa: PLR0917 - the steps' own settings
    job: Job,
    dialect: DialectName,
    form: Format,
    context: StoreContext,
    signs: Dictionary = NO_SIGNS,
    width_dots: int = WIDTH_DOTS,
) -> Understood:
    """Reads the job through every step. What cannot be trusted comes out held, never left out.

    `signs`: what is known of the letters that the till prints as pixels; `width_dots` of the lane's paper.
    """
    events = events_of(job, dialect)
    paper = lay_out(events, width_dots)
    if is_ours([line.text for line in paper.lines]):
        return Understood(job, paper, ())
    doubts = list(_doubts(job, paper))
    receipts = [
        receipt
        for sheet in _sheets(events, paper)
        for receipt in read_paper([line.text for line in sheet.lines], form, context, suspicions=doubts)
    ]
    is_written = any(character.isalnum() for line in paper.lines for character in line.text)
    if not is_written or all(receipt.kind is Kind.OTHER and receipt.state is State.NOTED for receipt in receipts):
        drawn = [picture_paper(piece, width_dots, signs) for piece in _drawn(events, alone=not is_written)]
        drawn = [one for one in drawn if one.why != NO_LETTERS or not receipts]
        if drawn:
            return _pictured(job, paper, drawn, form, context, [why for why in doubts if why != TEXT_DRAWN])
    return Understood(job, paper, tuple(receipts) or _without_text(job, doubts))


def _drawn(events: Sequence[PrintEvent], *, alone: bool) -> list[Sequence[PrintEvent]]:
    """Pieces of paper between two cuts with more drawn on them than a logo; without text, also shorter ones."""
    pieces = _pieces(events)
    heights = [sum(map(_drawn_height, piece)) for piece in pieces]
    return [
        piece
        for piece, height in zip(pieces, heights, strict=True)
        if height >= LONGEST_LOGO_DOTS or (alone and height and _looks_written(piece))
    ]


def _drawn_height(event: PrintEvent) -> int:
    """Dots of paper that a picture takes, or a run of letters that the till has drawn itself."""
    if isinstance(event, Raster):
        return event.height
    return max((shape.height for shape in event.drawn), default=0) if isinstance(event, Text) else 0


def written_on(events: Sequence[PrintEvent], signs: Dictionary, width_dots: int) -> list[str]:
    """The paper's lines; those of a receipt in pixels with U+FFFD for each sign that is not known."""
    lines = [line.text for line in lay_out(events, width_dots).lines]
    if any(character.isalnum() for line in lines for character in line):
        return lines
    drawn = [picture_paper(piece, width_dots, signs) for piece in _drawn(events, alone=True)]
    return [line.text for one in drawn for line in one.paper.lines] or lines


def _looks_written(events: Sequence[PrintEvent]) -> bool:
    lines = letters_of(events, WIDTH_DOTS)
    return not isinstance(lines, str) and looks_like_a_receipt(lines)


def _pictured(  # noqa: PLR0917
    job: Job,
    paper: Paper,
    drawn: Sequence[PicturePaper],
    form: Format,
    context: StoreContext,
    doubts: Sequence[str],
) -> Understood:
    """Receipts in pixels: read when every sign is known, else held."""
    receipts: list[Receipt] = []
    for one in drawn:
        lines = [line.text for line in one.paper.lines]
        receipts += _held(one.why) if one.why else read_paper(lines, form, context, suspicions=doubts)
    lines_on_all = tuple(line for one in drawn for line in one.paper.lines)
    return Understood(job, replace(paper, lines=lines_on_all), tuple(receipts))


def events_of(job: Job, dialect: DialectName) -> list[PrintEvent]:
    """Everything the job prints, out of what its print data travels in."""
    return [event for one in unwrapped(job.wrapping, job.data) for event in _events_of(one, job.state, dialect)]


def _events_of(wrapped: Wrapped, state: DialectState, dialect: DialectName) -> Iterator[PrintEvent]:
    """What one piece of print data prints; `at` counts in the job."""
    events, _ = read_job(wrapped.data, state, dialect)
    yield from (replace(event, at=event.at + wrapped.at) for event in events) if wrapped.at else events
    if wrapped.lost:
        yield Unreadable(wrapped.at + len(wrapped.data), 0, wrapped.lost)


def _sheets(events: Sequence[PrintEvent], whole: Paper) -> list[Paper]:
    """A document may cut the paper in its middle: each piece with text on it is read by itself."""
    printed = [piece for piece in _pieces(events) if any(isinstance(event, Text) for event in piece)]
    return [whole] if len(printed) <= 1 else [lay_out(piece) for piece in printed]


def _pieces(events: Sequence[PrintEvent]) -> list[list[PrintEvent]]:
    """What is printed between two cuts."""
    pieces: list[list[PrintEvent]] = [[]]
    for event in events:
        pieces[-1].append(event)
        if isinstance(event, Cut):
            pieces.append([])
    return pieces


def understand_or_hold(job: Job, lane: Lane, context: StoreContext, signs: Dictionary = NO_SIGNS) -> Understood:
    """`understand` by the lane's settings; a fault of ours holds the job with its bytes, and must not stop the receipts
    behind it."""
    try:
        return understand(job, lane.dialect, form_of(lane), context, signs, lane.paper_dots)
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
        return load_format(lane.format, Path(lane.formats)) if lane.formats else load_format(lane.format)
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


def lane_for_file(
    path: str, dialect: DialectName, code_page: str, form: str, captured_in: Wrapping = Wrapping.NONE
) -> Lane:
    return Lane(
        name="file",
        tap=TapKind.RECORDING,
        path=path,
        dialect=dialect,
        code_page=code_page,
        format=form,
        quiet_s=1,
        captured_in=captured_in,
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


def _without_text(job: Job, doubts: Sequence[str]) -> tuple[Receipt, ...]:
    """A logo, a drawer kick or a status query is no receipt; lost bytes may have been one: held."""
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

"""replay: takes the journal as it lies on disk, gives every job as today's reader understands it; changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from agent.dialects import DialectState
from agent.formats import StoreContext
from agent.job import Job, JobCutter
from agent.journal.reader import JournalReader
from agent.journal.record import Position, RecordKind
from agent.print_events import PrintEvent
from agent.raster import Dictionary
from agent.reading import NO_SIGNS, Understood, events_of, understand_or_hold
from agent.reading_place import Mark, ReadingPlace
from agent.taps.lane import Lane, TapKind

Signs = Callable[[str], Dictionary]
"""What is known of a lane's letters, for receipts that are printed as pictures."""
FOR_EVER_NS = 1 << 62


def replayed(
    journal: JournalReader, lanes: Mapping[str, Lane], context: StoreContext, signs: Signs = lambda _: NO_SIGNS
) -> Iterator[Understood]:
    """From the oldest byte that is kept to the newest, cut at the same places as when it came."""
    for job in _jobs(journal, lanes):
        yield understand_or_hold(job, lane_of(lanes, job.lane), context, signs(job.lane))


def job_at(journal: JournalReader, lane: Lane, origin: Position, mark: Mark, session: int) -> Job | None:
    """The one job whose first byte is at `origin`; None when the journal no longer holds it.

    `mark`: the origin and what its `session` had set on the printer before it.
    """
    cutter, place = (
        JobCutter(lane, {session: mark.state} if mark.state else {}),
        ReadingPlace(origin, {(lane.name, session): mark}),
    )
    for entry in journal.replay(origin):
        left = place.left_of(*entry)
        if left and left[1].lane == lane.name:
            for job in cutter.feed(*left):
                if job.origin == origin:
                    return job
    return next((job for job in cutter.quiet(FOR_EVER_NS, "") if job.origin == origin), None)


def printed_at(journal: JournalReader, lane: Lane, row: Mapping[str, Any]) -> Sequence[PrintEvent] | None:
    """What one receipt's job prints (`row` as the ledger's question `receipt` gives it); None when the journal no
    longer holds its bytes."""
    origin = Position.parse(row["origin"])
    mark = Mark(origin, DialectState.from_json(row["dialect_state"]))
    job = job_at(journal, lane, origin, mark, row["session"])
    return None if job is None else events_of(job, lane.dialect)


def lane_of(lanes: Mapping[str, Lane], name: str) -> Lane:
    """A lane that the settings no longer name is still read, by evidence."""
    return lanes.get(name) or Lane(name, TapKind.RAW_TCP)


def lost_anywhere(cutters: Iterable[JobCutter]) -> None:
    """A stretch of the journal is gone and nobody knows whose it was: every open job may lack some of it."""
    for cutter in cutters:
        cutter.lost("the journal was damaged")


def _jobs(journal: JournalReader, lanes: Mapping[str, Lane]) -> Iterator[Job]:
    cutters: dict[str, JobCutter] = {}
    for position, record in journal.replay(None):
        if record.kind is RecordKind.GAP and not record.lane:
            lost_anywhere(cutters.values())
        if record.lane not in cutters:
            cutters[record.lane] = JobCutter(lane_of(lanes, record.lane))
        yield from cutters[record.lane].feed(position, record)
    for cutter in cutters.values():
        yield from cutter.quiet(FOR_EVER_NS, "")

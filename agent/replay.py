"""replay: takes the journal as it lies on disk, gives every job as today's reader understands it; changes nothing."""

from collections.abc import Iterator, Mapping

from agent.formats import StoreContext
from agent.job import Job, JobCutter
from agent.journal.reader import JournalReader
from agent.reading import Understood, form_of, understand
from agent.taps.lane import Lane, TapKind

FOR_EVER_NS = 1 << 62


def replayed(journal: JournalReader, lanes: Mapping[str, Lane], context: StoreContext) -> Iterator[Understood]:
    """From the oldest byte that is kept to the newest, cut at the same places as when it came."""
    for job in _jobs(journal, lanes):
        lane = lane_of(lanes, job.lane)
        yield understand(job, lane.dialect, form_of(lane), context)


def lane_of(lanes: Mapping[str, Lane], name: str) -> Lane:
    """A lane that the settings no longer name is still read, by evidence."""
    return lanes.get(name) or Lane(name, TapKind.RAW_TCP)


def _jobs(journal: JournalReader, lanes: Mapping[str, Lane]) -> Iterator[Job]:
    cutters: dict[str, JobCutter] = {}
    for position, record in journal.replay(None):
        if record.lane not in cutters:
            cutters[record.lane] = JobCutter(lane_of(lanes, record.lane))
        yield from cutters[record.lane].feed(position, record)
    for cutter in cutters.values():
        yield from cutter.quiet(FOR_EVER_NS, "")

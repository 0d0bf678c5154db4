"""intake: FLOW 2, journal → job → dialect → paper → format → receipt → awards → ledger; sends nothing.

Reads the journal behind the agent's own cursor. Every step until the last is pure; the last is one commit that holds
the receipt, its awards, their places in the outbox and the cursor. Read twice, nothing happens twice: a receipt is
known by the place of its first byte.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any

from sqlite_utils import Database

from agent.booking import Rules, book, rebook
from agent.clock import Clock
from agent.dialects import DialectState
from agent.formats import StoreContext
from agent.job import Job, JobCutter
from agent.journal.reader import Entry, JournalReader
from agent.journal.record import Position, Record, RecordKind
from agent.ledger import Ledger, cursor, events, receipts
from agent.ledger.moment import Moment
from agent.ledger.receipts import Captured
from agent.poison import PoisonNote
from agent.raster.picture_paper import BEING_READ
from agent.reading import NO_SIGNS, Understood, understand_or_hold, unread
from agent.reading_place import Mark, ReadingPlace, Session
from agent.receipt import Receipt, State
from agent.replay import Signs, lane_of, lost_anywhere, replayed
from agent.room import when_there_is_room
from agent.taps.lane import Lane

LOG = logging.getLogger(__name__)

RECORDS_AT_ONCE = 256
LOOK_EVERY_S = 1.0
"""The tap rings; should its datagram be lost, this is the longest anything waits."""

ON_ITS_WAY_S = 2.0
"""What has come may be so much later on the disk; a replay will see when it came, and must cut at the same place."""


class Intake:
    """`rung`: the tap has synced something; `queued`: something is due for the courier."""

    def __init__(  # noqa: PLR0917 - the parts it joins
        self,
        ledger: Ledger,
        journal: JournalReader,
        lanes: Mapping[str, Lane],
        context: StoreContext,
        rules: Rules,
        clock: Clock,
        rung: asyncio.Event,
        queued: asyncio.Event,
        poison: PoisonNote,
        signs: Signs = lambda _: NO_SIGNS,
    ) -> None:
        self._ledger, self._journal, self._lanes, self._context = ledger, journal, lanes, context
        self._rules, self._clock, self._rung, self._queued, self._poison = rules, clock, rung, queued, poison
        self._formats = {lane.name: lane.format for lane in lanes.values()}
        self._place = ReadingPlace()
        self._cutters: dict[str, JobCutter] = {}
        self._fed_at: dict[str, float] = {}
        self._looked_at = clock.monotonic()
        self._signs = signs
        self.pictured = asyncio.Event()
        """Rung when a receipt came that is printed as a picture, and not every letter on it is known."""

    def makes_progress(self) -> bool:
        """For the watchdog: the journal was looked at, a job begun or a commit tried lately."""
        return self._clock.monotonic() - self._looked_at < 20 * LOOK_EVERY_S

    @property
    def read_up_to(self) -> Position | None:
        """Everything before it is taken in; None when nothing is."""
        return self._place.back_to

    async def read_again(self, numbers: Collection[int]) -> list[dict[str, Any]]:
        """Today's reader over the journal; of these receipts, held ones that it can prove now count. Gives those."""
        changed = []
        for lane, origin, receipt in await asyncio.to_thread(self._read_all_again):
            stored = await self._ledger.do(receipts.by_origin, self._rules.device, lane, origin)
            if stored and stored.id in numbers and stored.receipt.state is State.HELD is not receipt.state:
                form = self._formats.get(stored.captured.lane, "generic")
                await self._ledger.do(rebook, self._rules, stored, receipt, form=form, now=Moment.now(self._clock))
                changed.append({"receipt": stored.id, "state": receipt.state.value})
        self._queued.set()
        return changed

    def _read_all_again(self) -> list[tuple[str, Position, Receipt]]:
        found = replayed(self._journal, self._lanes, self._context, self._signs)
        return [(one.job.lane, *pair) for one in found for pair in zip(one.origins, one.receipts, strict=True)]

    async def run(self) -> None:
        """Until cancelled."""
        self._place = ReadingPlace.from_json(await self._ledger.do(cursor.get))
        last = await self._catch_up()
        while True:
            self._rung.clear()
            entries = await asyncio.to_thread(self._journal.read, last, RECORDS_AT_ONCE)
            self._looked_at = self._clock.monotonic()
            if entries:
                last = entries[-1][0]
                await self._take_in(entries)
                continue
            await self._take_in_quiet()
            await self._clock.wait(self._rung, LOOK_EVERY_S)

    async def _catch_up(self) -> Position | None:
        """Feeds again what was fed but not finished when the last process ended."""
        last, again = None, self._journal.replay(self._place.back_to)
        while page := await asyncio.to_thread(_page_of, again):
            last = page[-1][0]
            await self._take_in(page)
        return last

    async def _take_in(self, entries: Sequence[Entry]) -> None:
        """One page of records: whatever jobs they finish, and the cursor behind them, in one commit."""
        jobs: list[Job] = []
        fresh = [left for entry in entries if (left := self._place.left_of(*entry))]
        await self._name_gaps(record for _, record in fresh if record.kind is RecordKind.GAP)
        for position, record in fresh:
            if record.kind is RecordKind.GAP and not record.lane:
                lost_anywhere(self._cutters.values())
            jobs += self._cutter(record.lane).feed(position, record)
            self._fed_at[record.lane] = self._clock.monotonic()
            self._place.fed(position, record)
        if jobs:  # else nothing is committed: an idle till must not wear the card
            await self._keep(jobs)

    async def _name_gaps(self, gaps: Iterable[Record]) -> None:
        """Bytes that passed and could not be kept: the fleet is told; the jobs they belong to come out held."""
        for gap in gaps:
            detail = {"lane": gap.lane, **json.loads(gap.payload or b"{}")}
            LOG.warning("a gap in what %s printed: %s", gap.lane or "some lane", detail)
            await self._commit(partial(self._ledger.do, events.record, "gap", detail, self._clock.wall()))

    async def _take_in_quiet(self) -> None:
        """Jobs that end because nothing has come for so long, by the time of their own records.

        A wire tap hands over long after it heard: while it does, its lane is not quiet.
        """
        now = self._clock.monotonic()
        now_ns = int((now - ON_ITS_WAY_S) * 1e9)
        jobs = [
            job
            for name, cutter in self._cutters.items()
            if not self._still_coming(name, now)
            for job in cutter.quiet(now_ns, self._clock.boot)
        ]
        if jobs:
            await self._keep(jobs)

    def _still_coming(self, name: str, now: float) -> bool:
        lane = lane_of(self._lanes, name)
        return lane.tap.outlives_us and now - self._fed_at.get(name, now) < lane.quiet_seconds

    async def _keep(self, jobs: Sequence[Job]) -> None:
        understood = [await self._read(job) for job in jobs]
        self._settle_place()
        now = Moment.now(self._clock)
        place = self._place.as_json()
        await self._commit(partial(self._ledger.do, _keep_all, self._rules, understood, self._formats, place, now))
        if any(one.receipts for one in understood):
            self._queued.set()
        if any(receipt.reason == BEING_READ for one in understood for receipt in one.receipts):
            self.pictured.set()

    async def _commit(self, call: Callable[[], Awaitable[Any]]) -> None:
        """A full disk is waited out, here too: stopping would only take the courier along. It is no standing still."""

        async def tried() -> None:
            self._looked_at = self._clock.monotonic()
            await call()

        await when_there_is_room(tried, self._clock)

    async def _read(self, job: Job) -> Understood:
        """Off the event loop. What fails to be read is held with its bytes, and never read again by itself."""
        self._looked_at = self._clock.monotonic()  # each job is progress: a page may hold a whole day
        lane = lane_of(self._lanes, job.lane)
        if self._poison.suspects(job.origin):
            return unread(job, "the box stopped several times while reading it")
        self._poison.begin(job.origin)
        try:
            return await asyncio.to_thread(understand_or_hold, job, lane, self._context, self._signs(lane.name))
        finally:
            self._poison.end()

    def _cutter(self, name: str) -> JobCutter:
        if name not in self._cutters:
            self._cutters[name] = JobCutter(lane_of(self._lanes, name), self._place.states(name))
        return self._cutters[name]

    def _settle_place(self) -> None:
        """Where a restart would go on: what the cutters still hold, and the printers' states."""
        unfinished, states = dict[Session, Mark](), dict[Session, DialectState]()
        for name, cutter in self._cutters.items():
            unfinished |= {(name, number): Mark(*open_job) for number, open_job in cutter.unfinished.items()}
            states |= {(name, number): state for number, state in cutter.states.items()}
        self._place.settle(unfinished, states)


def _page_of(entries: Iterator[Entry]) -> list[Entry]:
    return list(islice(entries, RECORDS_AT_ONCE))


def _keep_all(  # noqa: PLR0917
    db: Database, rules: Rules, understood: Sequence[Understood], formats: Mapping[str, str], place: str, now: Moment
) -> None:
    for one in understood:
        for number, receipt in enumerate(one.receipts):
            captured = captured_of(one, number, rules.device)
            book(db, rules, captured, receipt, form=formats.get(captured.lane, "generic"), now=now)
    cursor.move(db, place)


def captured_of(one: Understood, number: int, device: str) -> Captured:
    """Where the job's `number`th receipt comes from; its first byte is what it is known by."""
    job = one.job
    return Captured(
        device=device,
        lane=job.lane,
        origin=one.origins[number],
        size=len(job.data),
        session=job.session,
        at=datetime.fromtimestamp(job.ended_wall_us / 1e6, UTC),
        trusted=job.trusted,
        boot=job.boot,
        monotonic_ns=job.monotonic_ns,
        cause=job.cause,
        gap=job.gap,
        dialect_state=job.state.as_json(),
    )

"""learner: FLOW beside the intake: receipts held as pictures → OCR → the lane's signs → read → booked again.

One receipt at a time, behind everything else. A receipt keeps the place of its first byte, so its award's key is the
same whenever it is read, and reading it twice changes nothing. Text receipts never wait for it.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from agent.booking import Rules, rebook
from agent.clock import Clock
from agent.dialects import DialectState
from agent.formats import Format, StoreContext, read_paper
from agent.job import Job
from agent.journal.reader import JournalReader
from agent.ledger import Ledger, pictures, receipts
from agent.ledger.moment import Moment
from agent.ledger.receipts import StoredReceipt
from agent.paper import lay_out
from agent.pictures.glyphs import Glyphs, GlyphsUnreadable
from agent.pictures.lesson import teach
from agent.pictures.ocr import OcrFailed
from agent.poison import PoisonNote
from agent.raster import Dictionary, Notebook, joined, read_lines
from agent.raster.learning import Page
from agent.raster.picture_paper import BEING_READ, PICTURE, letters_of
from agent.reading import events_of, form_of, understand_or_hold
from agent.reading_place import Mark
from agent.receipt import Kind, Receipt, State
from agent.replay import job_at, lane_of
from agent.room import when_there_is_room
from agent.taps.lane import Lane

LOG = logging.getLogger(__name__)

LOOK_EVERY_S = 300.0
"""The intake rings; this is for what a restart or an update left over."""
PAGES = 12
"""The latest receipts whose sums are asked about a digit."""
PATIENCE = 10
"""Receipts a lane is taught by before somebody is told that one of its receipts cannot be read."""
TOLD_AFTER = timedelta(hours=2)
"""Or after so long, where a till prints little."""
HOPELESS = 60
"""Receipts after which a lane of whose digits none is sure is taught no more: its dots never come out alike."""
NEVER_ALIKE = f"{PICTURE} whose letters never come out alike"
GONE = -1


class Learner:
    """`pictured`: the intake has booked a picture; `queued`: something is due for the courier."""

    def __init__(  # noqa: PLR0917 - the parts it joins
        self,
        ledger: Ledger,
        journal: JournalReader,
        lanes: Mapping[str, Lane],
        context: StoreContext,
        rules: Rules,
        clock: Clock,
        pictured: asyncio.Event,
        queued: asyncio.Event,
        glyphs: Glyphs,
        poison: PoisonNote,
    ) -> None:
        self._ledger, self._journal, self._lanes, self._context = ledger, journal, lanes, context
        self._rules, self._clock, self._pictured, self._queued = rules, clock, pictured, queued
        self._glyphs, self._poison = glyphs, poison
        self._tried: dict[int, int] = {}
        self._pages: dict[str, deque[tuple[str, Page]]] = defaultdict(lambda: deque(maxlen=PAGES))

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._pictured.clear()
            while await self._look():
                pass
            await self._clock.wait(self._pictured, LOOK_EVERY_S)

    async def _look(self) -> bool:
        """Everything that waits is tried once with what is known now; True when that has changed meanwhile."""
        changed = False
        for number in await self._ledger.do(pictures.waiting, PICTURE):
            stored = await self._ledger.do(receipts.load, number)
            notebook = self._notebook(stored.captured.lane)
            tried = self._tried.get(number, GONE - 1)
            if tried not in (notebook.version, GONE) or (tried != GONE and self._is_overdue(stored)):
                changed |= await self._try(stored, notebook)
        return changed

    def _is_overdue(self, stored: StoredReceipt) -> bool:
        """Nobody was told of it yet, and it is time."""
        return stored.receipt.reason == BEING_READ and self._clock.wall() - stored.captured.at > TOLD_AFTER

    def _notebook(self, lane: str) -> Notebook:
        try:
            return self._glyphs.notebook(lane)
        except GlyphsUnreadable as error:
            LOG.error("%s; its signs are learnt anew", error)  # noqa: TRY400 - its words say it all
            self._glyphs.forget(lane)
            return Notebook()

    async def _try(self, stored: StoredReceipt, notebook: Notebook) -> bool:
        """One receipt; True when its lane has learnt something of it."""
        captured, lane = stored.captured, lane_of(self._lanes, stored.captured.lane)
        mark = Mark(captured.origin, DialectState.from_json(captured.dialect_state))
        job = await asyncio.to_thread(job_at, self._journal, lane, captured.origin, mark, captured.session)
        self._tried[stored.id] = notebook.version
        if job is None:
            self._tried[stored.id] = GONE
            return False
        if self._poison.suspects(captured.origin):
            await self._hold(stored, lane, "the box stopped several times while reading it")
            return False
        self._poison.begin(captured.origin)
        try:
            return await self._read_or_learn(stored, job, lane, notebook)
        finally:
            self._poison.end()

    async def _read_or_learn(self, stored: StoredReceipt, job: Job, lane: Lane, notebook: Notebook) -> bool:
        one = await asyncio.to_thread(understand_or_hold, job, lane, self._context, notebook.dictionary)
        receipt = one.receipts[0] if one.receipts else None
        if receipt and not receipt.reason.startswith(PICTURE):
            await self._book(stored, lane, receipt)
            return False
        if receipt is None or receipt.reason != BEING_READ:
            return False
        name = str(job.origin)
        if name in notebook.taught_by:
            if len(notebook.taught_by) >= PATIENCE or self._is_overdue(stored):
                await self._hold(stored, lane, f"{PICTURE}, and some of its letters are not known yet")
            return False
        if len(notebook.taught_by) >= HOPELESS and not notebook.dictionary.sure_digits:
            await self._hold(stored, lane, NEVER_ALIKE)
            return False
        try:
            await self._teach(name, job, lane, notebook)
        except OcrFailed as error:
            self._tried[stored.id] = GONE
            await self._hold(stored, lane, f"{PICTURE}: {error}")
            return False
        return True

    async def _teach(self, name: str, job: Job, lane: Lane, notebook: Notebook) -> None:
        """Raises OcrFailed."""
        events = await asyncio.to_thread(events_of, job, lane.dialect)
        picture, lines = joined(events, lane.paper_dots), letters_of(events, lane.paper_dots)
        assert picture is not None
        assert not isinstance(lines, str)
        pages = self._pages[lane.name]
        taught = await teach(notebook, name, picture, lines, dict(pages), self._closes(lane), self._clock.wall())
        pages.append((name, lines))
        try:
            await asyncio.to_thread(self._glyphs.keep, lane.name, taught)
        except OSError as error:
            raise OcrFailed(f"what was learnt could not be kept ({error.strerror})") from error
        count = len(taught.dictionary.known)
        LOG.info("%s: %d signs are known after %d receipts", lane.name, count, len(taught.taught_by))

    def _closes(self, lane: Lane) -> Callable[[Page, Dictionary], bool]:
        return partial(closes, form_of(lane), self._context, lane.paper_dots)

    async def _hold(self, stored: StoredReceipt, lane: Lane, why: str) -> None:
        """It stays held, now with a reason that somebody should look at; said once."""
        if stored.receipt.reason != why:
            await self._book(stored, lane, Receipt(kind=Kind.OTHER, state=State.HELD, reason=why))

    async def _book(self, stored: StoredReceipt, lane: Lane, receipt: Receipt) -> None:
        now = Moment.now(self._clock)
        book = partial(self._ledger.do, rebook, self._rules, stored, receipt, form=lane.format, now=now)
        await when_there_is_room(book, self._clock)
        self._queued.set()


def closes(form: Format, context: StoreContext, width_dots: int, page: Page, dictionary: Dictionary) -> bool:
    """Whether the receipt on the page is accepted when its signs mean what the dictionary says."""
    paper = lay_out(read_lines(page, dictionary).events, width_dots)
    found = read_paper([line.text for line in paper.lines], form, context)
    return any(receipt.state is State.ACCEPTED for receipt in found)

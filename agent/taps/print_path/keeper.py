"""keeper: takes what passed and has it masked, journaled and synced by one thread; never makes the loop wait.

A card that stalls (7 s have been seen) stalls the thread; what is handed over meanwhile waits in memory, bounded.
"""

import asyncio
import logging
import queue
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.journal.record import RecordKind, Stamp
from agent.journal.ring import KeptJournal
from agent.taps.print_path.desk import Desk, Entry, Stream, gap

LOG = logging.getLogger(__name__)
RING_BYTES = 16 << 20
"""Waiting in memory while the disk stalls; at a receipt's 5 kB, 3,000 receipts."""
QUIET_SECONDS = 0.15
"""Bytes are synced this long after the last one (promised: 0.2 s, the rest is for the sync itself)."""
LONGEST_UNSYNCED_SECONDS = 2.0
"""A stream that never pauses is synced this often."""
STALLED_SECONDS = 0.05
SLOWEST_BYTES_PER_SECOND = 1 << 20
"""While the disk stalls and half the memory is used, passing slows down to this: no receipt printer is faster."""
GATHER_SECONDS, GATHER_BYTES = 0.01, 16 << 10
"""Passing bytes are handed to the thread together: masking and writing line by line would take the time that the next
line needs to get out. Until then they are in the kernel, where our death cannot harm them."""
BATCH_BYTES, BATCH_STEP = 32 << 10, 512
IDLE_SECONDS = 1.0
CLOSING_SECONDS = 2.0


OnKept = Callable[[int], None]
"""Called in the loop with the offset up to which a stream's bytes are in the journal: written, not yet synced."""
OnSynced = Callable[[bool], None]


@dataclass(frozen=True, slots=True)
class _Sync:
    streams: tuple[Stream, ...]
    """Their masks let go of what they withhold."""
    done: OnSynced | None = None


@dataclass(slots=True)
class _Gathered:
    """A stretch of one stream on its way to the thread."""

    offset: int
    when: Stamp
    parts: list[bytes]
    size: int


class Keeper:
    """A record carries the moment its bytes passed, not the moment a stalled disk took them."""

    def __init__(self, journal: KeptJournal, wake: Path | None = None, *, ring_bytes: int = RING_BYTES) -> None:
        self._journal, self._stamp, self._wake_path, self._ring_bytes = journal, journal.stamp, wake, ring_bytes
        self._loop = asyncio.get_running_loop()
        self._queue = queue.SimpleQueue[Entry | _Sync | None]()
        self._listeners: dict[Stream, OnKept] = {}
        self._sync_listeners: dict[Stream, OnSynced] = {}
        self.gaps = Counter[str]()
        """Times that bytes of a lane were lost; each is named in the journal."""
        self._gathered: dict[Stream, _Gathered] = {}
        self._gathering: asyncio.TimerHandle | None = None
        self._dirty: dict[Stream, float] = {}
        self._dropped: dict[Stream, tuple[int, int]] = {}
        self._handed = self._done = 0
        self._moved_at = self._synced_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()
        self._low = False
        self.waiting_bytes = self.dropped_bytes = self.syncs = self.failed_syncs = self.ring_full = 0
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """False once the thread died: the process should be restarted. A stalled disk is not death."""
        return self._thread.is_alive()

    @property
    def stalled(self) -> bool:
        return self._handed != self._done and self._loop.time() - self._moved_at > STALLED_SECONDS

    def patience(self, count: int) -> float:
        """Seconds to leave `count` bytes in the kernel's hands before taking them though they are not written."""
        if not self.stalled:
            return STALLED_SECONDS
        return count / SLOWEST_BYTES_PER_SECOND if self.waiting_bytes > self._ring_bytes // 2 else 0.0

    def next_session(self) -> int:
        return self._journal.next_session()

    def stamp(self) -> Stamp:
        """Now, as records carry it."""
        return self._stamp()

    def listen(self, stream: Stream, on_kept: OnKept, on_synced: OnSynced | None = None) -> None:
        """`on_synced` hears of every sync; all that `on_kept` has told of by then was part of it."""
        self._listeners[stream] = on_kept
        if on_synced is not None:
            self._sync_listeners[stream] = on_synced

    def unlisten(self, stream: Stream) -> None:
        self._listeners.pop(stream, None)
        self._sync_listeners.pop(stream, None)

    def passed(
        self, stream: Stream, offset: int, payload: bytes, *, at_once: bool = False, when: Stamp | None = None
    ) -> None:
        """These bytes went by; they are synced by themselves soon after. Drops them, named, when memory is full.

        `at_once`: nobody but us has them. `when`: they went by earlier than now, and are not gathered with others.
        """
        if self.waiting_bytes + len(payload) > self._ring_bytes or stream in self._dropped:
            self._drop(stream, offset, len(payload))
            return
        self.waiting_bytes += len(payload)
        self._gather(stream, offset, payload, when)
        if at_once or self._gathered[stream].size >= GATHER_BYTES:
            self._hand_gathered()
        if not self._dirty and self._timer is None:
            self._synced_at = self._loop.time()
            self._timer = self._loop.call_later(QUIET_SECONDS, self._quiet)
        self._dirty[stream] = self._loop.time()

    def note(self, kind: RecordKind, stream: Stream, offset: int, payload: bytes) -> None:
        """OPENED and CLOSED."""
        self._hand_gathered()
        self._hand(Entry(kind, stream, offset, payload, self._stamp()))

    def gap(self, stream: Stream, start: int, length: int | None, cause: str, when: Stamp | None = None) -> None:
        if length != 0:
            self.gaps[stream.lane] += 1
        self._hand_gathered()
        self._hand(gap(stream, start, length, cause, when or self._stamp()))

    def sync(self, *streams: Stream, done: OnSynced | None = None) -> None:
        """All handed over so far goes to the disk; nothing of `streams` stays withheld."""
        for stream in streams:
            self._dirty.pop(stream, None)
        self._hand_gathered()
        self._hand(_Sync(streams, done))

    def figures(self) -> dict[str, object]:
        return {
            "syncs": self.syncs,
            "failed_syncs": self.failed_syncs,
            "waiting_bytes": self.waiting_bytes + self._journal.ring.bytes,
            "dropped_bytes": self.dropped_bytes + self._journal.ring.dropped_bytes,
            "full": self._journal.full,
            "low": self._low,
            "stalled": self.stalled,
            "ring_full": self.ring_full,
        }

    async def close(self) -> None:
        """Writes and syncs what waits, at most CLOSING_SECONDS long."""
        if self._timer is not None:
            self._timer.cancel()
        self.sync(*tuple(self._dirty))
        self._queue.put(None)
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._closed.wait()
        except TimeoutError:
            LOG.exception("the disk still stalls: %d bytes were not written before the end", self.waiting_bytes)

    # The loop's side.

    def _gather(self, stream: Stream, offset: int, payload: bytes, when: Stamp | None) -> None:
        gathered = self._gathered.get(stream)
        if gathered is None:
            self._gathered[stream] = _Gathered(offset, when or self._stamp(), [payload], len(payload))
        else:
            gathered.parts.append(payload)
            gathered.size += len(payload)
        if self._gathering is None:
            self._gathering = self._loop.call_later(GATHER_SECONDS, self._hand_gathered)

    def _hand_gathered(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        for stream, gathered in self._gathered.items():
            payload = b"".join(gathered.parts)
            self._hand(Entry(RecordKind.BYTES, stream, gathered.offset, payload, gathered.when))
        self._gathered.clear()

    def _hand(self, job: Entry | _Sync) -> None:
        if self._handed == self._done:
            self._moved_at = self._loop.time()
        self._handed += 1
        self._queue.put(job)

    def _drop(self, stream: Stream, offset: int, count: int) -> None:
        self.dropped_bytes += count
        start, _ = self._dropped.get(stream, (offset, 0))
        if stream not in self._dropped:
            self.ring_full += 1
            LOG.error("lane %s: the disk has stalled for so long that bytes are not kept", stream.lane)
        self._dropped[stream] = (start, offset + count)
        if stream in self._listeners:
            self._loop.call_soon(self._listeners[stream], offset + count)

    def _quiet(self) -> None:
        now = self._loop.time()
        quiet = tuple(stream for stream, last in self._dirty.items() if now - last >= QUIET_SECONDS * 0.9)
        if quiet or now - self._synced_at > LONGEST_UNSYNCED_SECONDS:
            self._synced_at = now
            self.sync(*quiet)
        self._timer = self._loop.call_later(QUIET_SECONDS, self._quiet) if self._dirty else None

    def _progressed(self, jobs: int, taken: int, kept: dict[Stream, int]) -> None:
        self._done += jobs
        self._moved_at = self._loop.time()
        self.waiting_bytes -= taken
        if self._dropped and self.waiting_bytes < self._ring_bytes // 2:
            self._name_dropped()
        for stream, offset in kept.items():
            if listener := self._listeners.get(stream):
                listener(offset)

    def _name_dropped(self) -> None:
        for stream, (start, end) in self._dropped.items():
            self.gap(stream, start, end - start, "the disk stalled too long")
        self._dropped.clear()

    def _synced(self, syncs: list[_Sync], safe: bool) -> None:
        self.syncs += 1
        self.failed_syncs += not safe
        for sync in syncs:
            if sync.done:
                sync.done(safe)
        for listener in tuple(self._sync_listeners.values()):
            listener(safe)

    # The thread's side: of the loop's attributes it only sets `_low`.

    def _work(self) -> None:
        desk, bell = Desk(self._journal), _Bell(self._wake_path)
        ended = False
        while not ended:
            batch = self._batch()
            ended = None in batch
            self._work_on([job for job in batch if job is not None], desk, bell)
        self._journal.close()
        bell.close()
        self._loop.call_soon_threadsafe(self._closed.set)

    def _batch(self) -> list[Entry | _Sync | None]:
        """Small enough that the loop often hears how far it is."""
        batch = [self._first()]
        size = 0
        while size < BATCH_BYTES and not self._queue.empty():
            batch.append(job := self._queue.get())
            size += BATCH_STEP + (len(job.payload) if isinstance(job, Entry) else 0)
        return batch

    def _first(self) -> Entry | _Sync | None:
        """Waits; uses the idle time for what the journal would otherwise do while a till waits."""
        prepared = False
        while True:
            try:
                return self._queue.get(timeout=None if prepared else IDLE_SECONDS)
            except queue.Empty:
                prepared = (not self._journal.full or self._journal.sync()) and self._journal.prepare()

    def _work_on(self, batch: list[Entry | _Sync], desk: Desk, bell: "_Bell") -> None:
        kept: dict[Stream, int] = {}
        taken, syncs = 0, list[_Sync]()
        for job in batch:
            if isinstance(job, Entry):
                kept[job.stream] = desk.take(job)
                taken += len(job.payload) if job.kind is RecordKind.BYTES else 0
            else:
                kept |= desk.let_go(job.streams)
                syncs.append(job)
        self._loop.call_soon_threadsafe(self._progressed, len(batch), taken, kept)
        if syncs:
            safe = desk.sync()
            self._loop.call_soon_threadsafe(self._synced, syncs, safe)
            self._low = self._journal.low  # asks the disk, which may take its time
            bell.ring()


class _Bell:
    """Wakes the agent with a datagram. Losing one is harmless (it also looks by itself), waiting would not be."""

    def __init__(self, path: Path | None) -> None:
        self._path = str(path) if path else ""
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.setblocking(False)

    def ring(self) -> None:
        if self._path:
            try:
                self._line.sendto(b"synced", self._path)
            except OSError as error:  # no agent listens, or it has not read for long: its own concern
                LOG.debug("nobody was woken: %s", error)

    def close(self) -> None:
        self._line.close()

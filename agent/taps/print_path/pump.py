"""pump: moves one direction of one session: out to the other side first, then into the journal, then out of the kernel.

Offsets count raw bytes of the stream. Always: consumed ≤ sent, so that whatever has not gone out is still in the
kernel if we die, and (while the disk keeps up) consumed ≤ kept, so that whatever is not in the journal is, too.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from agent.taps.print_path.desk import Stream
from agent.taps.print_path.hold import Hold
from agent.taps.print_path.keeper import Keeper
from agent.wrapping import Framer

CHUNK = 64 << 10
AHEAD = 128 << 10
"""Bytes looked at but still in the kernel: more are not looked at until the journal has caught up."""
LEFT_IN_KERNEL = 24 << 10
"""While the disk stalls a receipt or two stay in the kernel's buffer, where our death cannot harm them; more would
shut the till's window."""


class Source(Protocol):
    def look(self, skip: int, limit: int) -> bytes:
        """At most `limit` bytes behind the first `skip` unconsumed ones; b'': the end. Raises BlockingIOError."""

    def consume(self, count: int) -> None:
        """The first `count` bytes need not be kept any longer."""


class Sink(Protocol):
    def send(self, data: memoryview) -> int:
        """How many were taken. Raises BlockingIOError."""

    def finish(self) -> None:
        """No more will come."""


@dataclass(slots=True)
class Progress:
    """How far a stream has come."""

    consumed: int = 0
    sent: int = 0
    kept: int = 0


class Pump:
    """Driven by calls of `turn` whenever anything may have changed; does nothing while it has no sink.

    `at_once`: the source gives its bytes out of its hands when they are looked at.
    `on_bytes` hears how many went by, `on_end` that the source ended and all of it went out, `on_error` of an OSError
    and whether the source (True) or the sink (False) is at fault; after it the owner closes the pump or changes it.
    """

    def __init__(
        self,
        stream: Stream,
        source: Source,
        keeper: Keeper,
        *,
        progress: Progress | None = None,
        scanner: Framer | None = None,
        hold: Hold | None = None,
        quiet_seconds: float = math.inf,
        at_once: bool = False,
        on_bytes: Callable[[int], None],
        on_end: Callable[[], None],
        on_error: Callable[[OSError, bool], None],
    ) -> None:
        self.stream, self._source, self._keeper = stream, source, keeper
        self._on_bytes, self._on_end, self._on_error = on_bytes, on_end, on_error
        self._scanner, self._hold, self._quiet_seconds = scanner, hold, quiet_seconds
        self._at_once = at_once
        self._loop = asyncio.get_running_loop()
        self.progress = progress or Progress()
        self.sink: Sink | None = None
        self.ended = False
        self.last_byte_at = self._loop.time()
        self.since_cut = 0
        """Bytes sent since the last cut (or since the session began)."""
        self._chunk, self._base = memoryview(b""), self.progress.consumed
        self._noted = max(self.progress.kept, self.progress.consumed)
        self._held = deque[int]()
        """Offsets of bytes that must not go out before all up to them is on disk, rising."""
        self._more, self._end_is_near = True, False
        """Whether a look may find something; whether the end may be behind it."""
        self._patience: asyncio.TimerHandle | None = None
        if self.progress.kept < self.progress.consumed:
            missing = self.progress.consumed - self.progress.kept
            keeper.gap(stream, self.progress.kept, missing, "tap killed before the sync")
            self.progress.kept = self.progress.consumed
        keeper.listen(stream, self._kept)
        if hold is not None:
            hold.on_open = self.turn

    @property
    def seen(self) -> int:
        return self._base + len(self._chunk)

    @property
    def in_flight(self) -> bool:
        """Bytes were looked at that have not gone out yet."""
        return self.progress.sent < self.seen

    def arrived(self, *, with_end: bool = True) -> None:
        """The source has something. `with_end` False: not its end, so that a short look has seen everything."""
        self._more, self._end_is_near = True, self._end_is_near or with_end
        self.turn()

    def turn(self) -> None:
        """Looks, sends and hands over until one of the sides makes us wait."""
        while self.sink is not None and not self.ended:
            if not self.in_flight and not (self._more and self._look()):
                return
            if not self._pass_on(self.sink):
                return

    def finish_consuming(self) -> None:
        """Nothing more is waited for: what went out is taken from the kernel though the disk may not have it yet."""
        self._consume(self.progress.sent)

    def close(self) -> None:
        self._keeper.unlisten(self.stream)
        if self._patience is not None:
            self._patience.cancel()
        if self._hold is not None:
            self._hold.cancel()
        self.ended = True

    def _look(self) -> bool:
        ahead = self.seen - self.progress.consumed
        if ahead >= AHEAD:
            return False
        try:
            found = self._source.look(ahead, CHUNK)
        except BlockingIOError:
            self._more = False
            return False
        except OSError as error:
            self._on_error(error, True)
            found = b""
        self._more = self._end_is_near or len(found) == CHUNK
        self._base, self._chunk = self.seen, memoryview(found)
        if not found:
            self._finish()
            return False
        self._scan(found)
        return True

    def _scan(self, found: bytes) -> None:
        silence, self.last_byte_at = self._loop.time() - self.last_byte_at, self._loop.time()
        if self._scanner is not None:
            if silence > self._quiet_seconds:
                self._scanner.give_up()  # a command half-read before the silence must not eat this job's first bytes
            held = (self._base + end - 1 for end in self._scanner.feed(found))
            self._held.extend(offset for offset in held if offset >= self.progress.sent)

    def _finish(self) -> None:
        self.ended = True
        self._keeper.sync(self.stream)
        try:
            if self.sink is not None:
                self.sink.finish()
        except OSError as error:
            self._on_error(error, False)
        self._on_end()

    def _pass_on(self, sink: Sink) -> bool:
        """Sends what is in hand up to the next held byte; False: must wait."""
        limit = self._held[0] if self._held else self.seen
        try:
            while self.progress.sent < limit:
                count = sink.send(self._chunk[self.progress.sent - self._base : limit - self._base])
                self.progress.sent += count
        except BlockingIOError:
            self._hand_over(self.progress.sent)
            return False
        except OSError as error:
            self._hand_over(self.progress.sent)
            self._on_error(error, False)
            return False
        if not self._held:
            self._hand_over(self.progress.sent)
            return True
        self._hand_over(limit + 1)
        return self._held_byte_may_go(limit)

    def _held_byte_may_go(self, offset: int) -> bool:
        if self._hold is None or self._hold.opened(offset):
            self._held.popleft()
            self.since_cut = 0
            return True
        return False

    def _hand_over(self, end: int) -> None:
        end = min(end, self.seen)  # after a restart more may have gone out than was looked at again so far
        if end > self._noted:
            payload = bytes(self._chunk[self._noted - self._base : end - self._base])
            self._keeper.passed(self.stream, self._noted, payload, at_once=self._at_once)
            self.since_cut += end - self._noted
            self._on_bytes(end - self._noted)
            self._noted = end
        self._consume(min(self.progress.kept, self.progress.sent))  # a held byte was kept before it was sent
        self._watch_patience()

    def _kept(self, offset: int) -> None:
        self.progress.kept = max(self.progress.kept, offset)
        self._consume(min(self.progress.kept, self.progress.sent))
        self.turn()

    def _consume(self, end: int) -> None:
        if end > self.progress.consumed:
            self._source.consume(end - self.progress.consumed)
            self.progress.consumed = end

    def _watch_patience(self) -> None:
        unwritten = self.progress.sent - self.progress.consumed - LEFT_IN_KERNEL
        if unwritten > 0 and self._patience is None:
            self._patience = self._loop.call_later(self._keeper.patience(unwritten), self._run_out_of_patience)

    def _run_out_of_patience(self) -> None:
        self._patience = None
        if self._keeper.stalled:
            self._consume(self.progress.sent)  # all of it: a rest could keep the till's window shut
        self.turn()
        self._watch_patience()

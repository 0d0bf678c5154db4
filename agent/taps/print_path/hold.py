"""hold: says when the last byte of a cut may go out: after the sync, or when the job's patience is used up."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from agent.taps.print_path.desk import Stream
from agent.taps.print_path.keeper import Keeper

MOST_SECONDS = 0.25
"""Holding per job; then the paper is cut all the same, and the journal says so."""
NEW_JOB_BYTES = 16
"""Fewer bytes than this between two cuts print nothing: they share one job's patience."""
RELEASED = "cut released before the sync"


@dataclass(slots=True)
class HoldCounts:
    """One lane's figures."""

    cuts: int = 0
    released: int = 0
    longest_ms: float = 0.0


class Hold:
    """For one stream. `on_open` is called when a byte that had to wait may go; `opened` is asked again then."""

    def __init__(self, stream: Stream, keeper: Keeper, counts: HoldCounts) -> None:
        self._stream, self._keeper, self._counts = stream, keeper, counts
        self.on_open: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._waiting_for = self._opened = -1
        self._last_cut = -NEW_JOB_BYTES
        self._used = self._since = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def opened(self, offset: int) -> bool:
        """Whether the held byte at `offset` may go; all up to it has been handed to the keeper."""
        if offset == self._opened:
            return True
        if offset != self._waiting_for:
            self._wait(offset)
        return offset == self._opened

    def cancel(self) -> None:
        self._waiting_for = -1
        if self._timer is not None:
            self._timer.cancel()

    def _wait(self, offset: int) -> None:
        self._counts.cuts += 1
        if offset - self._last_cut >= NEW_JOB_BYTES:
            self._used = 0.0
        self._last_cut, self._waiting_for, self._since = offset, offset, self._loop.time()
        self._timer = self._loop.call_later(max(0.0, MOST_SECONDS - self._used), self._release, offset)
        self._keeper.sync(self._stream, done=lambda safe: self._synced(offset, safe))

    def _synced(self, offset: int, safe: bool) -> None:
        if offset != self._waiting_for:
            return  # was released, or the session is gone
        if safe:
            self._open(offset)
        else:
            self._release(offset)

    def _release(self, offset: int) -> None:
        self._counts.released += 1
        self._keeper.gap(self._stream, offset + 1, 0, RELEASED)
        self._open(offset)

    def _open(self, offset: int) -> None:
        self.cancel()
        held = self._loop.time() - self._since
        self._used += held
        self._counts.longest_ms = max(self._counts.longest_ms, held * 1000)
        self._opened = offset
        self.on_open()

"""late: stands in for a writer whose folder cannot be opened yet (a dead disk), and becomes it when it can."""

from collections.abc import Callable
from itertools import count

from agent.clock import Clock
from agent.errors import StorageFull
from agent.journal.record import Direction, Position, RecordKind, Stamp
from agent.journal.writer import JournalWriter, stamp_of

TRY_AGAIN_S = 1.0


class LateWriter:
    """The store prints while the journal cannot be opened; what passes waits in memory, as on a full disk."""

    def __init__(self, open_writer: Callable[[], JournalWriter], clock: Clock) -> None:
        self._open_writer, self._clock = open_writer, clock
        self._writer: JournalWriter | None = None
        self._tried_at = -TRY_AGAIN_S
        self._why = ""
        self._sessions = count(int(clock.wall().timestamp()))
        self.piece_bytes = 1 << 16

    @property
    def low(self) -> bool:
        return self._writer.low if self._writer else True

    def next_session(self) -> int:
        """Until the journal can be asked, seconds since 1970: above every number that it has given itself."""
        return self._writer.next_session() if self._writer else next(self._sessions)

    def stamp(self) -> Stamp:
        return stamp_of(self._clock)

    def append(  # noqa: PLR0917  (a record's own fields, in their own order)
        self,
        kind: RecordKind,
        lane: str,
        session: int,
        direction: Direction,
        offset: int,
        payload: bytes,
        when: Stamp | None = None,
    ) -> Position:
        return self._opened().append(kind, lane, session, direction, offset, payload, when)

    def sync(self) -> None:
        self._opened().sync()

    def prepare(self) -> bool:
        return self._writer.prepare() if self._writer else False

    def close(self) -> None:
        if self._writer:
            self._writer.close()

    def _opened(self) -> JournalWriter:
        """Raises StorageFull as long as the folder cannot be opened; tries once a second."""
        if self._writer is None and self._clock.monotonic() - self._tried_at >= TRY_AGAIN_S:
            self._tried_at = self._clock.monotonic()
            try:
                self._writer = self._open_writer()
            except (OSError, StorageFull) as error:
                self._why = str(error)
        if self._writer is None:
            raise StorageFull(f"the journal cannot be opened: {self._why}", hint="Check the disk or the memory card.")
        return self._writer

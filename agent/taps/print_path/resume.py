"""resume: takes the journal's newest records, says how far the sessions that came back were written; changes nothing.

The kernel says what was taken in and given out; only the journal knows what was written. What is still unconsumed was
written in the last moments before our death, so the newest two segments are enough.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from agent.journal.reader import JournalReader
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.journal.segment import segments

SEGMENTS = 2
RECENT_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Journaled:
    """A session as the journal has it. None: no record of that direction is among the newest ones."""

    to_printer: int | None = None
    from_printer: int | None = None
    closed: bool = False
    recent: bytes = b""
    """The till's bytes up to `to_printer`, so that a scanner finds its place in a half-passed job."""
    last_wall_us: int = 0
    ended: bool = False
    """Not from the journal: the till's end is known to have come before our death."""

    def kept(self, direction: Direction, consumed: int) -> int:
        """Offset up to which the journal has a direction; silence in the newest records means: all that was taken."""
        known = self.to_printer if direction is Direction.TO_PRINTER else self.from_printer
        return consumed if known is None else known


NOTHING = Journaled()


def journaled(folder: Path, sessions: Collection[int]) -> dict[int, Journaled]:
    """Reads nothing when no session came back."""
    found: dict[int, Journaled] = {}
    newest = segments(folder)[-SEGMENTS:]
    if not sessions or not newest:
        return found
    reader = JournalReader(folder)
    for _, record in reader.replay(Position(newest[0].journal, newest[0].segment, 0)):
        if record.session in sessions:
            found[record.session] = _with(found.get(record.session, NOTHING), record)
    reader.close()
    return found


def _with(session: Journaled, record: Record) -> Journaled:
    session = replace(session, last_wall_us=record.wall_us)
    if record.kind is RecordKind.CLOSED:
        return replace(session, closed=True)
    if record.kind is RecordKind.OPENED:
        return replace(session, to_printer=0, from_printer=0, closed=False)
    if record.kind is RecordKind.GAP:
        return session  # the next bytes say how long it was
    end = record.offset + len(record.payload)
    if record.direction is Direction.FROM_PRINTER:
        return replace(session, from_printer=end)
    return replace(session, to_printer=end, recent=(session.recent + record.payload)[-RECENT_BYTES:])

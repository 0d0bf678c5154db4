"""reading_place: remembers how far each session of the journal is used up, so that a restart goes on at the very byte.

Jobs of several sessions lie interleaved in the journal, and an unfinished one may begin long before others that are
finished. Going back to the oldest unfinished byte is not enough: the finished ones behind it must not be read again
from their middle. So beside the place to go back to, each session's own place is kept, with the state its printer had.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.dialects import DialectState
from agent.journal.record import Position, Record, RecordKind

Session = tuple[str, int]
"""Lane and session number."""
MOST_SILENT = 64
"""A store has a handful of tills; older sessions that say nothing are ones whose end was never seen."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything of the session before `at` is done with; `state` is None once the session has ended."""

    at: Position
    state: DialectState | None = None


class ReadingPlace:
    """`back_to`: the first byte to read again after a restart, None for the beginning of the journal."""

    def __init__(self, back_to: Position | None = None, marks: Mapping[Session, Mark] | None = None) -> None:
        self.back_to = back_to
        self._marks = dict(marks or {})
        self._used_before = dict(self._marks)
        self._end = back_to

    def states(self, lane: str) -> dict[int, DialectState]:
        """What each session of a lane had set on its printer."""
        return {number: mark.state for (name, number), mark in self._marks.items() if name == lane and mark.state}

    def left_of(self, position: Position, record: Record) -> tuple[Position, Record] | None:
        """The record without what was done with before a restart; None when that was all of it."""
        mark = self._used_before.get((record.lane, record.session))
        if mark is None or mark.at.journal != position.journal or position >= mark.at:
            return position, record  # a journal begun anew counts its sessions anew
        if record.kind is not RecordKind.BYTES or _end_of(position, record) <= mark.at:
            return None
        skip = mark.at.offset - position.offset
        rest = replace(record, offset=record.offset + skip, payload=record.payload[skip:])
        return replace(position, offset=position.offset + skip), rest

    def fed(self, position: Position, record: Record) -> None:
        self._end = _end_of(position, record)
        self._marks[record.lane, record.session] = Mark(self._end)

    def settle(self, unfinished: Mapping[Session, Mark], states: Mapping[Session, DialectState]) -> None:
        """After all that was fed is taken in: what is left open, and the sessions that go on."""
        if self._end is None:
            return
        self.back_to = min((mark.at for mark in unfinished.values()), default=self._end)
        behind = {session: mark for session, mark in self._marks.items() if mark.at >= self.back_to}
        going_on = {session: Mark(self._end, state) for session, state in states.items()}
        self._marks = self._silent() | behind | going_on | dict(unfinished)

    def _silent(self) -> dict[Session, Mark]:
        """Sessions that have printed nothing since the restart: nobody else knows what they had set."""
        silent = [(session, mark) for session, mark in self._marks.items() if mark.state]
        return dict(sorted(silent, key=lambda one: one[1].at)[-MOST_SILENT:])

    def as_json(self) -> str:
        marks = [[*session, str(mark.at), mark.state and mark.state.as_json()] for session, mark in self._marks.items()]
        return json.dumps({"back_to": self.back_to and str(self.back_to), "marks": marks})

    @classmethod
    def from_json(cls, text: str) -> "ReadingPlace":
        """Empty text: the beginning."""
        if not text:
            return cls()
        kept: dict[str, Any] = json.loads(text)
        marks = {
            (lane, number): Mark(Position.parse(at), state and DialectState.from_json(state))
            for lane, number, at, state in kept["marks"]
        }
        return cls(kept["back_to"] and Position.parse(kept["back_to"]), marks)


def _end_of(position: Position, record: Record) -> Position:
    """Behind its last byte. Other records count as one byte: the words of a gap found in reading are on no disk."""
    size = len(record.payload) if record.kind is RecordKind.BYTES else 0
    return replace(position, offset=position.offset + max(1, size))

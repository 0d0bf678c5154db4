"""desk: the thread's side of keeping: takes what passed, masks it and writes it to the journal; knows no loop.

`kept` offsets count raw bytes of a stream that the journal has, so that the kernel may forget them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from agent.journal.record import Direction, RecordKind, Stamp
from agent.journal.ring import KeptJournal
from agent.masking import CardMask


class Stream(NamedTuple):
    """One direction of one session: what offsets count in."""

    lane: str
    session: int
    direction: Direction


@dataclass(frozen=True, slots=True)
class Entry:
    """What the loop hands over. `kind` BYTES: raw bytes; else the record's own JSON."""

    kind: RecordKind
    stream: Stream
    offset: int
    payload: bytes
    when: Stamp
    skipped: int = 0
    """GAP: how many bytes of the stream are missing from `offset` on."""


@dataclass(slots=True)
class _Masked:
    """A stream so far: `offset` counts what was written of it."""

    offset: int
    when: Stamp
    mask: CardMask = field(default_factory=CardMask)


class Desk:
    def __init__(self, journal: KeptJournal) -> None:
        self._journal = journal
        self._masked: dict[Stream, _Masked] = {}

    def take(self, entry: Entry) -> int:
        """Writes what may be written of it; gives the stream's kept offset."""
        if entry.kind is RecordKind.BYTES:
            return self._take_bytes(entry)
        self.let_go((entry.stream,))
        self._append(entry.kind, entry.stream, entry.offset, entry.payload, entry.when)
        if entry.kind is RecordKind.CLOSED:
            for direction in Direction:
                self._masked.pop(entry.stream._replace(direction=direction), None)
        elif (masked := self._masked.get(entry.stream)) and entry.kind is RecordKind.GAP:
            masked.offset = entry.offset + entry.skipped
        return entry.offset + entry.skipped

    def let_go(self, streams: Iterable[Stream]) -> dict[Stream, int]:
        """Nothing more is coming for now: writes what the masks withhold; gives the kept offsets that moved."""
        moved = {}
        for stream in streams:
            masked = self._masked.get(stream)
            if masked and (tail := masked.mask.flush()):
                moved[stream] = self._write(stream, masked, tail)
        return moved

    def sync(self) -> bool:
        return self._journal.sync()

    def _take_bytes(self, entry: Entry) -> int:
        masked = self._masked.get(entry.stream)
        if masked is None:
            masked = self._masked[entry.stream] = _Masked(entry.offset, entry.when)
        masked.when = entry.when
        ready = masked.mask.feed(entry.payload)
        return self._write(entry.stream, masked, ready) if ready else masked.offset

    def _write(self, stream: Stream, masked: _Masked, ready: bytes) -> int:
        self._append(RecordKind.BYTES, stream, masked.offset, ready, masked.when)
        masked.offset += len(ready)
        return masked.offset

    def _append(self, kind: RecordKind, stream: Stream, offset: int, payload: bytes, when: Stamp) -> None:
        self._journal.append(kind, stream.lane, stream.session, stream.direction, offset, payload, when)


def gap(stream: Stream, start: int, length: int | None, cause: str, when: Stamp) -> Entry:
    """Bytes from `start` on that passed but could not be kept; ``length` None: unknown, 0: none, only late."""
    words = {"from": start, "to": start + (length or 0), "cause": cause, "length": length}
    return Entry(RecordKind.GAP, stream, start, json.dumps(words).encode(), when, length or 0)

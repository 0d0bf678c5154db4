"""wire_tap_life: one life of a wire tap as the journal has it; finds the newest one there, changes nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.journal.reader import JournalReader
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.journal.segment import segments
from firmware_bridge.events import Known, Tap

LOOK_BACK = (2, 16, 1 << 30)
"""Segments looked through for a lane's newest opening, in steps: it is nearly always among the newest."""


@dataclass(slots=True)
class Life:
    """`base`: the tap's own offsets, each direction, at which the journal's session begins to count."""

    session: int
    serial: str
    boot: int
    base: list[int]
    handed: list[int] = field(default_factory=lambda: [0, 0])
    """Offsets of the session up to which bytes were handed to the keeper."""
    written: list[int | None] = field(default_factory=lambda: [None, None])
    """… and up to which they are in the journal, though perhaps not on the disk. None: nothing was written yet, and
    what came before this life may still wait."""
    last_stamp_us: int = 0
    known_end: int = 0
    """The tap's own offset, to the printer, that it has last told us of."""

    def is_of(self, tap: Tap) -> bool:
        return (self.serial, self.boot) == (tap.serial, tap.boot)

    def known(self) -> Known:
        """As the link's session wants it: in the tap's own offsets."""
        return Known(self.serial, self.boot, (self.base[0] + self.handed[0], self.base[1] + self.handed[1]))

    def as_words(self) -> dict[str, Any]:
        """For an OPENED record."""
        return {
            "session": self.session,
            "wire_tap": self.serial,
            "tap_boot": self.boot,
            "base": self.base,
            "kept": self.handed,
        }


def last_life(folder: Path, lane: str) -> Life | None:
    """The lane's newest one, as far as the journal has it; None when there is none or the journal cannot be read."""
    newest = segments(folder) if folder.is_dir() else []
    for count in LOOK_BACK:
        looked_at = newest[-count:]
        if looked_at and (life := _newest(_records(folder, looked_at[0].journal, looked_at[0].segment), lane)):
            return life
        if len(looked_at) == len(newest):
            return None
    return None


def _records(folder: Path, journal: int, segment: int) -> Iterator[Record]:
    reader = JournalReader(folder)
    try:
        for _, record in reader.replay(Position(journal, segment, 0)):
            yield record
    finally:
        reader.close()


def _newest(records: Iterator[Record], lane: str) -> Life | None:
    life: Life | None = None
    for record in records:
        if record.lane != lane:
            continue
        if record.kind is RecordKind.OPENED:
            life = _opened(record) or life
        elif life is not None and record.session == life.session:
            _go_on(life, record)
    return life


def _opened(record: Record) -> Life | None:
    words = json.loads(record.payload)
    if "wire_tap" not in words:
        return None  # the lane was another kind of tap then
    kept = list(words["kept"])
    return Life(words["session"], words["wire_tap"], words["tap_boot"], list(words["base"]), kept, list(kept))


def _go_on(life: Life, record: Record) -> None:
    length = len(record.payload) if record.kind is RecordKind.BYTES else 0
    if record.kind is RecordKind.GAP:
        length = json.loads(record.payload).get("length") or 0
    if record.kind is not RecordKind.CLOSED:
        direction = Direction(record.direction)
        life.handed[direction] = max(life.handed[direction], record.offset + length)
        life.written[direction] = life.handed[direction]

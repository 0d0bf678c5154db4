"""record: the values that travel through the journal; knows neither their bytes (layout.py) nor files."""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A byte of the journal for ever: which journal (random at birth), which segment, which offset in its file."""

    journal: int
    segment: int
    offset: int

    def __str__(self) -> str:
        return f"{self.journal:08x}-{self.segment:06d}-{self.offset:07d}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        journal, segment, offset = text.split("-")
        return cls(int(journal, 16), int(segment), int(offset))


class RecordKind(IntEnum):
    OPENED = 1
    """A session began: a connection was accepted, a serial port opened. Payload: JSON {peer}."""
    BYTES = 2
    """Masked bytes as they passed."""
    CLOSED = 3
    """The session ended. Payload: JSON {cause}."""
    GAP = 4
    """Bytes that passed but could not be kept. Payload: JSON {from, to, cause, length|null}, offsets of the stream."""


class Direction(IntEnum):
    TO_PRINTER = 0
    FROM_PRINTER = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as every record carries it. `boot` names the boot in which `monotonic_ns` counts."""

    boot: str
    monotonic_ns: int
    wall_us: int
    """Microseconds since 1970, UTC."""
    trusted: bool
    """The wall clock was disciplined by NTP."""


@dataclass(frozen=True, slots=True)
class Record:
    """One entry. `offset` = raw bytes of this session and direction that came before this record (shows gaps)."""

    kind: RecordKind
    lane: str
    session: int
    direction: Direction
    offset: int
    boot: str
    monotonic_ns: int
    wall_us: int
    trusted: bool
    payload: bytes

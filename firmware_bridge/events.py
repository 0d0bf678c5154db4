"""events: the values that the link's session gives and takes; knows no byte of the wire."""

from dataclasses import dataclass

Direction = int
"""messages.TO_PRINTER or FROM_PRINTER."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is set; baud 0: the tap finds it out. Parity 'N', 'E' or 'O'."""

    baud: int = 0
    bits: int = 8
    parity: str = "N"
    stop: int = 1

    def as_sent(self) -> tuple[int, int, int, int]:
        return self.baud, self.bits, "NOE".index(self.parity), self.stop


@dataclass(frozen=True, slots=True)
class Tap:
    """Who answered. `boot` names its life: offsets and times count from its start."""

    version: int
    serial: str
    boot: int
    firmware: tuple[int, int, int]
    slot: str
    capabilities: int
    board: str
    ring_bytes: tuple[int, int]
    held_bytes: tuple[int, int]
    """Of both directions, at the moment it answered."""


@dataclass(frozen=True, slots=True)
class Known:
    """A life of a tap of which the journal has each direction up to `offsets`, though they may not be synced."""

    serial: str
    boot: int
    offsets: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Identified:
    """A tap answered. `first_offset`: of each direction, the oldest byte it still holds."""

    tap: Tap
    first_offset: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Incompatible:
    """The device speaks another version of this protocol; nothing of it is used."""

    version: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Bytes that were on the line; the first one at `at`, in seconds of the clock handed in."""

    direction: Direction
    offset: int
    payload: bytes
    at: float
    stamp_us: int
    """The same moment on the tap's own clock."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Bytes that were on the line and could not be kept, from `offset` on; ``length`` None: nobody knows how many."""

    direction: Direction
    offset: int
    length: int | None
    cause: str
    at: float


@dataclass(frozen=True, slots=True)
class Health:
    """The tap's figures, as messages.HEALTH names them."""

    figures: dict[str, int]


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the tap's log."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class SpeedFound:
    direction: Direction
    baud: int
    pulse_ns: int


Event = Identified | Incompatible | Passed | Lost | Health | Said | SpeedFound

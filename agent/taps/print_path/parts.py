"""parts: what every tap is handed: who keeps its bytes, who tells it of changes, who looks after its descriptors."""

from dataclasses import dataclass, field
from typing import Any

from agent.clock import Clock
from agent.taps.print_path.caretaker import Caretaker
from agent.taps.print_path.edges import Edges
from agent.taps.print_path.hold import HoldCounts
from agent.taps.print_path.keeper import Keeper


@dataclass(slots=True)
class LaneCounts:
    """One lane's figures in the status file."""

    sessions: int = 0
    open_sessions: int = 0
    bytes_to_printer: int = 0
    bytes_from_printer: int = 0
    refused: int = 0
    printer_ok: bool | None = None
    """None: there is none, or nobody has asked for it yet."""
    last_byte_at: float | None = None
    """Unix time."""
    fault: str = ""
    wire_tap: dict[str, Any] = field(default_factory=dict)
    """What a wire tap says of itself; empty on other ways."""
    hold: HoldCounts = field(default_factory=HoldCounts)


@dataclass(frozen=True, slots=True)
class Parts:
    keeper: Keeper
    edges: Edges
    caretaker: Caretaker
    clock: Clock

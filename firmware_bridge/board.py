"""board: what the firmware needs of the hardware, in types; for the reader and mypy, not shipped to the tap."""

from typing import Protocol


class LineIn(Protocol):
    """One receiving UART."""

    def any(self) -> int:
        """Bytes that wait. Allocates nothing."""

    def readinto(self, buffer: bytearray, count: int) -> int | None:
        """At most `count` bytes, never waiting for more than `any` said. Allocates nothing."""

    def errors(self) -> int:
        """Line errors since the last call, as messages' bits. Allocates nothing."""

    def pulse_ns(self) -> int:
        """The shortest pulse on the pin since the last call; 0: there was none."""

    def set(self, baud: int, bits: int, parity: int, stop: int) -> None: ...


class Board(Protocol):
    @property
    def lines(self) -> tuple[LineIn, LineIn]:
        """To the printer, from the printer."""

    ring_bytes: tuple[int, int]
    serial: bytes
    """8 bytes, the same for ever."""
    boot: int
    """32 random bits, other ones at each start."""
    name: str
    started: str
    """Why it started, and what ended the firmware before, in words."""

    def ticks_us(self) -> int:
        """Counts up to 2**30 and begins again."""

    def read(self) -> bytes:
        """What came from the box; b'' when nothing did."""

    def can_write(self) -> bool:
        """Whether a piece of 64 bytes goes out without waiting."""

    def write(self, piece: bytes) -> None: ...

    def feed(self) -> None:
        """The watchdog."""

    def light(self, on: bool) -> None: ...

    def free_bytes(self) -> int: ...

    def load_line(self, direction: int) -> tuple[int, int, int, int] | None:
        """baud, bits, parity, stop as they were saved."""

    def save_line(self, direction: int, line: tuple[int, int, int, int]) -> None: ...

    def confirm(self, slot: int) -> None:
        """This slot is the good one from now on."""

    def leave(self, to: int) -> None:
        """messages.REPL or messages.AGAIN_FROM_START; does not return on the hardware."""

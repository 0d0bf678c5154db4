"""kinds: the ways of wrapping by name, and what each can do; plain values, so that taps may ask."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Wrapping(StrEnum):
    NONE = ""
    HTTP = "http"
    LPD = "lpd"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Print data inside a job: `at`, the offset of its first byte there; `lost`: words for what is missing of it."""

    at: int
    data: bytes
    lost: str = ""


class Framer(Protocol):
    """One stream in one direction, however it is sliced. Never raises."""

    def feed(self, data: bytes) -> list[int]:
        """Offsets in `data` just behind each byte that completes a job; 1 … len(data), rising."""

    def give_up(self) -> None:
        """What is half-read is over: the next byte begins anew."""

"""streams: printer streams for the tests: those beside the project, and noise that looks like one."""

import random
from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from tests.shared_data import shared_data

SIZES = (1, 2, 3, 7, 64)
LONG = 4000
Event = TypeVar("Event")


class Feedable(Protocol[Event]):
    def feed(self, data: bytes) -> list[Event]: ...

    def give_up(self) -> list[Event]: ...


def real_streams() -> Iterator[tuple[str, bytes]]:
    """Every capture and encoder stream, by name."""
    for path in sorted(shared_data().rglob("*")):
        if path.suffix in (".bin", ".raw", ".escpos"):
            yield path.name, path.read_bytes()
        elif path.suffix == ".hex":
            yield path.name, bytes.fromhex(path.read_text())


def sliced(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def randomly_sliced(data: bytes, seed: int) -> list[bytes]:
    rng, pieces, at = random.Random(seed), list[bytes](), 0
    while at < len(data):
        size = rng.choice((1, 2, 5, 20, 100, 3000))
        pieces.append(data[at : at + size])
        at += size
    return pieces


def slicings(data: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """The same bytes in every way of being cut up that is worth trying; long streams, pictures mostly, not in bytes."""
    for size in SIZES if len(data) <= LONG else SIZES[-2:]:
        yield f"slices of {size}", sliced(data, size)
    yield "random slices", randomly_sliced(data, len(data))


def read_in(pieces: list[bytes], make: Callable[[], Feedable[Event]]) -> list[Event]:
    reader = make()
    events = [event for piece in pieces for event in reader.feed(piece)]
    return events + reader.give_up()


PREFIXES = (b"\x1b", b"\x1d", b"\x1c", b"\x10", b"\x1f", b"\x12")


def noise(size: int, seed: int) -> bytes:
    """Random bytes, half of them looking like the beginning of a command."""
    rng, out = random.Random(seed), bytearray()
    while len(out) < size:
        out += rng.choice(PREFIXES) + rng.randbytes(rng.randrange(6)) if rng.random() < 0.5 else rng.randbytes(8)
    return bytes(out[:size])

"""stream: what the readers of protocols share: bytes that wait, the part that is print data, the end of what is known.

A reader is a generator: `yield` means more bytes are needed, so that the grammar reads from top to bottom.
"""

from collections.abc import Generator
from typing import Generic, TypeVar

MOST_KEPT = 16 << 20
"""Bytes of one body or file that are kept; a receipt drawn as a picture has a few hundred thousand."""
CHUNK = 1 << 16
Event = TypeVar("Event")
Waiting = Generator[None, None, None]


class StreamReader(Generic[Event]):
    """One stream in one direction, however it is sliced. Never raises."""

    def __init__(self) -> None:
        self.is_lost = False
        """What came is not this protocol; nothing more can be told of this stream."""
        self._buffer, self._taken = bytearray(), 0
        self._kept, self._left_out = bytearray(), 0
        self._events: list[Event] = []
        self._reading = self._read()
        next(self._reading)

    def feed(self, data: bytes) -> list[Event]:
        self._buffer += data
        next(self._reading, None)
        events, self._events = self._events, []
        return events

    def _read(self) -> Waiting:
        raise NotImplementedError

    def _begin_keeping(self) -> None:
        self._kept, self._left_out = bytearray(), 0

    def _keep(self, size: int) -> Waiting:
        """The next `size` bytes are print data."""
        while size:
            if not self._buffer:
                yield
                continue
            piece = self._take(min(size, len(self._buffer), CHUNK))
            size -= len(piece)
            room = MOST_KEPT - len(self._kept)
            self._kept += piece[:room]
            self._left_out += max(0, len(piece) - room)

    def _until(self, mark: bytes, limit: int) -> Generator[None, None, bytes]:
        """Up to and with `mark`; what is longer than `limit` comes without it, and is none of the protocol."""
        looked = 0
        while (found := self._buffer.find(mark, max(0, looked - len(mark)))) < 0:
            if (looked := len(self._buffer)) > limit:
                return self._take(looked)
            yield
        return self._take(found + len(mark))

    def _take(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._taken += size
        return piece

    def _lose(self) -> Waiting:
        """From here on no byte has a known meaning: all of it is kept, because it may be what was to be printed."""
        self.is_lost = True
        while True:
            yield from self._keep(len(self._buffer))
            yield

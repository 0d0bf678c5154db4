"""device: what every printer we play has: answers that wait until the till reads them; knows no protocol."""

from collections.abc import Callable

MOST_UNREAD = 4096
"""A till that asks and never reads is kept waiting here."""


class Device:
    """A pump's sink for what the till sends, and another pump's source for the answers."""

    def __init__(self) -> None:
        self._answers = bytearray()
        self._over = False
        self.on_answer: Callable[[], None] = lambda: None

    def hear(self, data: bytes) -> bytes:
        """What goes back for these bytes of the till."""
        raise NotImplementedError

    def hang_up(self) -> None:
        """Once the answers that wait are read, this connection ends."""
        self._over = True

    def send(self, data: memoryview) -> int:
        if len(self._answers) > MOST_UNREAD:
            raise BlockingIOError
        was_over = self._over
        answers = self.hear(bytes(data))
        self._answers += answers
        if answers or self._over > was_over:
            self.on_answer()
        return len(data)

    def finish(self) -> None:
        self._over = True
        self.on_answer()

    def look(self, skip: int, limit: int) -> bytes:
        found = bytes(self._answers[skip : skip + limit])
        if not found and not self._over:
            raise BlockingIOError
        return found

    def consume(self, count: int) -> None:
        del self._answers[:count]

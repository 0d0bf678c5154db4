"""macros: keeps what a till defines between two GS :, and says what GS ^ prints of it; reads nothing itself.

The bytes of a definition are printed while they are defined, too (Bixolon's, Citizen's and Wincor's references say so).
"""

LONGEST = 2048
"""Bytes; a printer stores no more of a definition."""
MOST_REPLAYED = 1 << 16
"""Bytes of all that is printed again in a job: five bytes of noise must not become half a megabyte of text."""


class Macros:
    def __init__(self) -> None:
        self._defined = b""
        self._bytes = bytearray()
        self._start: int | None = None
        self._replayed = 0

    @property
    def is_open(self) -> bool:
        return self._start is not None

    def begin_or_end(self, start: int, end: int, slice_at: int, data: bytes) -> None:
        """GS : at `start`; `data` is the slice it ends in, which begins at `slice_at`."""
        if self._start is None:
            self._start, self._bytes = end, bytearray(data[end - slice_at :])
        else:
            self._defined = bytes(self._bytes[: min(start - self._start, LONGEST)])
            self._start = None

    def saw(self, data: bytes) -> None:
        """The next slice, while a definition is open."""
        if len(self._bytes) < LONGEST:
            self._bytes += data

    def to_print(self, times: int) -> bytes | None:
        """What GS ^ prints; None: not known, or too much. In a definition it ends it and clears it."""
        if self.is_open:
            self._start, self._defined = None, b""
            return b""
        again = self._defined * times
        self._replayed += len(again)
        return again if again and self._replayed <= MOST_REPLAYED else None

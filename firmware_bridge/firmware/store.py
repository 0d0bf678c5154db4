"""store: bytes at places, written and read in C and without allocating; knows no chunk.

MicroPython's streams take a part of a buffer (`write(data, at, count)`) without making a slice of it, and so move a
piece at once where a loop over its bytes would take most of the chip's time. CPython's do not; there slices are free.
"""

import io

try:
    io.BytesIO(b"ab").write(b"ab", 0, 1)  # type: ignore[call-arg]
    PARTS = True
except TypeError:
    PARTS = False


class Store:
    def __init__(self, size: int) -> None:
        self._stream = io.BytesIO(size if PARTS else bytes(size))  # type: ignore[arg-type]
        if PARTS:
            self._stream.seek(size - 1)
            self._stream.write(b"\0")  # all of it is there from now on

    def write_at(self, place: int, data: bytearray, at: int, count: int) -> None:
        """`count` bytes of `data` from `at` on."""
        self._stream.seek(place)
        if PARTS:
            self._stream.write(data, at, count)  # type: ignore[call-arg]
        else:
            self._stream.write(data[at : at + count])

    def read_at(self, place: int, into: bytearray, count: int) -> None:
        self._stream.seek(place)
        if PARTS:
            self._stream.readinto(into, count)  # type: ignore[call-arg]
        else:
            into[:count] = self._stream.read(count)

    def bytes_at(self, place: int, count: int, size: int) -> bytes:
        """A copy, around the end if need be."""
        whole = min(count, size - place)
        self._stream.seek(place)
        data = self._stream.read(whole)
        if whole < count:
            self._stream.seek(0)
            data += self._stream.read(count - whole)
        return data

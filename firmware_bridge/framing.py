"""framing: takes messages' bytes, gives frames for the wire and takes them apart again; knows no message.

Runs under CPython and MicroPython. A frame is `stuffed(body + CRC-32 of it, little-endian) + B6`. Stuffing is COBS for
two values: neither B6 (the end of a frame) nor 03 (Ctrl-C, which interrupts MicroPython) is ever inside. A code byte
says how many plain bytes follow it and which of the two values stands behind them; a value that no code stands for is
damage. The end is B6 and not the usual 00 because each one met costs a turn of a loop, and pictures are full of 00.
Nothing here raises on noise.
"""

import binascii
import struct

END = 0xB6
END_BYTE, FORBIDDEN = b"\xb6", b"\x03"
LONGEST_RUN = 126
FULL_RUN = 254
"""The code of a run of LONGEST_RUN bytes with neither value behind it."""
LONGEST_BODY = 320
LONGEST_FRAME = LONGEST_BODY + 16
"""Stuffing adds one byte, and one more for every 126."""


def frame(body: bytes) -> bytes:
    return stuff(body + struct.pack("<I", binascii.crc32(body))) + END_BYTE


def stuff(data: bytes) -> bytes:
    """As many bytes and at most one in 126 more, none of them B6 or 03."""
    data = data + END_BYTE  # a value behind the last run, dropped again by `unstuff`
    out = bytearray()
    at = 0
    while at < len(data):
        limit = at + LONGEST_RUN
        stop = data.find(END_BYTE, at, limit)
        three = data.find(FORBIDDEN, at, limit if stop < 0 else stop)
        if three >= 0:
            out.append(_code((three - at) * 2 + 1))
            stop = three
        elif stop >= 0:
            out.append(_code((stop - at) * 2))
        else:
            out.append(FULL_RUN)
            out += data[at:limit]
            at = limit
            continue
        out += data[at:stop]
        at = stop + 1
    return bytes(out)


def unstuff(data: bytes) -> bytes | None:
    """None when no stuffing gives this."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        index = code - (code > 3) - (code > END)
        run = index // 2
        at += 1
        if code in (3, END, 255) or at + run > len(data):
            return None
        out += data[at : at + run]
        at += run
        if code != FULL_RUN:
            out.append(3 if index % 2 else END)
    if not out or out[-1] != END:
        return None
    return bytes(out[:-1])


def unframe(data: bytes) -> bytes | None:
    """The body of what stood between two frame ends; None when it was damaged on the way."""
    whole = unstuff(data)
    if whole is None or len(whole) < 5:
        return None
    body = whole[:-4]
    return body if struct.unpack("<I", whole[-4:])[0] == binascii.crc32(body) else None


def _code(index: int) -> int:
    """0, 1, 2, 4, … 181, 183, … 253: neither 03 nor B6."""
    index += index >= 3
    return index + (index >= END)


class Unframer:
    """Finds the frames in bytes that come cut anywhere, between noise. Holds at most one frame's worth."""

    def __init__(self) -> None:
        self._held = b""
        self._skipping = False
        self.damaged = 0
        """Stretches between two frame ends that were no frame."""

    def feed(self, data: bytes) -> list[bytes]:
        pieces = (self._held + data).split(END_BYTE)
        self._held = pieces.pop()
        bodies = []
        for piece in pieces:
            whole = piece and not self._skipping and len(piece) <= LONGEST_FRAME
            body = unframe(piece) if whole else None
            if body is not None:
                bodies.append(body)
            elif piece or self._skipping:
                self.damaged += 1
            self._skipping = False
        if len(self._held) > LONGEST_FRAME:
            self._held, self._skipping = b"", True
        return bodies

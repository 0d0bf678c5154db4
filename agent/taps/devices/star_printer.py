"""star_printer: takes what a till prints where there is no printer, gives the answers a healthy Star would give.

A Star says its automatic status by itself as soon as a till connects (not seen: whether every till waits for it), and
again behind each ETB, whose counter tells the till that everything before is on paper.
"""

from agent.dialects.escpos_lengths import Token, Tokenizer
from agent.dialects.star_table import STAR
from agent.taps.devices.device import Device

STATUS = b"\x23\x86\x00\x00\x00\x00\x00"
"""Nine bytes with the counter and a zero behind: length 9, online, cover closed, paper in."""
ETB = b"\x17"
MODEL = b"\x1b#*,TSP654II Ver1.0\n\0"


class StarPrinter(Device):
    def __init__(self) -> None:
        super().__init__()
        self._tokenizer = Tokenizer(STAR, reading=True)
        self._printed = 0
        self._answers += self._status()

    def hear(self, data: bytes) -> bytes:
        return b"".join(self._answer(token) for token in self._tokenizer.feed(data) if not token.why)

    def _answer(self, token: Token) -> bytes:
        if token.head[:1] == ETB:
            self._printed = (self._printed + 1) % 32
            return self._status()
        if token.head[:3] == b"\x1b\x1eE":
            self._printed = 0
        if token.key == b"\x1b\x06":
            return self._status()
        return MODEL if token.head[:3] == b"\x1b#*" else b""

    def _status(self) -> bytes:
        return STATUS + bytes((self._printed << 1, 0))

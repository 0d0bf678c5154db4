"""plain_text: takes the bytes of a till that prints text without commands, gives print events; knows no language."""

import re

from agent.dialects.state import FONT_A, DialectState
from agent.print_events import Feed, Move, PrintEvent, Return, Tab, Text, Unreadable

RUN_LIMIT = 1 << 14
_PIECE_RE = re.compile(rb"[^\x00-\x1f]+|[\x00\x07\x11\x13]+|[\x01-\x06\x0b\x0e-\x10\x12\x14-\x1f]+|[\x08-\x0d]")
_PRINTABLE = frozenset(range(0x20, 0x100))
_SILENT = frozenset(b"\x00\x07\x11\x13")
WHY = "control bytes on a lane that prints plain text"


class Reader:
    """One stream; the same events however it is sliced. LF, CR, FF, BS and TAB move; nothing else is a command."""

    def __init__(self, state: DialectState | None = None) -> None:
        self.state = state or DialectState()
        self._events: list[PrintEvent] = []
        self._run = bytearray()
        self._odd = False
        self._at = self._run_at = 0

    def feed(self, data: bytes) -> list[PrintEvent]:
        for piece in _PIECE_RE.findall(data):
            self._take(piece)
            self._at += len(piece)
        return self._taken()

    def give_up(self) -> list[PrintEvent]:
        self._flush()
        return self._taken()

    def _taken(self) -> list[PrintEvent]:
        events, self._events = self._events, []
        return events

    def _take(self, piece: bytes) -> None:
        if piece[0] in _SILENT:
            return
        if 0x08 <= piece[0] <= 0x0D and piece[0] != 0x0B:
            self._flush()
            self._move(piece)
            return
        self._collect(piece, odd=piece[0] not in _PRINTABLE)

    def _collect(self, piece: bytes, *, odd: bool) -> None:
        if odd is not self._odd:
            self._flush()
            self._odd = odd
        if not self._run:
            self._run_at = self._at
        self._run += piece
        while len(self._run) >= RUN_LIMIT:
            rest = self._run[RUN_LIMIT:]
            del self._run[RUN_LIMIT:]
            self._flush()
            self._run, self._run_at = rest, self._run_at + RUN_LIMIT

    def _flush(self) -> None:
        data = bytes(self._run)
        self._run.clear()
        if data and self._odd:
            self._events.append(Unreadable(self._run_at, len(data), WHY))
        elif data:
            self._events.append(Text(self._run_at, self.state.decode(data), FONT_A))

    def _move(self, piece: bytes) -> None:
        moves: dict[bytes, PrintEvent] = {
            b"\n": Feed(self._at),
            b"\f": Feed(self._at),
            b"\r": Return(self._at),
            b"\t": Tab(self._at),
            b"\b": Move(self._at, -FONT_A, relative=True),
        }
        self._events.append(moves[piece])

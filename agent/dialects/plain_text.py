"""plain_text: takes the bytes of a till that prints text without commands, gives print events; knows no language."""

import re

from agent.dialects.state import FONT_A, DialectState
from agent.dialects.style import style_of
from agent.print_events import Feed, Move, PrintEvent, Return, Tab, Text, Unreadable

RUN_LIMIT = 1 << 14
_PIECE_RE = re.compile(rb"([^\x00-\x1f]+)\n?|(\n)|([\x08\t\x0c\r])|([\x01-\x06\x0b\x0e-\x10\x12\x14-\x1f]+)")
_TEXT, _LINE_END, _MOVE, _ODD = 1, 2, 3, 4
"""The groups; NUL, BEL and flow control match nothing and part no word."""
WHY = "control bytes on a lane that prints plain text"


class Reader:
    """One stream; the same events however it is sliced. LF, CR, FF, BS and TAB move; nothing else is a command."""

    def __init__(self, state: DialectState | None = None) -> None:
        self.state = state or DialectState()
        self._style = style_of(self.state)
        self._events: list[PrintEvent] = []
        self._run = b""
        self._odd = False
        self._seen = self._run_at = 0

    def feed(self, data: bytes) -> list[PrintEvent]:
        base, self._seen = self._seen, self._seen + len(data)
        for found in _PIECE_RE.finditer(data):
            kind, at = found.lastindex, base + found.start()
            if kind == _TEXT:
                piece = found[1]
                self._collect(at, piece, odd=False)
                if base + found.end() > at + len(piece):
                    self._end_line(at + len(piece))
            elif kind == _LINE_END:
                self._end_line(at)
            elif kind == _ODD:
                self._collect(at, found[0], odd=True)
            else:
                self._flush()
                self._move(at, found[0])
        return self._taken()

    def give_up(self) -> list[PrintEvent]:
        self._flush()
        return self._taken()

    def _taken(self) -> list[PrintEvent]:
        events, self._events = self._events, []
        return events

    def _collect(self, at: int, piece: bytes, *, odd: bool) -> None:
        if self._run and odd is not self._odd:
            self._flush()
        if self._run:
            self._run += piece
        else:
            self._run, self._run_at, self._odd = piece, at, odd
        while len(self._run) >= RUN_LIMIT:
            rest, at = self._run[RUN_LIMIT:], self._run_at + RUN_LIMIT
            self._run = self._run[:RUN_LIMIT]
            self._flush()
            self._run, self._run_at = rest, at

    def _flush(self) -> None:
        data, self._run = self._run, b""
        if data and self._odd:
            self._events.append(Unreadable(self._run_at, len(data), WHY))
        elif data:
            self._events.append(Text(self._run_at, self._style.decode(data), FONT_A))

    def _end_line(self, at: int) -> None:
        self._flush()
        self._events.append(Feed(at))

    def _move(self, at: int, byte: bytes) -> None:
        if byte == b"\r":
            self._events.append(Return(at))
        elif byte == b"\t":
            self._events.append(Tab(at))
        elif byte == b"\f":
            self._events.append(Feed(at))
        else:
            self._events.append(Move(at, -FONT_A, relative=True))

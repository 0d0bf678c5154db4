"""lpd: takes the bytes a till sends to a print server (RFC 1179), gives its data files; answers nothing, reads no text.

Two levels of commands share their first bytes. Told apart by their words, so that a job may begin at either: a file is
announced with its length and its name ("\\x03 1234 dfA001till"), everything else names a queue.
"""

import re
from collections.abc import Generator
from dataclasses import dataclass

from agent.wrapping.kinds import Wrapped

CONTROL, DATA = 0x02, 0x03
MOST_LINE = 1 << 10
MOST_DATA = 16 << 20
LONGEST_FILE = 1 << 32
CUT_OFF = "the data file broke off: the rest of it is lost"
TOO_LONG = "the data file is longer than any receipt: the rest of it is lost"
_FILE_RE = re.compile(rb"([\x02\x03])(\d{1,10})[ \t]+([^\s]{1,255})[ \t]*\n")
_SESSION_RE = re.compile(
    rb"\x02[\x21-\x7e]{1,64}[ \t]*\n\x02\d{1,6}[ \t]+[^\s]{1,255}[ \t]*\n|\x02[\x21-\x7e]{1,64}\n\x03\d"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One line. `code`: its first byte; `announces`: it is followed by a file."""

    code: int
    line: bytes
    announces: bool


@dataclass(frozen=True, slots=True)
class File:
    """A file that came. `at` and `end` count from the stream's first byte."""

    code: int
    data: bytes
    at: int
    end: int
    lost: str = ""


Event = Command | File


class LpdReader:
    """Gives each command and each file as soon as it is whole. After what is no LPD it gives nothing more."""

    def __init__(self) -> None:
        self._buffer, self._taken = bytearray(), 0
        self._events: list[Event] = []
        self._code = 0
        self._data, self._at, self._left_out, self._until_close = bytearray(), 0, 0, False
        self.is_lost = False
        """What came is no print server's protocol; nothing more can be told of this stream."""
        self._reading = self._read()
        next(self._reading)

    def feed(self, data: bytes) -> list[Event]:
        self._buffer += data
        next(self._reading, None)
        events, self._events = self._events, []
        return events

    def end(self) -> list[Event]:
        """The stream is over: so is a file of unannounced length; any other broke off."""
        if not self._code:
            return []
        lost = "" if self._until_close else CUT_OFF
        data, end = bytes(self._data + self._buffer), self._taken + len(self._buffer)
        return [File(self._code, data[:MOST_DATA], self._at, end, lost)]

    def _read(self) -> Generator[None, None, None]:
        while True:
            line = yield from self._line()
            announced = _FILE_RE.fullmatch(line)
            if not line.endswith(b"\n") or line[0] > 5:
                yield from self._nothing_more()
                return
            self._events.append(Command(line[0], line, announced is not None))
            if announced is not None:
                yield from self._file(announced[1][0], int(announced[2]))

    def _file(self, code: int, length: int) -> Generator[None, None, None]:
        """Behind a file stands one zero byte. A data file of length 0 goes on until the connection closes."""
        self._code, self._at, self._data, self._left_out = code, self._taken, bytearray(), 0
        self._until_close = code == DATA and not length
        left = LONGEST_FILE if self._until_close else length
        while left:
            if not self._buffer:
                yield
                continue
            piece = self._take(min(left, len(self._buffer)))
            left -= len(piece)
            room = MOST_DATA - len(self._data)
            self._data += piece[:room]
            self._left_out += max(0, len(piece) - room)
        while not self._buffer:
            yield
        if self._buffer[0] == 0:
            self._take(1)
        lost = TOO_LONG if self._left_out else ""
        self._events.append(File(code, bytes(self._data), self._at, self._taken, lost))
        self._code = 0

    def _line(self) -> Generator[None, None, bytes]:
        while (found := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MOST_LINE:
                return self._take(len(self._buffer))
            yield
        return self._take(found + 1)

    def _take(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        self._taken += size
        return piece

    def _nothing_more(self) -> Generator[None, None, None]:
        self.is_lost = True
        while True:
            self._take(len(self._buffer))
            yield


class LpdFramer:
    """A job ends with its data file; what the connection says behind the last one prints nothing."""

    def __init__(self) -> None:
        self._reader, self._fed = LpdReader(), 0

    def feed(self, data: bytes) -> list[int]:
        before, self._fed = self._fed, self._fed + len(data)
        files = (event for event in self._reader.feed(data) if isinstance(event, File))
        return [file.end - before for file in files if file.code == DATA]

    def give_up(self) -> None:
        self._reader, self._fed = LpdReader(), 0


def printed(job: bytes) -> list[Wrapped]:
    """The data files of a job."""
    reader = LpdReader()
    events = reader.feed(job)
    events += reader.end()
    files = [event for event in events if isinstance(event, File) and event.code == DATA]
    if not events and job.strip(b"\0"):
        return [Wrapped(0, b"", "what came is no print server's protocol, and is not read")]
    return [Wrapped(file.at, file.data, file.lost) for file in files]


def looks_like_a_session(data: bytes) -> bool:
    return _SESSION_RE.match(data) is not None

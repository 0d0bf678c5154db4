"""lpd: takes the bytes a till sends to a print server (RFC 1179), gives its data files; answers nothing, reads no text.

Two levels of commands share their first bytes. Told apart by their words, so that a job may begin at either: a file is
announced with its length and its name ("\\x03 1234 dfA001till"), everything else names a queue.
"""

import re
from dataclasses import dataclass

from agent.wrapping.kinds import Wrapped
from agent.wrapping.stream import MOST_KEPT, StreamReader, Waiting

CONTROL, DATA = 0x02, 0x03
MOST_LINE = 1 << 10
LONGEST_FILE = 1 << 32
LAST_COMMAND = 0x05
NO_LPD = "what came is no print server's protocol, and is not read"
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


class LpdReader(StreamReader[Event]):
    """Gives each command and each file as soon as it is whole. After what is no LPD it gives nothing more."""

    def __init__(self) -> None:
        self._code, self._at, self._until_close = 0, 0, False
        super().__init__()

    def end(self) -> list[Event]:
        """The stream is over: so is a file of unannounced length; any other broke off. What is no LPD comes as one."""
        if not self._code:
            return []
        lost = NO_LPD if self.is_lost else "" if self._until_close else CUT_OFF
        data, end = bytes(self._kept + self._buffer), self._taken + len(self._buffer)
        return [File(self._code, data[:MOST_KEPT], self._at, end, lost)]

    def _read(self) -> Waiting:
        while True:
            self._at = self._taken
            line = yield from self._until(b"\n", MOST_LINE)
            announced = _FILE_RE.fullmatch(line)
            if not line.endswith(b"\n") or line[0] > LAST_COMMAND:
                self._code = DATA
                self._begin_keeping()
                yield from self._lose()
            self._events.append(Command(line[0], line, announced is not None))
            if announced is not None:
                yield from self._file(announced[1][0], int(announced[2]))

    def _file(self, code: int, length: int) -> Waiting:
        """Behind a file stands one zero byte. A data file of length 0 goes on until the connection closes."""
        self._code, self._at = code, self._taken
        self._begin_keeping()
        self._until_close = code == DATA and not length
        yield from self._keep(LONGEST_FILE if self._until_close else length)
        while not self._buffer:
            yield
        if self._buffer[0] == 0:
            self._take(1)
        lost = TOO_LONG if self._left_out else ""
        self._events.append(File(code, bytes(self._kept), self._at, self._taken, lost))
        self._code = 0


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
    """The data files of a job, and what came that is no print server's protocol, so that it is held and not dropped."""
    reader = LpdReader()
    files = [event for event in reader.feed(job) + reader.end() if isinstance(event, File) and event.code == DATA]
    return [Wrapped(file.at, file.data, file.lost) for file in files]


def looks_like_a_session(data: bytes) -> bool:
    return _SESSION_RE.match(data) is not None

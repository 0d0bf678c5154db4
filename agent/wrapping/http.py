"""http: takes the bytes a till sends to a printer's web server, gives its requests; answers none, reads no body.

RFC 9112 as far as tills need it: Content-Length and chunked bodies, requests one behind the other on a connection.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.wrapping.kinds import Wrapped
from agent.wrapping.stream import MOST_KEPT, StreamReader, Waiting

MOST_HEAD = 64 << 10
MOST_LINE = 4 << 10
LONGEST_BODY = 1 << 32
CUT_OFF = "the request broke off: the rest of it is lost"
NO_LENGTH = "the request does not say how long it is, and what came behind its head is not read"
TOO_LONG = "the request is longer than any receipt: the rest of it is lost"
PACKED = "the request's body is compressed, and that is not read"
_START_RE = re.compile(rb"\s{0,8}(?:GET|POST|PUT|HEAD|OPTIONS|DELETE) \S{1,2048} HTTP/1\.[01]\r?\n")


@dataclass(frozen=True, slots=True)
class Head:
    """A request's first lines. Field names in lower case; of a repeated field the last counts."""

    method: str
    target: str
    version: str
    fields: Mapping[str, str]

    @property
    def path(self) -> str:
        return self.target.split("?", 1)[0].lower()

    @property
    def keeps_open(self) -> bool:
        said = self.fields.get("connection", "").lower()
        return said == "keep-alive" if self.version == "1.0" else said != "close"


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request. `body_at`, `end`: offsets in the stream. A chunked body comes without its marks."""

    head: Head
    body: bytes
    body_at: int
    end: int
    lost: str = ""


Event = Head | Request


class HttpReader(StreamReader[Event]):
    """Gives a Head as soon as it is whole, then its Request. After what is no HTTP it gives nothing more."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._body_at = 0
        super().__init__()

    def end(self) -> list[Event]:
        """The stream is over: a request that broke off, or whose length nobody can read, comes as far as it came."""
        if self._head is None:
            return []
        body = bytes(self._kept + self._buffer)[:MOST_KEPT]
        lost = NO_LENGTH if self.is_lost else CUT_OFF
        return [Request(self._head, body, self._body_at, self._taken + len(self._buffer), lost)]

    def _read(self) -> Waiting:
        while True:
            text = yield from self._until(b"\r\n\r\n", MOST_HEAD)
            self._head = _head(text)
            if self._head is None:
                yield from self._lose()
                return
            self._events.append(self._head)
            self._body_at = self._taken
            self._begin_keeping()
            yield from self._read_body(self._head)
            lost = TOO_LONG if self._left_out else PACKED if _is_packed(self._head) else ""
            self._events.append(Request(self._head, bytes(self._kept), self._body_at, self._taken, lost))
            self._head = None

    def _read_body(self, head: Head) -> Waiting:
        if "chunked" in head.fields.get("transfer-encoding", "").lower():
            yield from self._read_chunks()
        elif (length := _number(head.fields.get("content-length", "0"), 10)) is None:
            yield from self._lose()
        else:
            yield from self._keep(length)

    def _read_chunks(self) -> Waiting:
        while True:
            line = yield from self._until(b"\n", MOST_LINE)
            size = _number(line.split(b";")[0].decode("latin-1").strip(), 16)
            if size is None:
                yield from self._lose()
            elif size:
                yield from self._keep(size)
                yield from self._until(b"\n", MOST_LINE)
            else:
                break
        while (yield from self._until(b"\n", MOST_LINE)).strip():
            """Trailers say nothing about the print."""


class HttpFramer:
    """Each request is a job: also one that prints nothing, so that the next job begins at a request's first byte."""

    def __init__(self) -> None:
        self._reader, self._fed = HttpReader(), 0

    def feed(self, data: bytes) -> list[int]:
        before, self._fed = self._fed, self._fed + len(data)
        return [event.end - before for event in self._reader.feed(data) if isinstance(event, Request)]

    def give_up(self) -> None:
        self._reader, self._fed = HttpReader(), 0


def printed(job: bytes) -> list[Wrapped]:
    """The bodies of a job's requests; one of no request at all is given whole, so that it is held and not dropped."""
    reader = HttpReader()
    requests = [event for event in reader.feed(job) + reader.end() if isinstance(event, Request)]
    if not requests and not looks_like_a_request(job):
        return [Wrapped(0, b"", "what came is no HTTP request, and is not read")] if job.strip() else []
    return [Wrapped(one.body_at, one.body, one.lost) for one in requests if one.body or one.lost]


def looks_like_a_request(data: bytes) -> bool:
    return _START_RE.match(data) is not None


def _head(text: bytes) -> Head | None:
    if not _START_RE.match(text):
        return None
    first, *lines = text.decode("latin-1").strip().splitlines()
    method, target, version = first.split(" ")
    pairs = (line.partition(":") for line in lines if ":" in line)
    fields = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Head(method, target, version.removeprefix("HTTP/"), fields)


def _number(text: str, base: int) -> int | None:
    """Strictly digits: int() would also take signs, spaces and underscores."""
    digits = "0123456789abcdef"[:base]
    if not text or len(text) > 12 or set(text.lower()) - set(digits):
        return None
    return number if (number := int(text, base)) < LONGEST_BODY else None


def _is_packed(head: Head) -> bool:
    return head.fields.get("content-encoding", "identity").lower() not in ("", "identity")

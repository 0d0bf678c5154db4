"""The requests of a till that prints to a printer's web server, in any slices."""

import random

import pytest

from agent.wrapping import Wrapped, Wrapping, unwrapped, wrapping_of
from agent.wrapping.http import CUT_OFF, NO_LENGTH, PACKED, HttpFramer, HttpReader, Request, printed

BODY = b"<epos-print><text>TOTAL 5.00&#10;</text></epos-print>"


def post(body: bytes, *fields: str, path: str = "/cgi-bin/epos/service.cgi") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: printer", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    marked = b"".join(b"%x;q=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    head = b"POST /x HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"
    return head + marked + b"0\r\nTrailer: 1\r\n\r\n"


STREAM = b"OPTIONS /x HTTP/1.1\r\nHost: p\r\n\r\n" + post(BODY) + b"\r\n" + chunked(BODY, 7) + post(b"") + post(BODY)


def bodies(events: list[object]) -> list[bytes]:
    return [event.body for event in events if isinstance(event, Request)]


@pytest.mark.parametrize("size", [*range(1, 40), len(STREAM)])
def test_requests_are_the_same_however_the_stream_is_sliced(size: int) -> None:
    reader, framer = HttpReader(), HttpFramer()
    events: list[object] = []
    ends: list[int] = []
    for at in range(0, len(STREAM), size):
        piece = STREAM[at : at + size]
        events += reader.feed(piece)
        ends += [at + end for end in framer.feed(piece)]
    assert bodies(events) == [b"", BODY, BODY, b"", BODY]
    assert ends == [event.end for event in events if isinstance(event, Request)]
    assert ends[-1] == len(STREAM)


def test_a_request_that_breaks_off_is_given_and_named() -> None:
    whole = post(BODY)
    for cut in range(len(whole) - len(BODY) + 1, len(whole)):
        assert [one.lost for one in printed(whole[:cut])] == [CUT_OFF]
    assert printed(whole) == [Wrapped(whole.index(BODY), BODY)]


def test_what_is_no_request_is_named_and_not_dropped() -> None:
    assert printed(b"\x1b@TOTAL 5.00\n")[0].lost
    unreadable = b"POST /x HTTP/1.1\r\nContent-Length: -5\r\n\r\n" + BODY
    assert printed(unreadable) == [Wrapped(unreadable.index(BODY), BODY, NO_LENGTH)]
    chunk = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n" + BODY
    assert [(one.data, one.lost) for one in printed(chunk)] == [(BODY, NO_LENGTH)]
    assert [one.lost for one in printed(post(BODY, "Content-Encoding: gzip"))] == [PACKED]


def test_noise_raises_nothing_and_keeps_nothing() -> None:
    rng = random.Random(7)
    for _ in range(300):
        noise = bytearray(STREAM)
        for _ in range(rng.randrange(1, 12)):
            noise[rng.randrange(len(noise))] = rng.randrange(256)
        framer = HttpFramer()
        at = 0
        while at < len(noise):
            size = rng.randrange(1, 200)
            ends = framer.feed(bytes(noise[at : at + size]))
            assert all(0 < end <= size for end in ends)
            at += size


def test_a_captured_file_tells_what_it_came_in() -> None:
    assert wrapping_of(post(BODY)) is Wrapping.HTTP
    assert wrapping_of(b"\x02lp\n\x0212 cfA001till\n") is Wrapping.LPD
    assert wrapping_of(b"\x1b@SHOP\n") is Wrapping.NONE
    assert unwrapped(Wrapping.NONE, b"\x1b@") == [Wrapped(0, b"\x1b@")]

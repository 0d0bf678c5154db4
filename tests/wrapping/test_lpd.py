"""A print server's protocol (RFC 1179), in any slices."""

import random

import pytest

from agent.wrapping import Wrapped
from agent.wrapping.lpd import CUT_OFF, NO_LPD, Command, File, LpdFramer, LpdReader, printed

CONTROL = b"Htill\nPcashier\nfdfA001till\n"
SLIP = b"\x1b@SHOP\n\x02 no command\n\x03 12 dfZ\nTOTAL 5.00\n\x1dV0"


def control(data: bytes = CONTROL) -> bytes:
    return b"\x02%d cfA001till\n%b\0" % (len(data), data)


def data_file(data: bytes, length: int | None = None) -> bytes:
    return b"\x03%d dfA001till\n%b" % (len(data) if length is None else length, data)


SESSION = b"\x02lp\n" + control() + data_file(SLIP) + b"\0" + data_file(SLIP) + b"\0" + control()


@pytest.mark.parametrize("size", [*range(1, 40), len(SESSION)])
def test_files_are_the_same_however_the_session_is_sliced(size: int) -> None:
    reader, framer = LpdReader(), LpdFramer()
    events: list[Command | File] = []
    ends: list[int] = []
    for at in range(0, len(SESSION), size):
        piece = SESSION[at : at + size]
        events += reader.feed(piece)
        ends += [at + end for end in framer.feed(piece)]
    files = [event for event in events if isinstance(event, File)]
    assert [file.data for file in files] == [CONTROL, SLIP, SLIP, CONTROL]
    assert ends == [file.end for file in files[1:3]]


def test_a_job_may_begin_at_either_level() -> None:
    first = SESSION.index(SLIP) + len(SLIP) + 1
    assert [one.data for one in printed(SESSION[:first])] == [SLIP]
    assert [one.data for one in printed(SESSION[first:])] == [SLIP]
    assert printed(control()) == []


def test_a_data_file_without_a_length_ends_with_the_connection() -> None:
    job = b"\x02lp\n" + data_file(SLIP, 0)
    assert printed(job) == [Wrapped(job.index(SLIP), SLIP)]


def test_what_breaks_off_is_named() -> None:
    job = b"\x02lp\n" + control() + data_file(SLIP)
    assert [one.lost for one in printed(job[:-3])] == [CUT_OFF]
    assert printed(b"GET / HTTP/1.1\r\n\r\n")[0].lost == NO_LPD


def test_a_till_that_names_a_queue_and_then_prints_bare_bytes_is_not_dropped() -> None:
    [one] = printed(b"\x02lp\n" + b"\x1b@SHOP\nTOTAL 5.00\n")
    assert one.lost == NO_LPD
    assert b"TOTAL 5.00" in one.data


def test_noise_raises_nothing() -> None:
    rng = random.Random(3)
    for _ in range(300):
        noise = bytearray(SESSION)
        for _ in range(rng.randrange(1, 8)):
            noise[rng.randrange(len(noise))] = rng.randrange(256)
        framer = LpdFramer()
        assert all(0 < end <= 64 for at in range(0, len(noise), 64) for end in framer.feed(bytes(noise[at : at + 64])))
        printed(bytes(noise))

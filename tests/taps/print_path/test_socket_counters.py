"""The kernel's own counts, on which nothing is lost or doubled over our death depends."""

import contextlib
import random
import socket
import struct
from collections.abc import Iterator

import pytest

from agent.taps.print_path.socket_counters import TcpState, consumed, has_received_fin, sent, state, unacknowledged
from tests.taps.rig import until


@contextlib.contextmanager
def connection() -> Iterator[tuple[socket.socket, socket.socket]]:
    """(the end that opened it, the end that accepted it)"""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        opened = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        with opened, accepted:
            yield opened, accepted


@pytest.mark.parametrize("seed", range(3))
async def test_both_counts_hold_at_any_moment(seed: int) -> None:
    rng = random.Random(seed)
    with connection() as (opened, accepted):
        opened.setblocking(False)
        accepted.setblocking(False)
        given = taken = 0
        for _ in range(300):
            with contextlib.suppress(BlockingIOError):
                given += opened.send(bytes(rng.randrange(1, 300_000)))
            assert sent(opened, opened_by_us=True) == given
            with contextlib.suppress(BlockingIOError):
                taken += len(accepted.recv(rng.randrange(1, 200_000)))
            assert consumed(accepted) == taken
        assert given > taken > 0


async def test_looking_and_discarding_count_as_they_should() -> None:
    with connection() as (opened, accepted):
        opened.sendall(b"0123456789")
        await until(lambda: accepted.recv(100, socket.MSG_PEEK) == b"0123456789")
        assert consumed(accepted) == 0
        accepted.recv(4, socket.MSG_TRUNC)
        assert consumed(accepted) == 4
        assert accepted.recv(100, socket.MSG_PEEK) == b"456789"


async def test_ends_do_not_count_as_bytes() -> None:
    with connection() as (opened, accepted):
        opened.sendall(b"0123456789")
        accepted.sendall(b"abc")
        opened.shutdown(socket.SHUT_WR)
        assert sent(opened, opened_by_us=True) == 10
        await until(lambda: unacknowledged(opened) == 0)
        assert sent(opened, opened_by_us=True) == 10
        assert consumed(accepted) == 0
        assert accepted.recv(100) == b"0123456789"
        assert accepted.recv(100) == b""
        assert consumed(accepted) == 10
        accepted.shutdown(socket.SHUT_WR)
        assert sent(accepted, opened_by_us=False) == 3
        assert opened.recv(100) == b"abc"
        assert opened.recv(100) == b""
        assert consumed(opened, ended=True) == 3


async def test_a_reset_behind_the_end_is_told_apart_by_knowing_that_the_end_came() -> None:
    with connection() as (opened, accepted):
        opened.sendall(b"0123456789")
        opened.close()
        await until(lambda: has_received_fin(accepted))
        accepted.sendall(b"an answer that nobody takes")
        await until(lambda: state(accepted) == TcpState.CLOSE)
        assert accepted.recv(4) == b"0123"
        assert consumed(accepted, ended=True) == 4


async def test_what_came_before_a_reset_is_still_there_and_counted() -> None:
    with connection() as (opened, accepted):
        opened.sendall(b"0123456789")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        opened.close()
        assert accepted.recv(4) == b"0123"
        assert consumed(accepted) == 4
        assert accepted.recv(100) == b"456789"
        with pytest.raises(ConnectionResetError):
            accepted.recv(100)

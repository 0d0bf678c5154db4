"""socket_counters: asks the kernel how many bytes a TCP connection has taken in and given out; keeps nothing itself.

The kernel's counts outlive the process when the socket does (file-descriptor store), so they say exactly where a killed
tap stood. Offsets in struct tcp_info: include/uapi/linux/tcp.h; bytes_acked counts the SYN of a connection we opened,
both counts include the FIN once it is in. tests/taps/print_path/test_socket_counters.py holds the kernel to this.
"""

import array
import fcntl
import socket
import struct
import termios
from enum import IntEnum

_ACKED_AND_RECEIVED = struct.Struct("=QQ")
_ACKED_AT = 120
_INFO_BYTES = 136


class TcpState(IntEnum):
    """include/net/tcp_states.h."""

    ESTABLISHED = 1
    FIN_WAIT1 = 4
    FIN_WAIT2 = 5
    TIME_WAIT = 6
    CLOSE = 7
    CLOSE_WAIT = 8
    LAST_ACK = 9
    CLOSING = 11


WE_SENT_FIN = frozenset(
    {TcpState.FIN_WAIT1, TcpState.FIN_WAIT2, TcpState.TIME_WAIT, TcpState.LAST_ACK, TcpState.CLOSING}
)
THEY_SENT_FIN = frozenset({TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING, TcpState.TIME_WAIT})


_OUR_FIN_COUNTED = WE_SENT_FIN | {TcpState.CLOSE}
"""A closed connection does not tell whether it ended by two FINs or by a reset. After a reset nothing can be sent any
more, so that one byte too few is harmless there; one too many after two FINs would be a byte lost."""


def state(connection: socket.socket) -> int:
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def may_have_sent_fin(connection: socket.socket) -> bool:
    return state(connection) in _OUR_FIN_COUNTED


def has_received_fin(connection: socket.socket) -> bool:
    """True for sure; a connection that was reset does not tell."""
    return state(connection) in THEY_SENT_FIN


def consumed(connection: socket.socket, *, ended: bool = False) -> int:
    """Bytes of the peer that some process has taken out of this connection since it began.

    `ended`: the peer's FIN is known to have come. A connection that was reset afterwards does not tell any more.
    """
    current, _, received, waiting = _steady(connection, termios.FIONREAD)
    their_fin = current in THEY_SENT_FIN or (ended and current == TcpState.CLOSE)
    return received - their_fin - waiting


def sent(connection: socket.socket, *, opened_by_us: bool) -> int:
    """Bytes some process has handed to this connection since it began, acknowledged or not."""
    current, acked, _, waiting = _steady(connection, termios.TIOCOUTQ)
    return acked + waiting - opened_by_us - (current in _OUR_FIN_COUNTED)


def unacknowledged(connection: socket.socket) -> int:
    return _queue(connection, termios.TIOCOUTQ)


def _steady(connection: socket.socket, queue: int) -> tuple[int, int, int, int]:
    """State, acked, received and the queue's length at one moment: read again until nothing moved in between."""
    before = _counts(connection)
    while True:
        waiting = _queue(connection, queue)
        after = _counts(connection)
        if after == before:
            return (*after, waiting)
        before = after


def _counts(connection: socket.socket) -> tuple[int, int, int]:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    acked, received = _ACKED_AND_RECEIVED.unpack_from(info, _ACKED_AT)
    return info[0], acked, received


def _queue(connection: socket.socket, request: int) -> int:
    answer = array.array("i", [0])
    fcntl.ioctl(connection, request, answer)
    return answer[0]

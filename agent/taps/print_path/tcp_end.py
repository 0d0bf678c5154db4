"""tcp_end: one end of a TCP connection as a pump's source and sink; bytes stay in the kernel until consumed."""

import contextlib
import socket
import struct

from agent.taps.print_path.socket_counters import THEY_SENT_FIN, TcpState, state

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SCRATCH = memoryview(bytearray(64 << 10))
_NO_MORE_COMES = THEY_SENT_FIN | {TcpState.CLOSE}
KEEPALIVE = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 15), (socket.TCP_KEEPCNT, 4))
"""A till or printer that lost its power is noticed after two minutes, not never."""


class TcpEnd:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)

    def peer(self) -> str:
        try:
            host, port = self.socket.getpeername()[:2]
        except OSError:
            return "gone"
        return f"{host}:{port}"

    def look(self, skip: int, limit: int) -> bytes:
        found = self.socket.recv(skip + limit, socket.MSG_PEEK)
        if skip and len(found) <= skip:
            return self._behind_the_last(skip, limit)
        return found[skip:] if skip else found

    def _behind_the_last(self, skip: int, limit: int) -> bytes:
        """The end cannot be read before what stands in front of it, so the connection's state has to say it."""
        ended = state(self.socket) in _NO_MORE_COMES
        found = self.socket.recv(skip + limit, socket.MSG_PEEK)
        if len(found) <= skip and not ended:
            raise BlockingIOError
        return found[skip:]

    def consume(self, count: int) -> None:
        while count > 0:
            taken = self.socket.recv_into(_SCRATCH, min(count, len(_SCRATCH)), socket.MSG_TRUNC)
            if not taken:
                return  # the connection was torn down and its queue with it
            count -= taken

    def send(self, data: memoryview) -> int:
        return self.socket.send(data)

    def finish(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def part(self, *, reset: bool = False) -> None:
        """Before closing: says the end at once, because the caretaker may hold a copy for a moment longer.

        `reset`: the peer learns that it went wrong, as soon as the last copy is closed.
        """
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            return
        with contextlib.suppress(OSError):  # the peer may have ended it long ago
            self.socket.shutdown(socket.SHUT_RDWR)

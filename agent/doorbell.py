"""doorbell: takes the tap's datagrams on a Unix socket, sets an event; a lost one is harmless, the agent looks too."""

import asyncio
import socket
from pathlib import Path


class Doorbell:
    """Owns the socket file `path`; `rung` is set by each datagram and cleared by whoever answers."""

    def __init__(self, path: Path) -> None:
        self.rung = asyncio.Event()
        self._path = path

    async def run(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as bell:
            bell.bind(str(self._path))
            loop = asyncio.get_running_loop()
            loop.add_reader(bell, self._answer, bell)
            try:
                await asyncio.Event().wait()
            finally:
                loop.remove_reader(bell)
                self._path.unlink(missing_ok=True)

    def _answer(self, bell: socket.socket) -> None:
        try:
            while bell.recv(64):
                pass
        except BlockingIOError:
            pass
        self.rung.set()

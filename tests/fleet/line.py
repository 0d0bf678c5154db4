"""line: the store's internet line: a TCP forwarder that can be cut, fall silent, or lead to an old broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from enum import Enum

CONNECT = 0x10
MQTT5 = 5
REFUSED_PROTOCOL = b"\x20\x02\x00\x01"
"""CONNACK of MQTT 3.1.1, 3.2.2.3: unacceptable protocol level."""


class Mood(Enum):
    OPEN = "open"
    CUT = "connections end, new ones too"
    SILENT = "nothing passes, nobody is told"
    OLD = "MQTT 5 is answered as a 3.1.1 broker does"
    OLD_AND_RUDE = "MQTT 5 is hung up on"


class Line:
    """Listens on `address`, forwards to `port`; `mood` may change at any time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.mood = Mood.OPEN
        self.address = ""
        self.levels: list[int] = []
        """Protocol level of each CONNECT that came."""
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        self.mood = Mood.CUT
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except* (OSError, asyncio.IncompleteReadError):
            pass  # that is how lines end
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mood is Mood.CUT:
            return
        first = await reader.readexactly(9)  # fixed header, 'MQTT' with its length, level; our CONNECTs are longer
        level = first[8] if first[1] < 128 else (first + await reader.readexactly(1))[9]
        head = first if first[1] < 128 else first + bytes([level])
        self.levels.append(level)
        if level == MQTT5 and self.mood in (Mood.OLD, Mood.OLD_AND_RUDE):
            writer.write(REFUSED_PROTOCOL if self.mood is Mood.OLD else b"")
            await writer.drain()
            return
        there, onward = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers.add(onward)
        try:
            onward.write(head)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass(reader, onward))
                tasks.create_task(self._pass(there, writer))
        finally:
            self._writers.discard(onward)
            onward.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self.mood is not Mood.SILENT:
                writer.write(data)
                await writer.drain()
        raise ConnectionResetError


@contextlib.asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    line = Line(port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    host, own_port = server.sockets[0].getsockname()
    line.address = f"{host}:{own_port}"
    async with server:
        try:
            yield line
        finally:
            line.cut()

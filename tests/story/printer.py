"""printer: a receipt printer on loopback that takes one session at a time and keeps what it printed."""

import asyncio
from types import TracebackType
from typing import Self

CUT = b"\x1dVA\x03"


class SimulatedPrinter:
    """Answers DLE EOT like a healthy printer; `printed` holds every byte in order, `cuts` counts the papers."""

    def __init__(self, port: int = 0) -> None:
        self.printed = bytearray()
        self._port = port
        self._one_session = asyncio.Lock()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._session, "127.0.0.1", self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()

    @property
    def address(self) -> str:
        if self._server is None:
            raise RuntimeError("the printer is not switched on")
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{host}:{port}"

    @property
    def cuts(self) -> int:
        return self.printed.count(CUT)

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with self._one_session:
            while data := await reader.read(4096):
                self.printed += data
                if b"\x10\x04" in data:
                    writer.write(b"\x12")
            writer.close()

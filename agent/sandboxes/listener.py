"""listener: serves an ASGI application on loopback from this event loop; can cut connections, close its port."""

import asyncio
import socket
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState


class Listener:
    """Uvicorn's protocol on a socket of our own, so that a test can do what a real network does to a server."""

    def __init__(self, application: ASGIApp, port: int = 0, *, host: str = "127.0.0.1") -> None:
        self._config = uvicorn.Config(application, lifespan="off", log_config=None, ws="none", timeout_keep_alive=600)
        self._config.load()
        self._state = ServerState()
        self._open: dict[tuple[str, int], asyncio.Transport] = {}
        self._host, self.port = host, port
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    async def open(self) -> None:
        """Listens; the port is chosen by the system the first time and kept from then on."""
        if self._server is not None:
            return
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named: asyncio sets NODELAY
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((self._host, self.port))
        self.port = listening.getsockname()[1]
        self._server = await asyncio.get_running_loop().create_server(self._protocol, sock=listening)

    def close(self) -> None:
        """Connections are refused from here on, and those that were open are cut."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for transport in list(self._open.values()):
            transport.abort()

    def cut(self, client: tuple[str, int]) -> None:
        """Closes one client's connection at once, whatever was being answered."""
        self._open[client].abort()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the turn in which the transports let their sockets go

    def _protocol(self) -> asyncio.Protocol:
        return _Cuttable(self._open, config=self._config, server_state=self._state, app_state={})


class _Cuttable(H11Protocol):
    def __init__(self, open_now: dict[tuple[str, int], asyncio.Transport], **rest: Any) -> None:
        super().__init__(**rest)
        self._open_now, self._peer = open_now, ("", 0)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._peer = tuple(transport.get_extra_info("peername")[:2])
        self._open_now[self._peer] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._open_now.pop(self._peer, None)

"""server: the pages' port: opens it (again and again while another holds it), serves, stops; knows no page.

A port that cannot be had must not stop the agent: the awards go on without their pages.
"""

import asyncio
import logging
import socket
from datetime import timedelta
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from agent.acts import Parts
from agent.errors import PortUnavailable
from agent.ledger.personal import device_key
from agent.settings import Page
from agent.taps.print_path.address import parse_address
from agent.till.door import Door
from agent.till.live import Live
from agent.till.pages import Pages
from agent.till.sessions import Sessions

LOG = logging.getLogger(__name__)

DEFAULT_PORT = 8080
TRY_AGAIN_S, AFTER_TROUBLE_S = 5.0, 60.0
MOST_CONNECTIONS = 200
STOP_WITHIN_S = 2
IDLE_CONNECTION_S = 30


class PageServer:
    """The pages over their whole life."""

    def __init__(self, parts: Parts, key_file: Path) -> None:
        self._parts, self._key_file = parts, key_file

    async def run(self) -> None:
        """Until cancelled; without an address it only waits, so that nothing starts it again."""
        if not self._parts.settings.page.listen:
            await asyncio.Event().wait()
        live = Live(self._parts.ledger, self._parts.clock)
        self._parts.people.on_news = live.changed
        while True:
            try:
                await self._serve(live)
            except* OSError as troubles:  # also what is wrong with a certificate (ssl.SSLError)
                for trouble in troubles.exceptions:
                    LOG.error("the pages do not run: %s; tried again in a minute", trouble)  # noqa: TRY400 - in words
            await self._parts.clock.sleep(AFTER_TROUBLE_S)

    async def _serve(self, live: Live) -> None:
        page = self._parts.settings.page
        listener = await self._listen(page)
        sessions = Sessions(device_key(self._key_file), page.staff, timedelta(hours=page.session_hours))
        pages = Pages(self._parts, Door(page.staff, sessions, self._parts.ledger, self._parts.clock), live)
        server = _Server(pages.app(), page)
        async with asyncio.TaskGroup() as group:
            group.create_task(live.run(), name="live pages")
            try:
                await server.serve_on(listener)
            finally:
                pages.close()
                await server.stop(listener)

    async def _listen(self, page: Page) -> socket.socket:
        said = ""
        while True:
            try:
                return _listener(page.listen)
            except OSError as error:
                trouble = PortUnavailable(
                    f"the pages cannot listen on {page.listen}: {error}",
                    hint="Change page.listen, or stop what holds that port; it is tried again every few seconds.",
                )
                if str(trouble) != said:
                    LOG.warning("%s %s", trouble, trouble.hint)
                said = str(trouble)
                await self._parts.clock.sleep(TRY_AGAIN_S)


class _Server(uvicorn.Server):
    """Signals belong to the daemon."""

    def __init__(self, app: ASGIApp, page: Page) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                lifespan="off",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=IDLE_CONNECTION_S,
                timeout_graceful_shutdown=STOP_WITHIN_S,
                ssl_certfile=page.tls_cert_file,
                ssl_keyfile=page.tls_key_file,
            )
        )

    async def serve_on(self, listener: socket.socket) -> None:
        await self._serve(sockets=[listener])

    async def stop(self, listener: socket.socket) -> None:
        """Also when it was cancelled: what is under way is given a moment, then all connections and the port close."""
        if self.started:
            await self.shutdown(sockets=[listener])
        listener.close()


def _listener(text: str) -> socket.socket:
    address = parse_address(text, DEFAULT_PORT)
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, reuse_port=False)

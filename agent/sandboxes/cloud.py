"""cloud: what every sandbox cloud is made of: a book, orders to misbehave, a door per call; speaks no vendor's words.

A vendor's sandbox gives `doors()`; each door is wrapped so that the fault that is due stands before or behind it.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Book
from agent.sandboxes.control import Control
from agent.sandboxes.listener import Listener
from agent.sandboxes.misbehaviour import Call, Fault, Misbehaviour, Order
from agent.sandboxes.waiting import left

Answering = Callable[[Request, Fault | None], Awaitable[Response]]


class SandboxCloud:
    """The cloud, its book, and the two doors it stands behind: its own, and that of whoever steers it."""

    vendor: str

    def __init__(self, *, keeps: Idempotency = Idempotency.KEY, seed: int = 0, port: int = 0) -> None:
        self.keeps, self.book = keeps, Book()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        """Its clock; a test whose time runs faster puts its own in."""
        self.misbehaviour = Misbehaviour(seed)
        self._cloud = Listener(Starlette(routes=list(self.doors())), port)
        self._control = Control(self, port + 1 if port else 0)
        self._stack = AsyncExitStack()

    def doors(self) -> Sequence[Route]:
        raise NotImplementedError

    def lets_in(self, request: Request) -> bool:
        """Are these credentials good?"""
        raise NotImplementedError

    def settings(self) -> str:
        """What to write into tillpost.toml to speak to this one."""
        raise NotImplementedError

    async def note_asked(self, request: Request) -> None:
        """Counts the keys in what was asked, whatever comes of it."""

    def turned_away(self) -> Response:
        return JSONResponse({"why": "unknown or expired token"}, 401)

    def expire_tokens(self) -> None:
        """Where there are any."""

    def spoilt(self, response: Response) -> Response:
        """The answer of somebody else's call."""
        return response

    def refusal(self) -> Response | None:
        """The answer to a call it was told to refuse, when the vendor's own words are for the whole call."""
        return None

    @property
    def url(self) -> str:
        return self._cloud.url

    @property
    def control_url(self) -> str:
        return self._control.url

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._cloud)
        await self._stack.enter_async_context(self._control)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def leave(self) -> None:
        """Connections are refused until it comes back."""
        self._cloud.close()

    async def come_back(self) -> None:
        await self._cloud.open()

    def at(self, call: Call, answer: Answering) -> Callable[[Request], Awaitable[Response]]:
        """The door of one call: the fault that is due stands before or behind the answer."""

        async def door(request: Request) -> Response:
            self.book.calls.append(f"{request.method} {request.url.path}")
            await self.note_asked(request)
            order = self.misbehaviour.draw(call)
            fault = order.fault if order else None
            if fault is Fault.EXPIRED_TOKEN:
                self.expire_tokens()
            if fault is Fault.UNAUTHORISED or not self.lets_in(request):
                return self.turned_away()
            if order and (early := await self._before(order, request)):
                return early
            response = await answer(request, fault)
            return await self._after(order, request, response) if order else response

        return door

    async def _before(self, order: Order, request: Request) -> Response | None:
        if order.fault is Fault.RATE_LIMIT:
            return Response(status_code=429, headers={"Retry-After": order.retry_after})
        if order.fault is Fault.ERROR_BEFORE:
            return Response("Internal Server Error", 500)
        if order.fault is Fault.DROP_BEFORE:
            return await self._cut(request)
        if order.fault is Fault.REFUSE:
            return self.refusal()
        return None

    async def _after(self, order: Order, request: Request, response: Response) -> Response:
        if order.fault is Fault.ERROR_AFTER:
            return Response("Internal Server Error", 500)
        if order.fault is Fault.DROP_AFTER:
            return await self._cut(request)
        if order.fault is Fault.GARBAGE:
            return HTMLResponse("<html>Welcome to the guest network</html>")
        if order.fault is Fault.WRONG_KEY:
            return self.spoilt(response)
        if order.fault is Fault.SLOW:
            await left(request, order.seconds)
        return response

    async def _cut(self, request: Request) -> Response:
        assert request.client is not None
        self._cloud.cut((request.client.host, request.client.port))
        await left(request, 10)
        return Response()  # to nobody


def body_of_response(response: Response) -> Any:
    return json.loads(bytes(response.body))

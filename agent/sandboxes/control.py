"""control: takes orders for a sandbox cloud over HTTP on its own port, shows its book; is part of no contract.

POST /control/members    {"phone": …, "email": …, "card": …}       signs somebody up; also names, points, wallet
POST /control/check-in   {"phone": …} or {"member": …}             somebody types a phone at the loyalty tablet
POST /control/misbehave  {"fault": …, "next": 3} or {…, "share": 0.2}; also "call", "seconds", "retry_after"
POST /control/behave     {}                                        forgets all orders
POST /control/away       {"away": true} | {"away": false} | {"seconds": 8}
POST /control/keeps      {"class": "K" | "R" | "N"}                what it does with a repeat
GET  /                                                             the same for a person (see page.py)
GET  /control/ledger                                               members, entries, how often each key was asked
"""

import asyncio
from types import TracebackType
from typing import Protocol, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.listener import Listener
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.page import Page, Shown
from agent.sandboxes.waiting import body_of


class Sandbox(Shown, Protocol):
    """What every sandbox cloud has, whatever it speaks."""

    keeps: Idempotency


class Control:
    def __init__(self, cloud: Sandbox, port: int = 0) -> None:
        self._cloud, self._returning = cloud, list[asyncio.Task[None]]()
        self._listener = Listener(
            Starlette(
                routes=[
                    Route("/control/members", self._sign_up, methods=["POST"]),
                    Route("/control/check-in", self._check_in, methods=["POST"]),
                    Route("/control/misbehave", self._misbehave, methods=["POST"]),
                    Route("/control/behave", self._behave, methods=["POST"]),
                    Route("/control/away", self._go_away, methods=["POST"]),
                    Route("/control/keeps", self._keep, methods=["POST"]),
                    Route("/control/ledger", self._ledger, methods=["GET"]),
                    *Page(cloud).routes(),
                ]
            ),
            port,
        )

    @property
    def url(self) -> str:
        return self._listener.url

    async def __aenter__(self) -> Self:
        await self._listener.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for returning in self._returning:
            returning.cancel()
        await self._listener.__aexit__(kind, error, trace)

    async def _sign_up(self, request: Request) -> Response:
        return JSONResponse({"id": self._cloud.book.sign_up(**await body_of(request)).id}, 201)

    async def _check_in(self, request: Request) -> Response:
        wanted = await body_of(request)
        found = self._cloud.book.find({"member_id": wanted.get("member"), **wanted})
        self._cloud.book.checked_in[:0] = [member.id for member in found]
        return JSONResponse({"checked_in": [member.id for member in found]})

    async def _misbehave(self, request: Request) -> Response:
        body = await body_of(request)
        order = {name: body[name] for name in ("share", "seconds", "retry_after") if name in body}
        left = body.get("next", None if "share" in body else 1)
        self._cloud.misbehaviour.order(Fault(body["fault"]), call=Call(body.get("call", "facts")), left=left, **order)
        return JSONResponse({"orders": len(self._cloud.misbehaviour.orders)})

    async def _behave(self, request: Request) -> Response:
        del request
        self._cloud.misbehaviour.orders.clear()
        return JSONResponse({"orders": 0})

    async def _go_away(self, request: Request) -> Response:
        body = await body_of(request)
        if not body.get("away", True):
            await self._cloud.come_back()
            return JSONResponse({"away": False})
        self._cloud.leave()
        if "seconds" in body:
            self._returning.append(asyncio.create_task(self._return_after(body["seconds"]), name="sandbox returns"))
        return JSONResponse({"away": True})

    async def _return_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._cloud.come_back()

    async def _keep(self, request: Request) -> Response:
        self._cloud.keeps = Idempotency((await body_of(request))["class"])
        return JSONResponse({"class": self._cloud.keeps})

    async def _ledger(self, request: Request) -> Response:
        del request
        return JSONResponse(self._cloud.book.as_json() | {"misbehaved": self._cloud.misbehaviour.done})

"""plain_http: a loyalty cloud on loopback that speaks docs/plain-http.md and misbehaves when told; keeps all in memory.

In a test: `async with PlainHttpCloud() as cloud`. As a process: `python -m tests.clouds.plain_http --port 0` prints two
lines, the cloud's URL and the URL of its control (see control.py), which answers also while the cloud is away.
"""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from tests.clouds.book import Book, Member
from tests.clouds.control import Control, body_of
from tests.clouds.listener import Listener
from tests.clouds.misbehaviour import Call, Fault, Misbehaviour, Order

TOKEN = "sandbox-token"
LARGEST_BATCH = 1000
HTTP_OF = {"done": 201, "already_done": 200, "refused": 422, "no_member": 404, "ambiguous": 409}
KINDS = {"award": 1, "take_back": -1}

Envelope = dict[str, Any]


class PlainHttpCloud:
    """The cloud, its book, and the two doors it stands behind."""

    def __init__(
        self, *, token: str = TOKEN, keeps: Idempotency = Idempotency.KEY, seed: int = 0, port: int = 0
    ) -> None:
        self.token, self.keeps, self.book = token, keeps, Book()
        self.misbehaviour = Misbehaviour(seed)
        self._cloud, self._control = Listener(self._doors(), port), Control(self)
        self._stack = AsyncExitStack()

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

    def _doors(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/check", self._at(Call.CHECK, self._check), methods=["GET"]),
                Route("/v1/facts", self._at(Call.FACTS, self._one), methods=["POST"]),
                Route("/v1/facts", self._at(Call.READ_BACK, self._read_back), methods=["GET"]),
                Route("/v1/facts/batch", self._at(Call.FACTS, self._batch), methods=["POST"]),
                Route("/v1/members/find", self._at(Call.MEMBERS, self._find), methods=["POST"]),
            ]
        )

    def _at(
        self, call: Call, answer: Callable[[Request, Fault | None], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """The door of one call: the fault that is due stands before or behind the answer."""

        async def door(request: Request) -> Response:
            await self._note_asked(request)
            order = self.misbehaviour.draw(call)
            fault = order.fault if order else None
            if fault is Fault.UNAUTHORISED or request.headers.get("authorization") != f"Bearer {self.token}":
                return JSONResponse({"why": "unknown or expired token"}, 401)
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
        return None

    async def _after(self, order: Order, request: Request, response: Response) -> Response:
        if order.fault is Fault.ERROR_AFTER:
            return Response("Internal Server Error", 500)
        if order.fault is Fault.DROP_AFTER:
            return await self._cut(request)
        if order.fault is Fault.GARBAGE:
            return HTMLResponse("<html>Welcome to the guest network</html>")
        if order.fault is Fault.WRONG_KEY:
            return _with_other_keys(response)
        if order.fault is Fault.SLOW:
            await _left(request, order.seconds)
        return response

    async def _cut(self, request: Request) -> Response:
        assert request.client is not None
        self._cloud.cut((request.client.host, request.client.port))
        await _left(request, 10)
        return Response()  # to nobody

    async def _note_asked(self, request: Request) -> None:
        if request.method == "POST" and "/facts" in request.url.path:
            body = await body_of(request)
            facts = body.get("facts", [body])
            self.book.asked.update(str(fact.get("key")) for fact in facts if isinstance(fact, dict))

    async def _check(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        return JSONResponse({"service": "plain-http", "version": 1})

    async def _one(self, request: Request, fault: Fault | None) -> Response:
        fact = await body_of(request)
        if unquote(request.headers.get("idempotency-key", "")) != fact.get("key"):
            return _enveloped(_refusal(fact, "Idempotency-Key and the body's key differ", "key"))
        return _enveloped(self._take(fact, fault))

    async def _batch(self, request: Request, fault: Fault | None) -> Response:
        facts = (await body_of(request)).get("facts")
        if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts):
            return JSONResponse({"why": "facts must be a list of objects"}, 400)
        if len(facts) > LARGEST_BATCH:
            return JSONResponse({"why": f"more than {LARGEST_BATCH} facts"}, 413)
        return JSONResponse({"answers": [self._take(fact, fault) for fact in facts]})

    def _take(self, fact: Mapping[str, Any], fault: Fault | None) -> Envelope:
        wrong = _what_is_wrong(fact)
        if wrong:
            return _refusal(fact, wrong, "bad_fact")
        if fault is Fault.REFUSE:
            return _refusal(fact, "this sandbox was told to refuse", "told_to")
        key, known = fact["key"], self.book.entries.get(fact["key"])
        if known and self.keeps is Idempotency.KEY and fault is not Fault.FORGET_KEY:
            if known.points != fact["points"]:
                return _refusal(fact, "this key was used for something else", "key_reused")
            return {"status": "already_done", "key": key, "id": known.id}
        found = self.book.find(fact["customer"])
        if len(found) != 1:
            return _not_one(found) | {"key": key}
        entry = self.book.apply(fact, found[0])
        return {
            "status": "done",
            "key": key,
            "id": entry.id,
            "member": entry.member,
            "points": fact["points"],
            "balance": found[0].points,
        }

    async def _read_back(self, request: Request, fault: Fault | None) -> Response:
        del fault
        key = request.query_params.get("key", "")
        if self.keeps is Idempotency.NONE:
            return JSONResponse({"why": "nothing can be read back here"}, 405)
        entry = self.book.entries.get(key)
        if entry is None:
            return JSONResponse({"status": "not_found", "key": key}, 404)
        return JSONResponse({"status": "done", "key": key, "id": entry.id, "member": entry.member})

    async def _find(self, request: Request, fault: Fault | None) -> Response:
        del fault
        wanted = await body_of(request)
        found = self.book.find(wanted)
        if len(found) != 1:
            return _enveloped(_not_one(found))
        matched = {name: value for name, value in wanted.items() if getattr(found[0], name, None) == value}
        return JSONResponse({"status": "found", "id": found[0].id, "matched": matched})


async def _left(request: Request, seconds: float) -> None:
    """Until the client is gone, or so many seconds have passed."""
    try:
        async with asyncio.timeout(seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def _what_is_wrong(fact: Mapping[str, Any]) -> str:
    points, sign = fact.get("points"), KINDS.get(str(fact.get("kind")))
    if not fact.get("key") or not isinstance(fact.get("customer"), dict):
        return "key and customer are needed"
    if fact.get("v") != 1 or sign is None:
        return "v must be 1, kind award or take_back"
    if not isinstance(points, int) or points * sign <= 0:
        return "points must be whole, above zero for an award and below for a take_back"
    return ""


def _refusal(fact: Mapping[str, Any], why: str, code: str) -> Envelope:
    return {"status": "refused", "key": fact.get("key"), "why": why, "code": code}


def _not_one(found: Sequence[Member]) -> Envelope:
    if not found:
        return {"status": "no_member"}
    return {"status": "ambiguous", "candidates": [f"member …{member.phone[-4:] or member.id}" for member in found]}


def _enveloped(envelope: Envelope) -> Response:
    return JSONResponse(envelope, HTTP_OF[envelope["status"]])


def _with_other_keys(response: Response) -> Response:
    body = json.loads(bytes(response.body))
    for envelope in body.get("answers", [body]):
        envelope["key"] = f"{envelope.get('key')}-of-somebody-else"
    return JSONResponse(body, response.status_code)


async def _serve(port: int, token: str, seed: int) -> None:
    async with PlainHttpCloud(token=token, seed=seed, port=port) as cloud:
        print(cloud.url, cloud.control_url, sep="\n", flush=True)  # noqa: T201 - what the caller waits for
        await asyncio.Event().wait()


def main() -> None:
    arguments = argparse.ArgumentParser(description="A sandbox loyalty cloud on loopback.")
    arguments.add_argument("--port", type=int, default=0, help="0: the system chooses")
    arguments.add_argument("--token", default=TOKEN)
    arguments.add_argument("--seed", type=int, default=0)
    chosen = arguments.parse_args()
    try:
        asyncio.run(_serve(chosen.port, chosen.token, chosen.seed))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()

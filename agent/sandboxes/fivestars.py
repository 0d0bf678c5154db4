"""fivestars: a sandbox partner on loopback, to try the templates with; made up, for Fivestars has no public API.

POST /points {"phone", "points", "ref"}, GET /points/{ref}, GET /members/{phone}; a ref is booked once.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import Idempotency
from agent.sandboxes.book import Member
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call, Fault
from agent.sandboxes.waiting import body_of

KEY = "sandbox-secret"
TEMPLATES = """
[providers.club.headers]
Authorization = "Token {secret}"
[providers.club.checks]
method = "GET"
path = "/"
[providers.club.find_member]
method = "GET"
path = "/members/{customer.phone|digits}"
done = {status = "ok"}
id = "member"
nobody_status = [404]
several = {status = "several"}
[providers.club.award]
path = "/points"
body = {phone = "{customer.phone|digits}", points = "{points}", ref = "{reference}"}
done = {status = "ok"}
echo = {ref = "{reference}"}
id = "id"
before = {status = "known"}
nobody = {status = "nobody"}
several = {status = "several"}
[providers.club.read_back]
method = "GET"
path = "/points/{reference}"
done = {status = "ok"}
echo = {ref = "{reference}"}
id = "id"
missing = {status = "missing"}
"""
"""As they would stand in tillpost.toml for a cloud called 'club'."""


class FivestarsCloud(SandboxCloud):
    """The partner's gateway."""

    vendor = "fivestars"

    def __init__(self, *, keeps: Idempotency = Idempotency.READ_BACK, seed: int = 0, port: int = 0) -> None:
        super().__init__(keeps=keeps, seed=seed, port=port)

    def settings(self) -> str:
        head = f'kind = "fivestars"\nenabled = true\nbase_url = "{self.url}"\nsecret = "{KEY}"\nidempotency = "R"'
        return head + TEMPLATES

    def doors(self) -> Sequence[Route]:
        return [
            Route("/", self.at(Call.CHECK, self._hello), methods=["GET"]),
            Route("/points", self.at(Call.FACTS, self._points), methods=["POST"]),
            Route("/points/{ref}", self.at(Call.READ_BACK, self._show), methods=["GET"]),
            Route("/members/{phone}", self.at(Call.MEMBERS, self._member), methods=["GET"]),
        ]

    def lets_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Token {KEY}"

    def refusal(self) -> Response:
        return JSONResponse({"status": "refused", "message": "this sandbox was told to refuse"}, 422)

    async def note_asked(self, request: Request) -> None:
        if request.url.path == "/points":
            self.book.asked[str((await body_of(request)).get("ref"))] += 1

    async def _hello(self, request: Request, fault: Fault | None) -> Response:
        del request, fault
        return JSONResponse({"status": "ok"})

    async def _points(self, request: Request, fault: Fault | None) -> Response:
        body = await body_of(request)
        key, points, found = str(body.get("ref")), body.get("points"), self._with(str(body.get("phone")))
        if key in self.book.entries and self.keeps is Idempotency.KEY and fault is not Fault.FORGET_KEY:
            return JSONResponse({"status": "known", "ref": key, "id": self.book.entries[key].id})
        if len(found) != 1:
            return JSONResponse({"status": "several" if found else "nobody", "message": "one member is needed"}, 409)
        if not isinstance(points, int):
            return JSONResponse({"status": "refused", "message": "points must be whole"}, 422)
        entry = self.book.book(key, found[0], points, kind="award")
        return JSONResponse({"status": "ok", "ref": key, "id": entry.id})

    async def _show(self, request: Request, fault: Fault | None) -> Response:
        del fault
        entry = self.book.entries.get(request.path_params["ref"])
        if entry is None:
            return JSONResponse({"status": "missing"}, 404)
        return JSONResponse({"status": "ok", "ref": entry.key, "id": entry.id})

    async def _member(self, request: Request, fault: Fault | None) -> Response:
        del fault
        found = self._with(request.path_params["phone"])
        if len(found) != 1:
            return JSONResponse({"status": "several" if found else "nobody"}, 409 if found else 404)
        return JSONResponse({"status": "ok", "member": found[0].id})

    def _with(self, digits: str) -> list[Member]:
        wanted: list[Any] = [one for one in self.book.members.values() if one.phone.lstrip("+") == digits]
        return wanted

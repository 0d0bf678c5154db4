"""page: a sandbox cloud's ledger as a person sees it in a browser, with the levers beside it; part of no contract."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from agent.sandboxes.book import Book
from agent.sandboxes.misbehaviour import Call, Fault, Misbehaviour

VIEWS = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
LATEST = 40
SEES_OTHER = 303
FIELDS = ("phone", "email", "card", "first_name", "last_name")
AMOUNTS = ("points", "wallet")

Act = Callable[[Mapping[str, str]], Awaitable[None]]


class Shown(Protocol):
    """What the page shows of a sandbox."""

    vendor: str
    book: Book
    misbehaviour: Misbehaviour

    @property
    def url(self) -> str: ...
    def settings(self) -> str: ...
    def leave(self) -> None: ...
    async def come_back(self) -> None: ...


class Page:
    """`/` holds the levers and a frame, `/ledger` is what the frame shows, anew every two seconds."""

    def __init__(self, cloud: Shown) -> None:
        self._cloud, self._away = cloud, False

    def routes(self) -> list[Route]:
        acts: Mapping[str, Act] = {
            "member": self._sign_up,
            "check-in": self._check_in,
            "misbehave": self._misbehave,
            "behave": self._behave,
            "away": self._go_away,
        }
        shown = [Route("/", self._levers), Route("/ledger", self._ledger)]
        return shown + [Route(f"/page/{name}", _form(act), methods=["POST"]) for name, act in acts.items()]

    async def _levers(self, request: Request) -> Response:
        del request
        return self._view("levers.html", faults=list(Fault), calls=list(Call), settings=self._cloud.settings())

    async def _ledger(self, request: Request) -> Response:
        del request
        book = self._cloud.book
        return self._view(
            "ledger.html",
            members=list(book.members.values()),
            entries=list(reversed(book.entries.values()))[:LATEST],
            reserved=list(reversed(book.reserved.values()))[:LATEST],
            calls=list(reversed(book.calls))[:LATEST],
            orders=self._cloud.misbehaviour.orders,
            done=self._cloud.misbehaviour.done,
        )

    def _view(self, name: str, **values: Any) -> Response:
        page = VIEWS.get_template(name).render(
            vendor=self._cloud.vendor, url=self._cloud.url, away=self._away, **values
        )
        return HTMLResponse(page)

    async def _sign_up(self, form: Mapping[str, str]) -> None:
        fields: dict[str, Any] = {name: form[name] for name in FIELDS if form.get(name)}
        fields |= {name: int(form[name]) for name in AMOUNTS if form.get(name, "").isdigit()}
        self._cloud.book.sign_up(**fields)

    async def _check_in(self, form: Mapping[str, str]) -> None:
        if form.get("member") in self._cloud.book.members:
            self._cloud.book.checked_in.insert(0, form["member"])

    async def _misbehave(self, form: Mapping[str, str]) -> None:
        left = int(form["next"]) if form.get("next", "").isdigit() else None
        share = 1.0 if left else float(form.get("percent") or 10) / 100
        self._cloud.misbehaviour.order(Fault(form["fault"]), call=Call(form["call"]), left=left, share=share)

    async def _behave(self, form: Mapping[str, str]) -> None:
        del form
        self._cloud.misbehaviour.orders.clear()

    async def _go_away(self, form: Mapping[str, str]) -> None:
        del form
        self._away = not self._away
        if self._away:
            self._cloud.leave()
        else:
            await self._cloud.come_back()


def _form(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def posted(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode())
        await act({name: values[0].strip() for name, values in fields.items()})
        return RedirectResponse("/", SEES_OTHER)

    return posted

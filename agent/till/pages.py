"""pages: the web pages' application: who may see what, acts by form, live changes; knows no view's content.

GET shows and changes nothing. A form goes to /do/<act> with the session's token and `back`, the page it stands on; the
answer is that page anew, with what was said about the act. The script swaps it in, so nothing is loaded whole.
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from agent import __version__
from agent.acts import ACTS, Actor, Parts
from agent.acts.answer import tasks_of
from agent.errors import TillpostError
from agent.ledger import audit, till
from agent.till import assets
from agent.till.acting import PinNeeded, Typed, in_words, who_acts
from agent.till.door import Door, WrongPin
from agent.till.guard import Guard
from agent.till.live import Live
from agent.till.rendering import Rendering
from agent.till.sessions import Session
from agent.till.texts import Texts, wanted
from agent.till.views import VIEWS
from agent.till.visit import View, Visit

LOG = logging.getLogger(__name__)
SESSION, LANE = "tillpost", "lane"
TICK_S = 1.0
LANE_KEPT_S = 400 * 24 * 3600
OWN_FIELDS = ("token", "back", "pin")
"""Form fields that are the pages' own and not the act's."""


class Pages:
    """Built once; `app()` is what the server serves."""

    def __init__(self, parts: Parts, door: Door, live: Live) -> None:
        self._parts, self._door, self._live = parts, door, live
        self._rendering = Rendering(parts.settings.store, parts.clock)
        self._secure = parts.settings.page.tls_cert_file is not None
        self._fresh_for = timedelta(minutes=parts.settings.page.pin_again_minutes)
        self._closing = asyncio.Event()

    def app(self) -> ASGIApp:
        routes = [
            Route("/login", self._login_page, methods=["GET"]),
            Route("/login", self._login, methods=["POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/here", self._here, methods=["POST"]),
            Route("/live", self._stream, methods=["GET"]),
            Route("/do/{act}", self._do, methods=["POST"]),
            *(Route(f"/static/{name}", partial(_asset, name), methods=["GET"]) for name in assets.ASSETS),
            *(Route(path, partial(self._show, path), methods=["GET"]) for path in VIEWS),
        ]
        settings = self._parts.settings
        names = {f"{settings.device.id}.local", "tillpost.local", *settings.page.hosts}
        return Guard(Starlette(routes=routes), names)

    def close(self) -> None:
        """Ends the streams, so that the server can stop."""
        self._closing.set()
        self._live.changed()

    async def _login_page(self, request: Request) -> Response:
        return self._login_form(request)

    def _login_form(self, request: Request, *, refused: str = "", status: int = 200, retry_after: int = 0) -> Response:
        texts = self._texts(request)
        values = {
            **self._common(texts),
            "refused": refused,
            "nobody": not self._parts.settings.page.staff,
            "secure": self._secure,
        }
        headers = {"Retry-After": str(retry_after)} if retry_after else {}
        return HTMLResponse(self._rendering.page("login.html", values), status, headers=headers)

    async def _login(self, request: Request) -> Response:
        form = await _form(request)
        try:
            name = await self._door.check(form.get("pin", ""), _source(request))
        except WrongPin as wrong:
            texts = self._texts(request)
            said = texts("login.wait", seconds=wrong.wait_s) if wrong.wait_s else texts("login.wrong")
            return self._login_form(
                request, refused=said, status=429 if wrong.wait_s else 403, retry_after=wrong.wait_s
            )
        session = self._door.sessions.begin(name, self._parts.clock.wall())
        await self._note(session.actor, "logged in", _source(request))
        answer = RedirectResponse(_home(session), 303)
        return self._with_session(answer, session)

    async def _logout(self, request: Request) -> Response:
        session = self._session(request)
        answer = RedirectResponse("/login", 303)
        if session and _is_ours(await _form(request), session):
            answer.delete_cookie(SESSION, httponly=True, samesite="strict", secure=self._secure)
        return answer

    async def _here(self, request: Request) -> Response:
        """Which register this tablet stands at; kept by its browser."""
        session, form = self._session(request), await _form(request)
        lane = form.get("lane", "")
        if session is None or not _is_ours(form, session):
            return RedirectResponse("/login", 303)
        answer = RedirectResponse("/", 303)
        if lane in self._parts.settings.lanes or not lane:
            answer.set_cookie(LANE, lane, max_age=LANE_KEPT_S, httponly=True, samesite="strict", secure=self._secure)
        return answer

    async def _stream(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return Response(status_code=401)
        still = lambda: self._session(request) is not None  # noqa: E731
        tick_s = TICK_S if request.query_params.get("tick") else 0
        return StreamingResponse(self._live.stream(self._closing, still, tick_s), media_type="text/event-stream")

    async def _show(self, path: str, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return RedirectResponse("/login", 303)
        view = VIEWS[path]
        if session.actor.role not in view.may:
            return RedirectResponse(_home(session), 303)
        return await self._rendered(view, self._visit(request, session, path, dict(request.query_params)))

    async def _do(self, request: Request) -> Response:
        """One act; the answer is the page it was asked from, with a word about it."""
        session, form = self._session(request), await _form(request)
        if session is None:
            return RedirectResponse("/login", 303)
        if not _is_ours(form, session):
            return Response("the form's token is missing or old\n", 403, media_type="text/plain")
        act = ACTS.get(request.path_params["act"])
        if act is None:
            return Response("there is no such act\n", 404, media_type="text/plain")
        view, visit = self._back(request, session, form.get("back", "/"))
        body = {name: value for name, value in form.items() if name not in OWN_FIELDS}
        try:
            typed = Typed(form.get("pin", ""), _source(request), self._parts.clock.wall())
            actor, session = await who_acts(self._door, act, session, body, typed, self._fresh_for)
            said = await act.does(self._parts, actor, body)
        except (WrongPin, PinNeeded, TillpostError, ValueError, LookupError) as error:
            return await self._refused(view, visit, error, request.url.path, body)
        answer = await self._rendered(view, visit, said=in_words(visit.texts, request.path_params["act"], said))
        return self._with_session(answer, session)

    async def _refused(
        self, view: View, visit: Visit, error: Exception, path: str, body: Mapping[str, str]
    ) -> Response:
        texts = visit.texts
        match error:
            case PinNeeded():
                asked = texts("pin.own" if error.own_is_enough else "pin.manager")
                values: dict[str, Any] = {"ask_pin": {"why": asked, "path": path, "body": body}}
                return await self._rendered(view, visit, status=401, **values)
            case WrongPin():
                said = texts("login.wait", seconds=error.wait_s) if error.wait_s else texts("login.wrong")
                ask = {"why": said, "path": path, "body": body}
                return await self._rendered(view, visit, status=403, ask_pin=ask)
            case TillpostError():
                return await self._rendered(view, visit, status=422, refused=f"{texts.said(str(error))} {error.hint}")
        return await self._rendered(view, visit, status=422, refused=texts.said(str(error)))

    def _back(self, request: Request, session: Session, back: str) -> tuple[View, Visit]:
        """The page the form stood on; the home page when that is none of ours."""
        parts = urlsplit(back)
        path = parts.path if parts.path in VIEWS and session.actor.role in VIEWS[parts.path].may else _home(session)
        return VIEWS[path], self._visit(request, session, path, dict(parse_qsl(parts.query)))

    def _visit(self, request: Request, session: Session, path: str, query: Mapping[str, str]) -> Visit:
        lane = request.cookies.get(LANE, "")
        lane = lane if lane in self._parts.settings.lanes else ""
        return Visit(session, self._texts(request), path, query, lane, self._parts.clock.wall())

    async def _rendered(self, view: View, visit: Visit, *, status: int = 200, **more: Any) -> Response:
        try:
            shown = await view.shows(self._parts, visit)
        except (TillpostError, LookupError, ValueError) as error:  # a receipt that is not there, say
            return await self._nothing(visit, str(error))
        around = await self._around(visit)
        values = {**self._common(visit.texts), **around, **shown, "said": "", "refused": "", **more}
        return HTMLResponse(self._rendering.page(view.template, values), status)

    async def _nothing(self, visit: Visit, why: str) -> Response:
        values = {**self._common(visit.texts), **await self._around(visit), "said": "", "refused": why}
        return HTMLResponse(self._rendering.page("nothing.html", values), 404)

    def _common(self, texts: Texts) -> dict[str, Any]:
        store = self._parts.settings.store
        return {"t": texts, "store": store.name or store.id, "release": __version__, "ask_pin": None}

    async def _around(self, visit: Visit) -> dict[str, Any]:
        """The frame of every page behind the PIN."""
        role = visit.session.actor.role
        counts = await self._parts.ledger.do(till.counts, tasks_of(role))
        menu = [
            path
            for path, view in VIEWS.items()
            if role in view.may and (not view.only_when_needed or counts[path] or path == visit.path)
        ]
        query = "&".join(f"{name}={value}" for name, value in visit.query.items())
        return {
            "visit": visit,
            "me": visit.session.actor,
            "token": visit.session.token,
            "menu": menu,
            "counts": counts,
            "here": visit.path,
            "back": f"{visit.path}?{query}" if query else visit.path,
            "exponent": self._parts.settings.store.exponent,
            "lanes": list(self._parts.settings.lanes),
            "box": self._parts.settings.device.id,
        }

    def _session(self, request: Request) -> Session | None:
        return self._door.sessions.read(request.cookies.get(SESSION, ""), self._parts.clock.wall())

    def _with_session(self, answer: Response, session: Session) -> Response:
        lasts = int(self._door.sessions.lasts.total_seconds())
        cookie = self._door.sessions.cookie(session)
        answer.set_cookie(SESSION, cookie, max_age=lasts, httponly=True, samesite="strict", secure=self._secure)
        return answer

    def _texts(self, request: Request) -> Texts:
        chosen = self._parts.settings.page.language
        return Texts(wanted(request.headers.get("accept-language", "")) if chosen == "auto" else chosen)

    async def _note(self, actor: Actor, act: str, detail: str) -> None:
        await self._parts.ledger.do(audit.note, actor.who, act, "page", detail, self._parts.clock.wall())


def _home(session: Session) -> str:
    return next(path for path, view in VIEWS.items() if session.actor.role in view.may)


def _is_ours(form: Mapping[str, str], session: Session) -> bool:
    """It carries the session's token, so one of our own pages has made it."""
    return hmac.compare_digest(form.get("token", "").encode(), session.token.encode())


async def _form(request: Request) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _source(request: Request) -> str:
    return request.client.host if request.client else ""


async def _asset(name: str, request: Request) -> Response:
    del request
    data, kind = assets.read(name)
    return Response(data, media_type=kind, headers={"Cache-Control": "no-cache"})

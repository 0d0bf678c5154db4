"""guard: stands before the pages: refuses what no page of ours would ask, and puts the protecting headers on answers.

Against other devices on the shop's network and any web page open on the tablet: the Host must be this box (DNS
rebinding), a change must come from this very page (Origin, Sec-Fetch-Site), no body is large, no path is clever.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 16 << 10
"""Our longest form is a few hundred bytes."""
METHODS = ("GET", "HEAD", "POST")
FORM = "application/x-www-form-urlencoded"
OWN_SITE = ("same-origin", "none")
LOOPBACK = frozenset({"127.0.0.1", "::1"})
CLEVER = (b"..", b"//", b"\\", b"%", b"\0")
"""No path of ours holds any of these."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with 'no-referrer' a browser says 'Origin: null' of a plain form
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


class Guard:
    """`names`: what this box may be called, beside the address a connection really came in at."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self._app, self._names = app, frozenset(name.lower() for name in names if name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = self._refusal(scope)
        if refusal:
            await PlainTextResponse(refusal[1] + "\n", refusal[0], headers=HEADERS)(scope, receive, send)
            return
        await self._app(scope, _limited(receive), _with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers, path = Headers(scope=scope), scope.get("raw_path") or scope["path"].encode()
        if any(part in path for part in CLEVER):
            return 400, "there is no such page"
        if not self._is_own(_host(headers.get("host", "")), scope.get("server") or ("", 0)):
            return 421, "this box does not go by that name: use its address, or add the name to page.hosts"
        if scope["method"] not in METHODS:
            return 405, "not a way of asking that the pages know"
        if headers.get("sec-fetch-site", "none") not in OWN_SITE:
            return 403, "asked by another site"
        if scope["method"] == "POST":
            return _refused_change(scope, headers)
        return None

    def _is_own(self, host: str, server: Sequence[object]) -> bool:
        """The address the connection came in at is ours by proof; a name must be on the list."""
        arrived_at = str(server[0])
        return bool(host) and (
            host == arrived_at or host in self._names or (host == "localhost" and arrived_at in LOOPBACK)
        )


def _refused_change(scope: Scope, headers: Headers) -> tuple[int, str] | None:
    if headers.get("origin") != f"{scope['scheme']}://{headers['host']}":
        return 403, "not asked by a page of this box"
    if headers.get("content-type", "").partition(";")[0].strip() != FORM:
        return 415, "only a form of our own pages"
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return 413, "too large"
    return None


def _host(header: str) -> str:
    """'Box.local:8080' → 'box.local'; '' for what is no host."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _limited(receive: Receive) -> Receive:
    """A body that does not say how long it is goes no further than the limit either."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY:
            raise HTTPException(413, "too large")
        return message

    return limited


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers

"""Guard: what no page of ours would ask is refused before any of our code sees it; answers carry their headers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from agent.till.guard import HEADERS, LARGEST_BODY, Guard

BASE = "http://127.0.0.1:8080"
GOOD_FORM = {"origin": BASE, "content-type": "application/x-www-form-urlencoded"}


async def answered(method: str, path: str, headers: dict[str, str], content: Any = b"") -> httpx.Response:
    async def endpoint(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{len(await request.body())}")

    inner = Starlette(
        routes=[Route("/", endpoint, methods=["GET", "POST"]), Route("/do/x", endpoint, methods=["POST"])]
    )
    transport = httpx.ASGITransport(Guard(inner, ["tp-1.local", "Till.Example"]))
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return await client.request(method, path, headers=headers, content=content)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.0.0.1", "localhost:8080", "TP-1.local", "till.example:80"])
async def test_by_a_name_of_ours(host: str) -> None:
    assert (await answered("GET", "/", {"host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "10.0.0.9", "", "[::1", "evil.example:127.0.0.1", "127.0.0.1@evil"],
)
async def test_a_foreign_host_is_refused(host: str) -> None:
    assert (await answered("GET", "/", {"host": host})).status_code == 421


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "https://127.0.0.1:8080"}, 403),
        ({"origin": "http://127.0.0.1"}, 403),
        ({"origin": ""}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"content-type": "application/json"}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
async def test_a_change_comes_from_our_own_page(change: dict[str, str], status: int) -> None:
    assert (await answered("POST", "/do/x", {**GOOD_FORM, **change}, b"a=b")).status_code == status


async def test_a_page_of_another_site_cannot_even_look() -> None:
    assert (await answered("GET", "/", {"sec-fetch-site": "cross-site"})).status_code == 403


async def test_large_bodies_are_refused_whether_they_say_so_or_not() -> None:
    async def pieces() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    assert (await answered("POST", "/do/x", GOOD_FORM, b"x" * (LARGEST_BODY + 1))).status_code == 413
    assert (await answered("POST", "/do/x", GOOD_FORM, pieces())).status_code == 413
    assert (await answered("POST", "/do/x", {**GOOD_FORM, "content-length": "-1"}, b"x")).status_code == 413
    assert (await answered("POST", "/do/x", GOOD_FORM, b"x" * LARGEST_BODY)).text == str(LARGEST_BODY)


@pytest.mark.parametrize(
    "path", ["/static/../settings", "/%2e%2e/etc/passwd", "//evil.example", "/a%00", "/..", "/a\\b"]
)
async def test_clever_paths_are_refused(path: str) -> None:
    """As they come over the wire: a client library would tidy them up."""
    statuses = []

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    headers = [(b"host", b"127.0.0.1:8080")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}
    await Guard(Starlette(), ["127.0.0.1"])({**scope, "query_string": b"", "server": None}, _nothing, send)
    assert statuses[0] == 400


async def _nothing() -> Any:
    return {"type": "http.request", "body": b""}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
async def test_no_other_methods(method: str) -> None:
    assert (await answered(method, "/", {})).status_code == 405


def inline(policy: str) -> Iterator[str]:
    return (part for part in policy.split(";") if "unsafe" in part or "*" in part or "http" in part)


async def test_every_answer_carries_the_headers_also_a_refusal() -> None:
    for answer in (await answered("GET", "/", {}), await answered("GET", "/", {"host": "evil.example"})):
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert list(inline(HEADERS["Content-Security-Policy"])) == []
    assert "access-control-allow-origin" not in answer.headers

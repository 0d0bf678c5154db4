"""Attacks on the pages of a running box, over real sockets and in a real browser: each is tried, and refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from tests.story.slips import GOODS, Slip
from tests.till import shop as shops
from tests.till.browser import NEEDED
from tests.till.cashier import Cashier
from tests.till.shop import PINS, PageShop

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PageShop]:
    """One of their own: at the end nobody from this address may log in for a while."""
    async with shops.opened(tmp_path_factory.mktemp("attacked")) as running:
        yield running


@asynccontextmanager
async def visitor(shop: PageShop) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody on the shop's network with a browser's good manners."""
    async with httpx.AsyncClient(base_url=shop.url, headers={"origin": shop.url}, timeout=10) as client:
        yield client


@asynccontextmanager
async def cashier_by_hand(shop: PageShop) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """Logged in, with the session's token as a page would have it."""
    async with visitor(shop) as client:
        answer = await client.post("/login", data={"pin": PINS["cashier"]})
        assert answer.status_code == 303, answer.text
        page = (await client.get("/")).text
        yield client, page.partition('name="token" value="')[2].partition('"')[0]


async def raw(shop: PageShop, request: bytes) -> bytes:
    """Bytes on the wire as no library would send them; what comes back."""
    place = urlsplit(shop.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(request)
    async with asyncio.timeout(10):
        answer = await reader.read(65536)
    writer.close()
    return answer


async def test_a_foreign_host_is_refused(shop: PageShop) -> None:
    async with visitor(shop) as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "169.254.169.254"):
            assert (await client.get("/login", headers={"host": host})).status_code == 421


async def test_a_foreign_origin_cannot_act_even_with_cookie_and_token(shop: PageShop) -> None:
    async with cashier_by_hand(shop) as (client, token):
        form = {"token": token, "back": "/"}
        for headers in (
            {"origin": "http://evil.example"},
            {"origin": "null"},
            {"origin": shop.url, "sec-fetch-site": "cross-site"},
        ):
            assert (await client.post("/do/retry", data=form, headers=headers)).status_code == 403
        assert (await client.post("/do/retry", data=form)).status_code == 200


async def test_a_form_without_its_token_or_with_anothers_does_nothing(shop: PageShop) -> None:
    async with cashier_by_hand(shop) as (client, token), cashier_by_hand(shop) as (_, other):
        assert token != other
        for wrong in ("", "0" * 32, other, token[:-1]):
            assert (await client.post("/do/retry", data={"token": wrong, "back": "/"})).status_code == 403
        assert (await client.post("/logout", data={"token": "x"})).status_code == 303
        assert (await client.get("/")).status_code == 200, "a foreign form cannot even log out"


async def test_nothing_is_shown_or_done_without_a_pin(shop: PageShop) -> None:
    async with visitor(shop) as client:
        for path in ("/", "/tasks", "/day", "/box", "/settings", "/help", "/items", "/hand-over"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert (await client.get("/live")).status_code == 401
        assert (await client.post("/do/retry", data={"token": "x"})).headers["location"] == "/login"
        client.cookies.set("tillpost", "eyJuYW1lIjogIm93bmVyIn0=.0000")
        assert (await client.get("/settings")).status_code == 303


async def test_a_get_changes_nothing(shop: PageShop) -> None:
    async with cashier_by_hand(shop) as (client, token):
        for path in (f"/do/retry?token={token}", f"/logout?token={token}", "/here?lane=till-1"):
            assert (await client.get(path)).status_code == 405
        assert (await client.get("/")).status_code == 200


async def test_a_cashier_does_not_do_what_is_not_theirs(shop: PageShop) -> None:
    async with cashier_by_hand(shop) as (client, token):
        for act in ("read_again", "correct", "send_again", "take_catalogue"):
            answer = await client.post(f"/do/{act}", data={"token": token, "back": "/settings"})
            assert answer.status_code == 401, f"{act}: somebody else's PIN is asked for"
            assert "page.staff" not in answer.text
        answer = await client.post("/do/read_again", data={"token": token, "back": "/", "pin": PINS["manager"]})
        assert answer.status_code == 422
        assert "is not enough for this" in answer.text
        assert (await client.get("/settings")).status_code == 303


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../../settings/page.py",
        b"/static/%2e%2e/%2e%2e/etc/passwd",
        b"//evil.example/",
        b"/static/..\\..\\etc\\passwd",
        b"/static/till.css%00.html",
        b"http://evil.example/",
        b"/do/../login",
        b"/static/nothing.js",
    ],
)
async def test_clever_paths_find_nothing(shop: PageShop, path: bytes) -> None:
    host = urlsplit(shop.url).netloc.encode()
    answer = await raw(shop, b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    status = answer.split(b" ")[1]
    assert status in (b"400", b"404", b"421")
    assert b"root:" not in answer
    assert b"class Page" not in answer


async def test_oversized_bodies_are_refused_and_the_pages_go_on(shop: PageShop) -> None:
    async with visitor(shop) as client:
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert (await client.post("/login", content=b"pin=" + b"1" * 100_000, headers=form)).status_code == 413

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(1000):
                yield b"pin=" + b"1" * 1000 + b"&"

        assert (await client.post("/login", content=endless(), headers=form)).status_code == 413
        assert (await client.get("/login")).status_code == 200
    host = urlsplit(shop.url).netloc.encode()
    answer = await raw(shop, b"GET /login HTTP/1.1\r\nHost: " + host + b"\r\nX: " + b"x" * 200_000 + b"\r\n\r\n")
    assert answer.split(b" ")[1] in (b"400", b"431")


@NEEDED
@pytest.mark.feature("5.21")
async def test_scripts_in_names_are_text_and_no_phone_is_shown_whole(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(first_name=SCRIPT, last_name="X")
    slip = _with_script(shop.shop.sale(phone, 1))
    await shop.till.print(slip)
    await cashier.open(slip)
    await cashier.sees("<img src=x onerror", within="#opened")
    await shop.cloud.check_in(f"+1{phone}")
    await cashier.page.goto("/")
    await cashier.sees("<script>", within="#opened")
    assert "owned" not in await cashier.page.title()
    assert await cashier.page.locator("main img, main script").count() == 0
    assert phone not in await cashier.page.content()


def _with_script(slip: Slip) -> Slip:
    """An article that is markup: a till prints what somebody typed into it."""
    (article,) = [text.encode() for text, _ in GOODS if text.encode() in slip.data]
    return replace(slip, data=slip.data.replace(article, b"<img src=x onerror=document.title='owned'>"))


async def test_pins_cannot_be_guessed(shop: PageShop) -> None:
    """The last test here: afterwards this source has to wait."""
    async with visitor(shop) as client:
        answers = [await client.post("/login", data={"pin": f"{number:04d}"}) for number in range(7000, 7008)]
        assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 3
        assert int(answers[-1].headers["retry-after"]) > 20
        right = await client.post("/login", data={"pin": PINS["cashier"]})
        assert right.status_code == 429, "also the right one has to wait"
        assert "Too many wrong PINs" in right.text
    tasks = await shop.box.ask("tasks", role="manager")
    assert any(task["kind"] == "pin_guessing" for task in tasks)

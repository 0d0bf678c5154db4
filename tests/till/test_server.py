"""Page server: TLS with a certificate, patient while another holds its port, and gone at once when it is stopped."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from agent.acts import Parts
from agent.till.pins import hashed
from agent.till.server import PageServer
from tests.acts.desk import desk
from tests.fleet.mosquitto import free_port
from tests.story.box import until

STAFF = {"ann": {"role": "cashier", "pin": hashed("2580", "made-for-tests")}}


@asynccontextmanager
async def pages(folder: Path, **page: object) -> AsyncIterator[tuple[str, Parts]]:
    """The pages alone on a port of their own."""
    address = f"127.0.0.1:{free_port()}"
    async with desk(folder, page={"listen": address, "staff": STAFF, **page}) as parts:
        serving = asyncio.create_task(PageServer(parts, folder / "page.key").run())
        try:
            yield address, parts
        finally:
            serving.cancel()
            async with asyncio.timeout(10):
                await asyncio.gather(serving, return_exceptions=True)


def certificate(folder: Path) -> tuple[Path, Path]:
    cert, key = folder / "page.pem", folder / "page-tls.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


async def answers(url: str, verify: ssl.SSLContext | bool = True) -> httpx.Response | None:
    try:
        async with httpx.AsyncClient(verify=verify) as client:
            return await client.get(url)
    except httpx.TransportError:
        return None


async def test_with_a_certificate_the_pin_is_not_in_the_clear_and_the_page_says_nothing_of_it(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=str(cert))
    async with pages(tmp_path, tls_cert_file=cert, tls_key_file=key) as (address, _):
        await until("the pages answer", lambda: _is_up(f"https://{address}/login", trusting))
        async with httpx.AsyncClient(verify=trusting, base_url=f"https://{address}") as client:
            assert "not encrypted" not in (await client.get("/login")).text
            answer = await client.post("/login", data={"pin": "2580"}, headers={"origin": f"https://{address}"})
        assert answer.status_code == 303
        for part in ("HttpOnly", "SameSite=strict", "Secure"):
            assert part in answer.headers["set-cookie"]
        assert await answers(f"http://{address}/login") is None


async def test_without_one_it_says_so(tmp_path: Path) -> None:
    async with pages(tmp_path) as (address, _):
        await until("the pages answer", lambda: _is_up(f"http://{address}/login", True))
        answer = await answers(f"http://{address}/login")
    assert answer is not None
    assert "not encrypted" in answer.text


async def test_it_waits_for_its_port_and_then_serves(tmp_path: Path) -> None:
    listen = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    host, port = listen.sockets[0].getsockname()
    async with desk(tmp_path, page={"listen": f"{host}:{port}", "staff": STAFF}) as parts:
        clock = parts.clock
        serving = asyncio.create_task(PageServer(parts, tmp_path / "page.key").run())
        await until("it sleeps until the next attempt", lambda: clock.asleep)  # type: ignore[attr-defined]
        assert not serving.done()
        listen.close()
        await listen.wait_closed()
        await clock.advance(6)  # type: ignore[attr-defined]
        await until("the pages answer", lambda: _is_up(f"http://{host}:{port}/login", True))
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_a_certificate_that_is_not_there_stops_only_the_pages(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    missing = {"tls_cert_file": tmp_path / "page.pem", "tls_key_file": tmp_path / "page-tls.key"}
    async with desk(tmp_path, page={"listen": address, "staff": STAFF, **missing}) as parts:
        clock = parts.clock
        serving = asyncio.create_task(PageServer(parts, tmp_path / "page.key").run())
        await until("it sleeps until the next attempt", lambda: clock.asleep)  # type: ignore[attr-defined]
        assert not serving.done()
        cert, _ = certificate(tmp_path)
        await clock.advance(61)  # type: ignore[attr-defined]
        trusting = ssl.create_default_context(cafile=str(cert))
        await until("the pages answer", lambda: _is_up(f"https://{address}/login", trusting))
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_an_open_stream_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    async with AsyncExitStack() as browser:
        client = await browser.enter_async_context(httpx.AsyncClient())
        async with pages(tmp_path) as (address, _):
            url = f"http://{address}"
            await until("the pages answer", lambda: _is_up(f"{url}/login", True))
            await client.post(f"{url}/login", data={"pin": "2580"}, headers={"origin": url})
            stream = await browser.enter_async_context(client.stream("GET", f"{url}/live"))
            assert "retry" in await anext(stream.aiter_lines())
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 5, "stopped while a page was open"
        assert await answers(f"{url}/login") is None


async def test_nobody_gets_in_where_nobody_has_a_pin(tmp_path: Path) -> None:
    async with pages(tmp_path, staff={}) as (address, _):
        await until("the pages answer", lambda: _is_up(f"http://{address}/login", True))
        answer = await answers(f"http://{address}/")
        assert answer is not None
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            assert "tillpost pin NAME" in (await client.get("/login")).text
            refused = await client.post("/login", data={"pin": ""}, headers={"origin": f"http://{address}"})
            assert refused.status_code == 403


async def _is_up(url: str, verify: ssl.SSLContext | bool) -> bool:
    return await answers(url, verify) is not None

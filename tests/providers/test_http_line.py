"""What a failing line means: nothing sent is Later, no answer is Unknown, bad credentials stop; Retry-After is kept."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from shutil import which
from typing import Any

import httpx
import pytest

from agent.errors import ProviderMisconfigured
from agent.providers import Answer, Later, Refused, Unknown
from agent.providers.http_line import LARGEST_REPLY, LONGEST_PAUSE_S, HttpLine, Reply, bearer
from agent.settings import PlainHttpSettings
from tests.hand_clock import START, HandClock

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""One connection, served by hand: the bytes are what is tested."""


def settings(url: str, **fields: Any) -> PlainHttpSettings:
    return PlainHttpSettings(kind="plain_http", base_url=url, **({"timeout_s": 20} | fields))


@asynccontextmanager
async def served(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    serving = set[asyncio.Task[None]]()

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):  # some tests are about a client that leaves
            await serve(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.create_task(once(reader, writer), name="served by hand"))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=tls)
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.gather(*serving)


def says(status: str, body: bytes = b"", **headers: str) -> Serve:
    """A server that answers so, whatever it is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return serve


async def asked(url: str, client: httpx.AsyncClient | None = None, **fields: Any) -> Reply | Answer:
    chosen = settings(url, **fields)
    line = HttpLine("cloud", chosen, HandClock(), bearer(chosen.token, chosen.token_file), client)
    try:
        return await line.call("GET", "/v1/check")
    finally:
        await line.close()


async def answer_to(serve: Serve, **fields: Any) -> Reply | Answer:
    async with served(serve) as url:
        return await asked(url, **fields)


class TestStatus:
    @pytest.mark.parametrize("status", ["500 Oops", "502 Bad Gateway", "503 Away", "504 Late"])
    async def test_server_errors_are_unknown(self, status: str) -> None:
        assert isinstance(await answer_to(says(status)), Unknown)

    @pytest.mark.parametrize("status", ["401 Who", "403 No"])
    async def test_credentials_stop_the_provider(self, status: str) -> None:
        answer = await answer_to(says(status, b'{"why": "token expired"}'))
        assert isinstance(answer, Refused)
        assert answer.stops_provider
        assert "token expired" in answer.why

    @pytest.mark.parametrize("status", ["200 OK", "302 Elsewhere", "404 Where", "409 Again", "422 No"])
    async def test_all_else_is_for_the_adapter(self, status: str) -> None:
        assert await answer_to(says(status, b'{"key": "k"}')) == Reply(int(status[:3]), {"key": "k"})

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"text"', b"{", b"\xff\xfe", b"[" * 100_000])
    async def test_what_is_no_object_is_no_body(self, body: bytes) -> None:
        assert await answer_to(says("200 OK", body)) == Reply(200, None)


class TestRetryAfter:
    NOW = format_datetime(START, usegmt=True)
    SOON = format_datetime(START + timedelta(seconds=90), usegmt=True)

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({"Retry_After": "30"}, 30.0),
            ({"Retry_After": "0"}, 0.0),
            ({"Retry_After": "999999"}, LONGEST_PAUSE_S),
            ({"Retry_After": SOON}, 90.0),
            ({"Retry_After": SOON, "Date": format_datetime(START + timedelta(seconds=60), usegmt=True)}, 30.0),
            ({"Retry_After": NOW, "Date": SOON}, 0.0),
            ({"Retry_After": "soon"}, None),
            ({"Retry_After": "-5"}, None),
            ({"Retry_After": "²"}, None),
            ({}, None),
        ],
    )
    async def test_seconds_or_a_date(self, headers: dict[str, str], seconds: float | None) -> None:
        answer = await answer_to(says("429 Too Many", b"", **headers))
        assert isinstance(answer, Later)
        assert answer.after_s == seconds

    @pytest.mark.parametrize("status", ["408 Slow", "425 Early"])
    async def test_a_request_not_taken_up_is_later(self, status: str) -> None:
        assert isinstance(await answer_to(says(status, Retry_After="7")), Later)


class TestLine:
    async def test_nobody_listens(self) -> None:
        async with served(says("200 OK")) as url:
            pass
        assert isinstance(await asked(url), Later)

    async def test_no_such_host(self) -> None:
        assert isinstance(await asked("http://cloud.invalid"), Later)

    async def test_closed_without_a_word(self) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        assert isinstance(await answer_to(serve), Unknown)

    @pytest.mark.parametrize(
        "said",
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        ],
    )
    async def test_an_answer_that_breaks_off_or_is_none(self, said: bytes) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()

        assert isinstance(await answer_to(serve), Unknown)

    async def test_an_answer_without_end(self) -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range((LARGEST_REPLY >> 16) + 2):
                writer.write(b" " * (1 << 16))
            await writer.drain()

        answer = await answer_to(serve)
        assert isinstance(answer, Unknown)
        assert "MiB" in answer.why

    async def test_an_answer_that_drips_is_given_up_in_time(self) -> None:
        """Each byte comes within the time-out; the whole does not."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not reader.at_eof():
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)

        assert isinstance(await answer_to(serve, timeout_s=0.3), Unknown)


class TestToken:
    async def token_sent(self, **fields: Any) -> str:
        heard: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()

        await answer_to(serve, **fields)
        found = [line for line in heard[0].decode().splitlines() if line.lower().startswith("authorization")]
        return found[0].partition(": ")[2] if found else ""

    async def test_from_the_settings_or_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("from-the-file\n")
        assert await self.token_sent() == ""
        assert await self.token_sent(token="in-the-settings") == "Bearer in-the-settings"
        assert await self.token_sent(token="old", token_file=tmp_path / "token") == "Bearer from-the-file"

    async def test_a_new_one_needs_no_restart(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("new")
        async with served(says("200 OK")) as url:
            line = HttpLine("cloud", settings(url), HandClock(), bearer("", tmp_path / "token"))
            assert isinstance(await line.call("GET", "/"), Reply)
            (tmp_path / "token").unlink()
            assert isinstance(await line.call("GET", "/"), Refused)
            (tmp_path / "token").write_text("newer")
            assert isinstance(await line.call("GET", "/"), Reply)
            await line.close()

    @pytest.mark.parametrize("content", [b"two\nlines", "schlüssel".encode(), b"\x00"])
    async def test_one_that_cannot_be_sent_stops_the_provider(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "token").write_bytes(content)
        answer = await asked("http://127.0.0.1:1", token_file=tmp_path / "token")
        assert isinstance(answer, Refused)
        assert answer.stops_provider


def test_an_address_that_is_none_is_said_at_once() -> None:
    with pytest.raises(ProviderMisconfigured, match="base_url"):
        HttpLine("cloud", settings("http://cloud:port"), HandClock())


@pytest.mark.skipif(which("openssl") is None, reason="the certificate is made with the openssl command")
class TestCertificates:
    """After a power cut the box's clock may be years back: then the cloud's certificate is 'not valid yet'."""

    def certificate(self, folder: Path, starts: str, ends: str) -> tuple[Path, Path]:
        key, request, certificate = folder / "key.pem", folder / "request.pem", folder / "certificate.pem"
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=own\n[own]\ndir={folder}\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\n"
            f"rand_serial=yes\ndefault_md=sha256\npolicy=any\nx509_extensions=names\n[any]\ncommonName=supplied\n"
            "[names]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:TRUE\n"
            "subjectKeyIdentifier=hash\nkeyUsage=digitalSignature,keyCertSign\n"
        )
        for command in (
            f"openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {key} -out {request}"
            " -subj /CN=localhost",
            f"openssl ca -batch -selfsign -notext -config {folder}/ca.cnf -keyfile {key} -in {request}"
            f" -out {certificate} -startdate {starts} -enddate {ends}",
        ):
            subprocess.run(command.split(), check=True, capture_output=True)
        return certificate, key

    async def answer(self, folder: Path, starts: str, ends: str, *, trusted: bool = True) -> Reply | Answer:
        certificate, key = self.certificate(folder, starts, ends)
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.load_cert_chain(certificate, key)
        ours = ssl.create_default_context(cafile=str(certificate) if trusted else None)
        async with served(says("200 OK", json.dumps({}).encode()), theirs) as url:
            return await asked(url, httpx.AsyncClient(verify=ours))

    async def test_not_valid_yet(self, tmp_path: Path) -> None:
        answer = await self.answer(tmp_path, "20900101000000Z", "20910101000000Z")
        assert isinstance(answer, Later)
        assert "not valid yet" in answer.why
        assert "clock" in answer.why

    async def test_expired(self, tmp_path: Path) -> None:
        answer = await self.answer(tmp_path, "20200101000000Z", "20200201000000Z")
        assert isinstance(answer, Later)
        assert "expired" in answer.why

    async def test_somebody_else_answers(self, tmp_path: Path) -> None:
        answer = await self.answer(tmp_path, "20200101000000Z", "20900101000000Z", trusted=False)
        assert isinstance(answer, Later)
        assert "between us and the cloud" in answer.why

    async def test_a_good_one(self, tmp_path: Path) -> None:
        assert await self.answer(tmp_path, "20200101000000Z", "20900101000000Z") == Reply(200, {})

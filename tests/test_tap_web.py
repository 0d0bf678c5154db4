"""The tap as a process, in front of a printer's web server: killed in the middle of conversations."""

import asyncio
import os
import random
import signal
from functools import partial
from pathlib import Path

from agent.taps.lane import Lane, TapKind
from tests.dialects.xml_documents import epos_receipt
from tests.taps.box import Box, box
from tests.taps.rig import PATIENCE_SECONDS, gaps, journaled, until
from tests.taps.web_server import WebServer
from tests.wrapping.test_http import post

KILLS = 8
REQUEST = post(epos_receipt())


async def kill_often(process: Box, rng: random.Random) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(0.2 + rng.random() * 0.3)
        before = process.pid
        os.kill(before, signal.SIGKILL)
        await until(partial(process.lives_since, before))


async def converse(process: Box, killing: asyncio.Task[None]) -> tuple[bytes, list[int]]:
    """Request after request over one connection; what was sent, and the numbers of the answers."""
    reader, writer = await process.till("till1")
    sent, numbers = b"", list[int]()
    while not killing.done():
        for at in range(0, len(REQUEST), 300):
            writer.write(REQUEST[at : at + 300])
            await writer.drain()
        sent += REQUEST
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.rpartition(b"Content-Length: ")[2].split(b"\r\n")[0])
        numbers.append(int(await reader.readexactly(length)))
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    return sent, numbers


async def test_killed_again_and_again_every_request_is_answered_once_and_kept(tmp_path: Path) -> None:
    web = WebServer()
    server = await web.serve()
    lane = Lane("till1", TapKind.EPOS_HTTP, listen="127.0.0.1:0", printer=web.address)
    async with box(tmp_path, [lane]) as process:
        killing = asyncio.create_task(kill_often(process, random.Random(5)))
        said = await asyncio.gather(*(converse(process, killing) for _ in range(2)))
    server.close()
    await server.wait_closed()
    assert sorted(web.received) == sorted(sent for sent, _ in said)
    numbers = sorted(number for _, one in said for number in one)
    assert numbers == list(range(1, len(numbers) + 1))
    assert not gaps(tmp_path / "journal")
    assert len(journaled(tmp_path / "journal")) == sum(len(sent) for sent, _ in said)


async def test_without_a_printer_a_conversation_begun_before_the_death_ends_and_a_new_one_works(tmp_path: Path) -> None:
    lane = Lane("till1", TapKind.EPOS_HTTP, listen="127.0.0.1:0")
    async with box(tmp_path, [lane]) as process:
        reader, writer = await process.till("till1")
        writer.write(REQUEST[:400])
        await until(lambda: len(journaled(tmp_path / "journal")) == 400)
        before = process.pid
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await reader.read() == b"", "the till sees the end and tries again"
        writer.close()
        reader, writer = await process.till("till1")
        writer.write(REQUEST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()
    assert journaled(tmp_path / "journal") == REQUEST[:400] + REQUEST

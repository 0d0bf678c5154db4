"""Lanes whose print data travels in a protocol: passed on as it came, the real printer answers, and jobs are whole."""

import asyncio
import socket
from pathlib import Path

import pytest

from agent.formats import load_format
from agent.job import Job, JobCutter
from agent.journal.reader import JournalReader
from agent.reading import context_of, understand
from agent.settings import Store as StoreSettings
from agent.taps.lane import Lane, TapKind
from agent.taps.print_path.parts import LaneCounts, Parts
from agent.taps.tcp_lane import TcpLane
from tests.dialects.xml_documents import epos_receipt, webprnt_receipt
from tests.taps.rig import gaps, parts_over, records, running, until
from tests.wrapping.test_http import chunked, post
from tests.wrapping.test_lpd import control, data_file

SLIP = b"\x1b@CORNER BOOKS\nNotebook   15.50\nSubtotal   15.50\nTax   1.24\nTOTAL   16.74\nCASH   16.74\n\n\x1dV0"
LPD_JOB = b"\x02lp\n" + control() + data_file(SLIP + SLIP) + b"\0"


class Shop:
    def __init__(self, parts: Parts, kind: TapKind, printer: str = "") -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.lane = Lane("till1", kind, listen="127.0.0.1:0", printer=printer)
        self.tap = TcpLane(self.lane, parts, LaneCounts(), listener=self.listener)

    async def run(self) -> None:
        try:
            await self.tap.run()
        finally:
            self.listener.close()

    async def till(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(*self.listener.getsockname())


def jobs_of(folder: Path, lane: Lane) -> list[Job]:
    cutter, reader = JobCutter(lane), JournalReader(folder)
    jobs = [job for position, record in reader.replay(None) for job in cutter.feed(position, record)]
    reader.close()
    return jobs + cutter.quiet(1 << 62, "")


def read(job: Job, lane: Lane) -> list[tuple[str, int | None]]:
    understood = understand(job, lane.dialect, load_format("generic"), context_of(StoreSettings()))
    return [(receipt.state.value, receipt.total) for receipt in understood.receipts]


async def ask(shop: Shop, data: bytes) -> bytes:
    reader, writer = await shop.till()
    writer.write(data)
    await writer.drain()
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    ("kind", "document"),
    [(TapKind.EPOS_HTTP, epos_receipt()), (TapKind.STAR_WEBPRNT, webprnt_receipt())],
)
async def test_without_a_printer_requests_are_answered_and_each_is_a_job(
    tmp_path: Path, kind: TapKind, document: bytes
) -> None:
    path = "/StarWebPRNT/SendMessage" if kind is TapKind.STAR_WEBPRNT else "/cgi-bin/epos/service.cgi"
    async with parts_over(tmp_path) as parts:
        shop = Shop(parts, kind)
        async with running(shop):
            stream = post(document, path=path) + chunked(document, 64).replace(b"/x", path.encode())
            answer = await ask(shop, stream)
            assert answer.count(b"HTTP/1.1 200 OK") == 2
            await until(lambda: any(record.kind.name == "CLOSED" for record in records(tmp_path)))
    jobs = jobs_of(tmp_path, shop.lane)
    assert [read(job, shop.lane) for job in jobs] == [[("accepted", 1674)]] * 2
    assert b"".join(job.data for job in jobs) == stream
    assert not gaps(tmp_path)


async def test_a_print_servers_job_is_its_data_file_and_may_hold_several_receipts(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        shop = Shop(parts, TapKind.LPD)
        async with running(shop):
            assert await ask(shop, LPD_JOB) == b"\0" * 5
            await until(lambda: any(record.kind.name == "CLOSED" for record in records(tmp_path)))
    [job] = jobs_of(tmp_path, shop.lane)
    assert job.data == LPD_JOB
    assert read(job, shop.lane) == [("accepted", 1674)] * 2


async def test_a_web_printer_serves_several_connections_at_once_and_answers_itself(tmp_path: Path) -> None:
    answered = asyncio.Event()
    came: list[bytes] = []

    async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"</s:Envelope>"))
        if len(came) == 2:  # it answers nobody before both are there: only connections side by side get on
            answered.set()
        await answered.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Own: yes\r\n\r\nreal")
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(web_server, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with parts_over(tmp_path) as parts:
        shop = Shop(parts, TapKind.EPOS_HTTP, f"127.0.0.1:{port}")
        async with running(shop):
            answers = await asyncio.gather(ask(shop, post(epos_receipt())), ask(shop, post(epos_receipt())))
            assert all(answer.endswith(b"X-Own: yes\r\n\r\nreal") for answer in answers)
            assert came == [post(epos_receipt())] * 2
    server.close()
    await server.wait_closed()
    assert [read(job, shop.lane) for job in jobs_of(tmp_path, shop.lane)] == [[("accepted", 1674)]] * 2


async def test_a_request_that_breaks_off_is_held_with_its_reason(tmp_path: Path) -> None:
    async with parts_over(tmp_path) as parts:
        shop = Shop(parts, TapKind.EPOS_HTTP)
        async with running(shop):
            document = post(epos_receipt())
            await ask(shop, document[: document.index(b"CHANGE")])
            await until(lambda: any(record.kind.name == "CLOSED" for record in records(tmp_path)))
    [job] = jobs_of(tmp_path, shop.lane)
    understood = understand(job, shop.lane.dialect, load_format("generic"), context_of(StoreSettings()))
    assert [receipt.state.value for receipt in understood.receipts] == ["held"]
    assert "lost" in understood.receipts[0].reason

"""The whole box with tills that print to a web printer or a print server: their awards arrive like any other's."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.dialects.xml_documents import epos_receipt, webprnt_receipt
from tests.fleet.mosquitto import free_port
from tests.story.box import Box, until
from tests.story.cloud import TOKEN, CloudProcess
from tests.wrapping.test_lpd import control, data_file

PHONE = "5035550142"
SETTINGS = """
[store]
timezone = "UTC"
[lanes.front]
tap = "{tap}"
listen = "{listen}"
[providers.cloud]
kind = "plain_http"
base_url = "{cloud}"
token = "{token}"
[programmes.points]
provider = "cloud"
"""


def lines() -> tuple[str, ...]:
    now = datetime.now(UTC)
    return (
        "CORNER BOOKS",
        "Receipt 4711       Register 2",
        f"{now:%m/%d/%Y %H:%M}",
        "Notebook                12.00",
        "Pen & ink                3.50",
        "Subtotal                15.50",
        "Tax 8%                   1.24",
        "TOTAL                   16.74",
        "CASH                    20.00",
        "CHANGE                   3.26",
        "Customer phone: 503-555-0142",
    )


async def print_epos(address: str) -> None:
    async with httpx.AsyncClient() as till:
        answer = await till.post(
            f"http://{address}/cgi-bin/epos/service.cgi?devid=local_printer", content=epos_receipt(lines())
        )
        assert 'success="true"' in answer.text


async def print_webprnt(address: str) -> None:
    async with httpx.AsyncClient() as till:
        answer = await till.post(f"http://{address}/StarWebPRNT/SendMessage", content=webprnt_receipt(lines()))
        assert "&lt;success&gt;true" in answer.text


async def print_lpd(address: str) -> None:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    slip = b"\x1b@" + "\n".join(lines()).encode() + b"\n\n\x1dV0"
    for step in (b"\x02lp\n", control(), data_file(slip) + b"\0"):
        writer.write(step)
        assert (await reader.read(8)).startswith(b"\0")
    writer.close()
    await writer.wait_closed()


WAYS = {"epos_http": print_epos, "star_webprnt": print_webprnt, "lpd": print_lpd}


@pytest.mark.parametrize("tap", WAYS)
async def test_the_award_arrives(tmp_path: Path, tap: str) -> None:
    async with CloudProcess() as cloud:
        await cloud.sign_up(f"+1{PHONE}")
        listen = f"127.0.0.1:{free_port()}"
        settings = SETTINGS.format(tap=tap, listen=listen, cloud=cloud.url, token=TOKEN)
        async with Box(tmp_path, settings):
            await WAYS[tap](listen)

            async def arrived() -> bool:
                return (await cloud.points()).get(f"+1{PHONE}") == 15

            await until("the 15 points of 15.50 are at the cloud", arrived)

"""Sign-ups: whom the store wants signed up is, once and without consent; others wait, and somebody is asked."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from agent.courier import Courier
from agent.ledger import Ledger, tasks
from agent.ledger.outcomes import SIGN_UP
from agent.providers.plain_http import PlainHttp
from agent.sandboxes.plain_http import TOKEN, PlainHttpCloud
from agent.settings import PlainHttpSettings, Programme, Store
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOUD, book, phone, state


async def run(folder: Path, cloud: PlainHttpCloud, auto_create: str, until: set[str], **speaks: object) -> Ledger:
    """Receipt 1 is booked and sent; the courier stops when its award is in one of these states."""
    clock = HandClock()
    ledger = Ledger.open(folder / "ledger.db", clock, 0.1)
    settings = PlainHttpSettings(kind="plain_http", base_url=cloud.url, token=TOKEN, **speaks)
    programme = Programme.model_validate({"provider": CLOUD, "auto_create": auto_create})
    provider = PlainHttp(CLOUD, settings, clock)
    wake = asyncio.Event()
    courier = Courier(ledger, {CLOUD: provider}, clock, Store(), wake, Random(1), {"points": programme})
    await ledger.do(book, 1)
    running = asyncio.create_task(courier.run(), name="courier")
    async with asyncio.timeout(20):
        while await ledger.do(state, 1) not in until:  # noqa: ASYNC110 - the row is another thread's
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await provider.close()
    return ledger


async def test_on_signs_them_up_and_the_award_arrives(tmp_path: Path) -> None:
    async with PlainHttpCloud(token=TOKEN) as cloud:
        ledger = await run(tmp_path, cloud, "on", {"delivered", "parked", "refused"}, speaks=("sign_up",))
        assert await ledger.do(state, 1) == "delivered"
        assert cloud.book.points(phone=phone(1)) == 23
        assert len(cloud.book.members) == 1
        await ledger.close()


@pytest.mark.parametrize(("auto_create", "speaks"), [("off", ("sign_up",)), ("on", ()), ("ask", ("sign_up",))])
async def test_else_the_award_waits(tmp_path: Path, auto_create: str, speaks: tuple[str, ...]) -> None:
    async with PlainHttpCloud(token=TOKEN) as cloud:
        ledger = await run(tmp_path, cloud, auto_create, {"delivered", "parked", "refused"}, speaks=speaks)
        assert await ledger.do(state, 1) == "parked"
        assert not cloud.book.members
        asked = [task for task in await ledger.do(tasks.waiting) if task["kind"] == SIGN_UP]
        assert len(asked) == (auto_create == "ask")
        await ledger.close()

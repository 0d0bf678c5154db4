"""The power goes between the first byte and the answer: the cloud's history is read before anything is sent again."""

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from agent.ledger import Ledger, dispatch, outbox
from agent.providers import Call, Idempotency, Provider
from agent.providers.registry import connect
from agent.sandboxes.astro import CLIENT, PASSWORD, USER, AstroCloud
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.tapmango import KEY, TapmangoCloud
from agent.settings.clouds import AstroSettings, TapmangoSettings
from tests.courier.shop import CountingClock, shop
from tests.ledger.facts import CLOSING, CLOUD, moment
from tests.providers.conformance.facts import PHONE, fact


def tapmango(url: str) -> Any:
    return TapmangoSettings(base_url=url, api_key=KEY)


def astro(url: str) -> Any:
    return AstroSettings(base_url=url, username=USER, password=PASSWORD, client_id=CLIENT)


def punches() -> dict[str, Any]:
    one = fact(1, 2)
    ids = [{"id": f"{one['key']}.{place}", "text": "Article 1", "sku": "SKU-1"} for place in (1, 2)]
    return one | {"unit": "punches", "punches": ids}


CLOUDS = {
    "tapmango": (TapmangoCloud, tapmango, fact(1, 45), "pointstransactions", "events/Payment"),
    "astro, points": (AstroCloud, astro, fact(1, 45), "customerStatus", "addPointsByDollar"),
    "astro, punches": (AstroCloud, astro, punches(), "customerStatus", "addTransactionBatch"),
}


@pytest.mark.parametrize("arrived", [True, False], ids=["it had arrived", "it had not"])
@pytest.mark.parametrize("name", CLOUDS)
async def test_the_history_is_read_before_a_second_send(tmp_path: Path, name: str, arrived: bool) -> None:
    make, settings, one, look, send = CLOUDS[name]
    clock = CountingClock()
    cloud: SandboxCloud = make()
    cloud.now = clock.wall
    async with cloud:
        cloud.book.sign_up(phone=PHONE, first_name="Dana", last_name="Sample")
        before = connect(CLOUD, settings(cloud.url), clock)
        now_sent = {**one, "captured_at": clock.wall().isoformat()}

        async def cut(ledger: Ledger) -> None:
            await ledger.do(enqueue, now_sent, before)
            taken = await ledger.do(dispatch.take, CLOUD, moment(), 1)
            if arrived:
                await before.award([row.body for row in taken])
            await before.close()

        async with shop(tmp_path, {CLOUD: connect(CLOUD, settings(cloud.url), clock)}, clock=clock, before=cut) as here:
            here.wake.set()
            await here.pass_time(120)
            assert await here.state(1) == "delivered"
            assert await here.questions() == []
    calls = [call for call in cloud.book.calls if look in call or send in call]
    sends = [call for call in calls if send in call]
    assert look in calls[-1] if arrived else look in calls[0]
    assert len(sends) == 1
    assert {entry.times for entry in cloud.book.entries.values()} == {1}


def enqueue(db: Database, one: dict[str, Any], provider: Provider) -> None:
    assert provider.idempotency[Call.AWARD] is Idempotency.WEAK
    row = outbox.enqueue(
        db,
        one,
        receipt_id=None,
        provider=CLOUD,
        call=Call.AWARD,
        idempotency=Idempotency.WEAK,
        deadline=CLOSING,
        not_before=moment().wall,
        customer_key=f"phone:{PHONE}",
    )
    assert row == 1

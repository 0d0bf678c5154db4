"""The page before each vendor's sandbox cloud, in a browser: looked up, seen, attached, reserved and given back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.registry import SANDBOXES
from tests.fleet.mosquitto import free_port
from tests.story.box import Box, until
from tests.story.slips import Shop
from tests.story.till import NetworkTill
from tests.till.browser import NEEDED, tablet
from tests.till.cashier import Cashier
from tests.till.shop import staff

pytestmark = NEEDED

PHONE = "4155550101"
SETTINGS = """
[store]
timezone = "UTC"
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
quiet_s = 2
[programmes.points]
provider = "club"
[page]
listen = "127.0.0.1:{port}"
[providers.club]
"""


@dataclass(frozen=True, slots=True)
class Scene:
    cloud: SandboxCloud
    till: NetworkTill
    cashier: Cashier
    shop: Shop


@asynccontextmanager
async def opened(folder: Path, vendor: str, browser: Browser) -> AsyncIterator[Scene]:
    async with SANDBOXES[vendor]() as cloud:
        cloud.book.sign_up(phone=f"+1{PHONE}", first_name="Dana", last_name="Sample", points=500, wallet=2000)
        listen, port = f"127.0.0.1:{free_port()}", free_port()
        settings = SETTINGS.format(listen=listen, port=port) + cloud.settings() + "\n" + staff()
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        async with Box(folder, settings), tablet(browser, f"http://127.0.0.1:{port}") as page:
            yield Scene(cloud, NetworkTill(listen), Cashier(page), Shop("EXAMPLE PETS", "1", 7, 3000, now))


async def looked_up_and_attached(scene: Scene) -> None:
    cashier, slip = scene.cashier, scene.shop.sale("", 2)
    await scene.till.print(slip)
    await cashier.open(slip)
    await cashier.types(PHONE)
    await cashier.button("Find")
    await cashier.sees("0101", within=".found")
    await cashier.button("Attach to this receipt")
    await cashier.sees_on_card(slip, "Sent")
    (entry,) = scene.cloud.book.entries.values()
    assert entry.member == next(iter(scene.cloud.book.members))
    assert cashier.taps == 3


async def reserved_and_given_back(scene: Scene) -> None:
    cashier = scene.cashier
    await cashier.home()
    await cashier.types(PHONE)
    await cashier.button("Find")
    await cashier.sees("0101", within=".found")
    await cashier.tap(cashier.page.locator(".found form[action='/do/reserve'] button").first)
    await expect(cashier.page.locator(".reward")).to_contain_text("proves it")
    await cashier.button("Give it back")
    await cashier.sees("given back", within=".reward-over")
    assert cashier.taps == 3


@pytest.mark.feature("0.9", "1.6", "1.15", "2.8", "2.15", "3.6", "3.7", "3.9", "3.13", "3.14")
@pytest.mark.parametrize("vendor", ["sessionm", "crm_com"])
async def test_a_customer_is_looked_up_and_attached_and_a_reward_reserved_and_given_back(
    tmp_path: Path, vendor: str, browser: Browser
) -> None:
    async with opened(tmp_path, vendor, browser) as scene:
        await looked_up_and_attached(scene)
        await reserved_and_given_back(scene)


@pytest.mark.feature("4.1", "4.8", "4.10")
async def test_astros_customer_is_looked_up_and_attached(tmp_path: Path, browser: Browser) -> None:
    async with opened(tmp_path, "astro", browser) as scene:
        await looked_up_and_attached(scene)


@pytest.mark.feature("0.10", "2.8", "2.11", "2.12", "2.15")
async def test_tapmangos_checked_in_customer_is_offered_and_gets_a_reward(tmp_path: Path, browser: Browser) -> None:
    async with opened(tmp_path, "tapmango", browser) as scene:
        await looked_up_and_attached(scene)
        await reserved_and_given_back(scene)
        slip = scene.shop.sale("", 1)
        await scene.till.print(slip)
        await scene.cashier.sees_on_card(slip, "No customer yet")
        scene.cashier.taps = 0
        scene.cloud.book.checked_in.insert(0, next(iter(scene.cloud.book.members)))
        await scene.cashier.tap(scene.cashier.card(slip).locator(".quick button").first)
        await until("tapmango has both", lambda: len(scene.cloud.book.entries) == 2)
        assert scene.cashier.taps == 1

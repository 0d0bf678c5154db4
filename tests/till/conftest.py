"""conftest: one browser and one running box for all tests here, and for each a cashier with a tablet of their own."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.till import browser as chromium
from tests.till import shop as shops
from tests.till.cashier import Cashier
from tests.till.shop import PageShop


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PageShop]:
    async with shops.opened(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture
async def cashier(browser: Browser, shop: PageShop) -> AsyncIterator[Cashier]:
    async with chromium.tablet(browser, shop.url) as page:
        yield Cashier(page)


@pytest.fixture
async def manager(browser: Browser, shop: PageShop) -> AsyncIterator[Cashier]:
    async with chromium.tablet(browser, shop.url, "manager") as page:
        yield Cashier(page)

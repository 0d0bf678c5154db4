"""browser: Debian's Chromium through playwright, one for all tests of a module; skips with its reason when absent."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.till.shop import PINS

CHROMIUM = shutil.which("chromium")
NEEDED = pytest.mark.skipif(CHROMIUM is None, reason="needs a browser: apt-get install chromium")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
TABLET = {"width": 1180, "height": 820}
PATIENCE_MS = 15_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*ARGUMENTS])
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def tablet(browser: Browser, url: str, role: str = "cashier", language: str = "en-US") -> AsyncIterator[Page]:
    """A tablet with somebody logged in at the page, in a profile of its own."""
    context = await new_context(browser, url, language)
    try:
        page = await context.new_page()
        await page.goto(url)
        await log_in(page, role)
        yield page
    finally:
        await context.close()


async def new_context(browser: Browser, url: str, language: str = "en-US") -> BrowserContext:
    context = await browser.new_context(base_url=url, viewport=TABLET, locale=language, has_touch=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    return context


async def log_in(page: Page, role: str) -> None:
    await page.fill("#pin", PINS[role])
    await page.press("#pin", "Enter")
    await page.wait_for_selector("html[data-live] header nav")


async def picture(page: Page, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=path)

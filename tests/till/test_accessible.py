"""Every view in real Chromium: axe-core finds nothing, light and dark, in both languages; the keyboard is enough."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.till import browser as chromium
from tests.till.browser import NEEDED, new_context, tablet
from tests.till.shop import PageShop

pytestmark = NEEDED

TALL_PX = 44


async def violations(page: Page) -> list[str]:
    """Each broken rule with the element."""
    results = await Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for one in results.response["violations"]
        for node in one["nodes"]
    ]


async def small_targets(page: Page) -> list[str]:
    """What can be tapped and is lower than a finger."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, summary")]
        .filter((one) => one.offsetParent && !one.closest(".skip") && !one.matches("p a"))
        .filter((one) => one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML.slice(0, 120))"""
    )
    return found


@pytest.mark.parametrize("role", ["cashier", "manager", "technician", "owner"])
async def test_axe_finds_nothing_on_any_view(shop: PageShop, browser: Browser, role: str) -> None:
    phone = await shop.member(first_name="Dana", last_name="Kowalski", points=150)
    await shop.sale(phone)
    slip = await shop.sale()
    await shop.cloud.check_in(f"+1{phone}")
    async with tablet(browser, shop.url, role, "es-ES" if role == "manager" else "en-US") as page:
        await page.emulate_media(color_scheme="dark" if role == "owner" else "light")
        paths = [await link.get_attribute("href") for link in await page.locator("header nav a").all()]
        if "/" in paths:
            await expect(page.locator("li.card", has_text=slip.number)).to_be_visible()
            paths += ["/?receipt=1", "/?receipt=2"]
        for path in paths:
            assert path
            await page.goto(path)
            assert await violations(page) == [], path
            assert await small_targets(page) == [], path


async def test_axe_finds_nothing_while_something_is_found_or_asked(shop: PageShop, browser: Browser) -> None:
    phone = await shop.member(first_name="Dana", last_name="Kowalski", points=150)
    slip = await shop.sale(phone)
    async with tablet(browser, shop.url) as page:
        await page.fill("#who", phone)
        await page.keyboard.press("Enter")
        await expect(page.locator(".found")).to_contain_text("10% off")
        assert await violations(page) == []
        await page.select_option("#register-reserve-cloud", "till-1")
        await page.click("#opened button:has-text('10% off')")
        await expect(page.locator(".reward")).to_be_visible()
        assert await violations(page) == []
        await page.locator("li.card", has_text=slip.number).locator("a.body").click()
        await page.click("summary:has-text('Points by hand')")
        await page.fill("#points", "1")
        await page.fill("#reason", "for the test")
        await page.click("text=Set the points")
        await expect(page.locator("#ask-pin")).to_be_visible()
        assert await violations(page) == []
        await page.get_by_role("button", name="Give it back").click()


async def test_the_login_page_too_and_it_says_that_the_pin_is_in_the_clear(shop: PageShop, browser: Browser) -> None:
    context = await new_context(browser, shop.url, "es-ES")
    page = await context.new_page()
    await page.goto("/login")
    assert await violations(page) == []
    assert await small_targets(page) == []
    await expect(page.locator("body")).to_contain_text("PIN")
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await context.close()


async def test_the_keyboard_alone_attaches_a_customer(shop: PageShop, browser: Browser) -> None:
    phone, slip = await shop.member(), await shop.sale()
    async with tablet(browser, shop.url) as page:
        await expect(page.locator("li.card", has_text=slip.number)).to_be_visible()
        await _tab_to(page, f"a[href='/?receipt={json.dumps((await shop.receipt(slip) or {})['id'])}']")
        await page.keyboard.press("Enter")
        await expect(page.locator("#opened-title")).to_contain_text(slip.number)
        await _tab_to(page, "#who")
        await page.keyboard.type(phone)
        await page.keyboard.press("Enter")
        await expect(page.locator(".found")).to_be_visible()
        await _tab_to(page, ".found button.default")
        await page.keyboard.press("Enter")
        await shop.has(phone, slip.subtotal // 100)


async def _tab_to(page: Page, selector: str) -> None:
    for _ in range(150):
        await page.keyboard.press("Tab")
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


async def test_pictures_for_the_documents_can_be_taken(shop: PageShop, browser: Browser, tmp_path: Path) -> None:
    async with tablet(browser, shop.url) as page:
        await chromium.picture(page, tmp_path / "till.png")
    assert (tmp_path / "till.png").stat().st_size > 10_000

"""pictures: takes the documents' pictures of the pages from a running box: python -m tests.till.pictures docs"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.till.browser import chromium, picture, tablet
from tests.till.cashier import Cashier
from tests.till.shop import PageShop, opened
from tests.till.test_questions import without_time


async def a_morning(shop: PageShop) -> dict[str, str]:
    """Receipts in every state, and somebody at the tablet."""
    names = (("Dana", "Kowalski", 340), ("Ruth", "Okafor", 82), ("Lee", "Park", 1250))
    people = {
        first: await shop.member(first_name=first, last_name=last, points=points) for first, last, points in names
    }
    await shop.sale(people["Lee"])
    back = await shop.sale(people["Ruth"], 3)
    await shop.has(people["Ruth"], 82 + back.points)
    await shop.till.print(shop.shop.take_back(back))
    await shop.sale(shop.stranger())
    twice = without_time(shop.shop.sale(people["Lee"], 1))
    await shop.till.print(twice)
    await shop.till.print(shop.shop.print_again(back))
    await shop.sale(people["Dana"], 4)
    await shop.till.print(twice)
    await shop.sale(lines=2)
    await shop.cloud.check_in(f"+1{people['Ruth']}")
    await shop.cloud.check_in(f"+1{people['Dana']}")
    return people


async def at_the_till(browser: Browser, shop: PageShop, folder: Path) -> None:
    people = await a_morning(shop)
    async with tablet(browser, shop.url) as page:
        cashier = Cashier(page)
        async with page.expect_response("**/here"):
            await page.select_option("#lane", "till-1")
        await expect(page.locator("#opened")).to_contain_text("Dana K.")
        await expect(page.locator("#cards")).to_contain_text("Possible existing transaction")
        await still(page)
        await picture(page, folder / "till.png")
        await cashier.types(people["Dana"])
        await cashier.button("Find")
        await expect(page.locator(".found")).to_contain_text("10% off")
        await picture(page, folder / "till-customer.png")
        await page.click("#opened button:has-text('10% off')")
        await expect(page.locator(".reward")).to_be_visible()
        await still(page)
        await picture(page, folder / "till-reward.png")
        await cashier.button("Give it back")
        await page.locator("li.card", has_text="Sent").locator("a.body").first.click()
        await page.click("summary:has-text('Undo / change customer')")
        await still(page)
        await picture(page, folder / "till-undo.png")


async def at_the_box(browser: Browser, shop: PageShop, folder: Path) -> None:
    async with tablet(browser, shop.url, "technician") as page:
        await still(page)
        await picture(page, folder / "box-page.png")


async def still(page: Page) -> None:
    """Until what came last is drawn."""
    await page.wait_for_timeout(600)


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="tillpost-pictures-") as home:
        async with opened(Path(home), points='return_policy = "ask"') as shop, chromium() as browser:
            await at_the_till(browser, shop, folder)
            await at_the_box(browser, shop, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")))

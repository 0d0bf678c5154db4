"""The manager's, technician's and owner's pages: training, the account, what points cost, the box and its settings."""

import pytest
from playwright.async_api import Browser, expect

from tests.till.browser import NEEDED, tablet
from tests.till.cashier import Cashier
from tests.till.shop import PageShop

pytestmark = NEEDED


@pytest.mark.feature("4.3", "5.20")
async def test_what_a_register_prints_in_training_is_shown_and_never_sent(shop: PageShop, manager: Cashier) -> None:
    phone = await shop.member()
    await manager.tap("summary:has-text('Training mode')")
    await manager.page.select_option("#register-training", "till-1")
    await manager.button("Begin training")
    await manager.sees("Training at till-1")
    practised = await shop.sale(phone)
    await manager.sees_on_card(practised, "Nothing to earn")
    real = await shop.sale(phone, second=True)
    await shop.has(phone, real.points)
    await manager.tap(manager.page.get_by_role("button", name="End training"))
    await expect(manager.page.locator(".training")).to_have_count(0)
    after = await shop.sale(phone)
    await shop.has(phone, real.points + after.points)


@pytest.mark.feature("4.38")
async def test_the_owner_sees_what_was_given_and_what_it_cost(shop: PageShop, browser: Browser) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone, 4)
    await shop.has(phone, slip.points)
    async with tablet(browser, shop.url, "owner") as page:
        await page.click("nav >> text=Points")
        (line,) = await shop.box.ask("points", since="2000-01-01", until="2100-01-01")
        await expect(page.locator("tbody tr")).to_contain_text(f"{line['net']:+d}")
        assert line["net"] >= slip.points


@pytest.mark.feature("2.18", "5.27")
async def test_the_technician_sees_bytes_papers_readings_and_settings(shop: PageShop, browser: Browser) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone)
    await shop.has(phone, slip.points)
    async with tablet(browser, shop.url, "technician") as page:
        await expect(page.locator(".paper")).to_contain_text(f"Receipt #{slip.number}")
        await expect(page.locator(".paper")).to_contain_text(f"******{phone[-4:]}")
        assert phone not in await page.content()
        await expect(page.locator("#opened")).to_contain_text(f"{slip.total / 100:.2f}")
        seen = int(await page.locator("#lanes tbody tr").first.locator("td").first.inner_text())
        assert seen >= len(slip.data)
        await shop.till.print(shop.shop.sale(phone))
        await expect(page.locator("#lanes tbody tr").first.locator("td").first).not_to_have_text(str(seen))
        await page.click("nav >> text=Settings")
        row = page.locator("tr", has_text="store.name")
        await expect(row).to_contain_text("Example Pets")
        await expect(row).to_contain_text("file")
        await expect(page.locator("tr", has_text="store.country")).to_contain_text("default")
        content = await page.content()
        assert "scrypt" not in content
        assert "sandbox-token" not in content
        await page.click("nav >> text=Help")
        await expect(page.locator("main")).to_contain_text("TP-DEMO")


@pytest.mark.feature("5.23")
async def test_every_act_stands_in_the_audit_under_its_person(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale()
    await cashier.open(slip)
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.button("Attach to this receipt")
    await shop.has(phone, slip.subtotal // 100)
    receipt = await shop.receipt(slip)
    assert receipt is not None
    noted = [row for row in await shop.box.ask("audit", limit=500) if row["subject"] == f"receipt/{receipt['id']}"]
    assert [row["act"] for row in noted] == ["attached", "looked somebody up"]
    assert {row["who"] for row in noted} == {"cashier cashier"}
    assert phone not in str(noted)

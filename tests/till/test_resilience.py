"""The page on bad days: an agent killed and a network gone are noticed, said, and got over without a reload."""

import pytest

from tests.till.browser import NEEDED
from tests.till.cashier import Cashier
from tests.till.shop import PageShop

pytestmark = NEEDED


@pytest.mark.feature("5.2", "4.23")
async def test_the_page_survives_a_restart_of_the_agent_without_a_reload(shop: PageShop, cashier: Cashier) -> None:
    before = await shop.sale(await shop.member())
    await cashier.sees_on_card(before, "Sent")
    await cashier.page.evaluate("document.body.marked = true")
    await cashier.types("415", "#who")
    shop.box.kill("agent")
    slip = await shop.sale(await shop.member())
    await cashier.sees_on_card(slip, f"Sent: +{slip.points} points")
    await cashier.sees("Everything has been sent.")
    assert not await cashier.page.locator("#lost").is_visible()
    assert await cashier.page.evaluate("document.body.marked") is True, "it was never reloaded"
    assert await cashier.page.input_value("#who") == "415", "what was typed stays"


async def test_a_lost_network_is_said_and_got_over(shop: PageShop, cashier: Cashier) -> None:
    await cashier.page.evaluate("document.body.marked = true")
    network = cashier.page.context
    await network.set_offline(True)
    await cashier.types("4155550000", "#who")
    await cashier.button("Find")
    await cashier.sees("The box does not answer")
    slip = await shop.sale(await shop.member())
    await network.set_offline(False)
    await cashier.sees_on_card(slip, "Sent")
    await cashier.page.locator("#lost").wait_for(state="hidden")
    assert await cashier.page.evaluate("document.body.marked") is True


async def test_two_taps_in_a_row_are_one_act(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale()
    await cashier.open(slip)
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.page.get_by_role("button", name="Attach to this receipt").dblclick()
    await shop.has(phone, slip.subtotal // 100)
    assert not await cashier.page.locator(".refused").is_visible()


async def test_without_script_all_still_works(shop: PageShop, cashier: Cashier) -> None:
    """A plain browser without JavaScript: forms and links alone."""
    phone, slip = await shop.member(), await shop.sale()
    await cashier.sees_on_card(slip, "No customer yet")
    browser = cashier.page.context.browser
    assert browser is not None
    state = await cashier.page.context.storage_state()
    context = await browser.new_context(base_url=shop.url, java_script_enabled=False, storage_state=state)
    page = await context.new_page()
    await page.goto("/")
    await page.locator("li.card", has_text=slip.number).first.locator("a.body").click()
    await page.fill("#who", phone)
    await page.get_by_role("button", name="Find").click()
    await page.get_by_role("button", name="Attach to this receipt").click()
    await shop.has(phone, slip.subtotal // 100)
    await context.close()

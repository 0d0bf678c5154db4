"""What the page asks: duplicates, returns, unknown lines, full cards, lists to key in; through the whole box."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import expect

from tests.story.slips import Slip
from tests.till import shop as shops
from tests.till.browser import NEEDED
from tests.till.cashier import Cashier
from tests.till.shop import PINS, PageShop

pytestmark = NEEDED

EXTRA = """
[providers.stars]
kind = "fivestars"
[programmes.stars]
provider = "stars"
base = "pre_tax_after_discount"
conditions = [{ words = ["aquarium"] }]
[programmes.toys]
provider = "cloud"
rule = "frequent_buyer"
card_size = 2
eligible = { words = ["chew toy"] }
"""


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PageShop]:
    folder = tmp_path_factory.mktemp("asking")
    async with shops.opened(
        folder, "\n" + EXTRA, points='return_policy = "ask"', page="pin_again_minutes = 0"
    ) as running:
        yield running


def without_time(slip: Slip) -> Slip:
    """As tills print that have no clock: nothing tells a second print from a second sale."""
    return replace(slip, data=re.sub(rb"\d\d/\d\d/\d{4} +[\d:]+ [AP]M\n", b"", slip.data))


@pytest.mark.feature("0.17", "4.24", "4.25", "4.26", "5.5")
async def test_a_possible_duplicate_is_removed_with_one_tap(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = without_time(shop.shop.sale(phone, 1))
    await shop.till.print(slip)
    await shop.has(phone, slip.points)
    await shop.till.print(slip)
    card = cashier.card(slip)
    await expect(card).to_contain_text("Possible existing transaction")
    await expect(card).to_contain_text("The box chooses “Remove” in")
    await cashier.tap(card.get_by_role("button", name="Remove"))
    await cashier.sees_on_card(slip, "Removed as a duplicate")
    assert cashier.taps == 1
    assert await shop.points(phone) == slip.points


@pytest.mark.feature("4.25", "5.23")
async def test_a_possible_duplicate_is_added_anyway_with_the_pin_once_more(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = without_time(shop.shop.sale(phone, 2))
    await shop.till.print(slip)
    await shop.has(phone, slip.points)
    await shop.till.print(slip)
    await cashier.tap(cashier.card(slip).get_by_role("button", name="Add anyway"))
    await cashier.sees("type your PIN once more", within="#ask-pin")
    await cashier.types("9999", "#pin")
    await cashier.button("Go on", within="#ask-pin")
    await cashier.sees("nobody's PIN", within="#ask-pin")
    assert await shop.points(phone) == slip.points
    await cashier.types(PINS["cashier"], "#pin")
    await cashier.button("Go on", within="#ask-pin")
    await shop.has(phone, 2 * slip.points)


@pytest.mark.feature("4.27")
async def test_a_sale_that_grew_replaces_the_first_print_of_it(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    first = await shop.sale(phone, 1)
    await shop.has(phone, first.points)
    longer = shop.shop.longer(first)
    await shop.till.print(longer)
    await expect(cashier.card(longer)).to_contain_text("The same sale with more on it?")
    await cashier.tap(cashier.card(longer).get_by_role("button", name="Replace"))
    await shop.has(phone, longer.points)
    assert cashier.taps == 1


@pytest.mark.feature("4.29", "4.30", "4.31", "5.8")
async def test_nothing_comes_off_for_a_return_unless_the_cashier_says_so(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone, 1)
    await shop.has(phone, slip.points)
    back = shop.shop.take_back(slip)
    await shop.till.print(back)
    card = cashier.card(back)
    await expect(card).to_contain_text("Goods came back")
    assert await shop.points(phone) == slip.points
    await cashier.tap(card.get_by_role("button", name="Take off"))
    await shop.has(phone, 0)
    assert cashier.taps == 1


@pytest.mark.feature("4.30")
async def test_a_return_can_be_left_on(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone, 1)
    await shop.has(phone, slip.points)
    back = shop.shop.take_back(slip)
    await shop.till.print(back)
    await cashier.tap(cashier.card(back).get_by_role("button", name="Leave on"))
    await expect(cashier.card(back).get_by_role("button")).to_have_count(0)
    assert await shop.points(phone) == slip.points


@pytest.mark.feature("4.15", "1.16", "5.25")
async def test_an_unknown_line_is_mapped_once(shop: PageShop, cashier: Cashier) -> None:
    await shop.sale("", 5)
    await cashier.tap("nav >> text=Articles")
    line = cashier.page.locator("section.sheet").first
    text = await line.locator("h2").inner_text()
    await line.locator("input[name=sku]").fill("SKU-1")
    await cashier.tap(line.get_by_role("button", name="Map", exact=True))
    await cashier.sees("Mapped, for ever.")
    await expect(cashier.page.get_by_role("heading", name=text, exact=True)).to_have_count(0)


@pytest.mark.feature("4.11", "4.12", "4.21")
async def test_a_full_card_stands_on_the_page_until_it_is_handled(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    toys = _with_toys(shop, phone)
    await shop.till.print(toys)
    banner = cashier.page.locator(".banner", has_text=f"***{phone[-4:]}")
    await expect(banner).to_contain_text("Free item earned")
    await cashier.types(phone)
    await cashier.button("Find")
    punches = toys.data.count(b"Chew toy")
    await cashier.sees(f"toys: {punches % 2} of 2", within=".found")
    await cashier.sees(f"toys: {punches // 2} free now", within=".found")
    await cashier.home()
    await cashier.tap(banner.get_by_role("button", name="Handed out"))
    await expect(banner).to_have_count(0)


def _with_toys(shop: PageShop, phone: str) -> Slip:
    """A sale with at least two chew toys on it."""
    while (slip := shop.shop.sale(phone, 5)).data.count(b"Chew toy") < 2:
        pass
    return slip


@pytest.mark.feature("0.6", "5.17", "5.26")
async def test_what_a_cloud_without_calls_gets_is_ticked_on_a_list(shop: PageShop, cashier: Cashier) -> None:
    phone = shop.stranger()
    while b"Aquarium" not in (slip := shop.shop.sale(phone, 2)).data:
        pass
    await shop.till.print(slip)
    await cashier.tap("nav >> text=By hand")
    row = cashier.page.locator("tr", has_text=phone)
    await expect(row).to_contain_text(slip.number)
    await cashier.tap(row.get_by_role("button", name="Tick"))
    await expect(row).to_have_count(0)
    receipt = await shop.receipt(slip)
    assert receipt is not None
    assert {award["programme"]: award["state"] for award in receipt["awards"]}["stars"] == "delivered"


@pytest.mark.feature("0.18", "5.15")
async def test_the_day_adds_up_on_its_page(shop: PageShop, manager: Cashier) -> None:
    await shop.sale(await shop.member(), 1)
    await manager.tap("nav >> text=The day")
    account = await shop.box.ask("day", day=(await shop.box.ask("receipts"))[0]["business_day"])
    await manager.sees(f"{account['read']} receipts read, {account['matched']} of them with a customer")
    shown = [int(text) for text in await manager.page.locator(".places dd").all_inner_texts()]
    assert sum(shown) == account["read"]

"""Rewards at the page: chosen, reserved, proven by the printed receipt or given back; and who stands at a register."""

import pytest
from playwright.async_api import expect

from tests.story.box import until
from tests.till.browser import NEEDED
from tests.till.cashier import Cashier
from tests.till.shop import PageShop

pytestmark = NEEDED


async def reserved_at_the_cloud(shop: PageShop, state: str, count: int) -> None:
    async def said() -> bool:
        book = await shop.cloud.ledger()
        return bool(sum(one["state"] == state for one in book["reserved"]) == count)

    await until(f"{count} rewards are {state} at the cloud", said)


async def stand_at(cashier: Cashier, lane: str) -> None:
    async with cashier.page.expect_response("**/here"):
        await cashier.page.select_option("#lane", lane)
    await expect(cashier.page.locator("#lane option[selected]")).to_have_count(1 if lane else 0)


@pytest.mark.feature("0.12", "0.15", "1.4", "1.11", "2.14", "2.15", "2.16", "2.17", "3.7", "3.9", "3.14", "4.39", "5.1")
async def test_a_reward_is_redeemed_when_the_receipt_shows_it(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(first_name="Vera", last_name="Holm", points=150)
    await stand_at(cashier, "till-1")
    await shop.cloud.check_in(f"+1{phone}")
    cashier.taps = 0
    await cashier.button(f"Vera H. ***{phone[-4:]}")
    await cashier.sees("150 points", within=".found")
    await cashier.tap("#opened button:has-text('10% off')")
    assert cashier.taps == 2
    await cashier.sees("Press the key “10% OFF”", within="#opened")
    await cashier.sees("goes back by itself in 13:", within="#opened")
    await shop.has(phone, 50)
    slip = await shop.sale(lines=2, percent_off=10)
    await cashier.sees("redeemed, the receipt shows it", within="#opened")
    await reserved_at_the_cloud(shop, "redeemed", 1)
    await shop.has(phone, 50 + slip.subtotal // 100)


@pytest.mark.feature("3.13", "3.15", "2.17")
async def test_a_reward_is_given_back_by_the_cashier(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(points=60)
    await stand_at(cashier, "till-2")
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.tap("#opened button:has-text('$5 off')")
    await cashier.sees("Give on the register: $5 off", within="#opened")
    await shop.has(phone, 10)
    await cashier.button("Give it back")
    await shop.has(phone, 60)
    await cashier.sees("given back", within=".reward-over")


@pytest.mark.feature("3.10", "3.11")
async def test_only_rewards_that_fit_the_amount_are_offered(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(points=60)
    await cashier.types(phone)
    await cashier.types("3.00", "#amount")
    await cashier.button("Find")
    await cashier.sees("60 points", within=".found")
    assert await cashier.page.get_by_role("button", name="$5 off").count() == 0
    await cashier.types(phone)
    await cashier.types("20", "#amount")
    await cashier.button("Find")
    await expect(cashier.page.get_by_role("button", name="$5 off")).to_be_visible()
    await cashier.types(phone)
    await cashier.types("twenty", "#amount")
    await cashier.button("Find")
    await cashier.sees("the amount must be a number like 12.50", within="#refused")


@pytest.mark.feature("2.11", "5.12", "5.13")
async def test_whoever_stands_at_a_register_gets_its_next_receipt_and_no_other(
    shop: PageShop, cashier: Cashier
) -> None:
    phone = await shop.member(first_name="Noor", last_name="Abadi")
    await stand_at(cashier, "till-2")
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.button("The next receipt is theirs")
    await cashier.sees("The next receipt of till-2", within="#opened")
    other = await shop.sale()
    mine = await shop.sale(second=True)
    after = await shop.sale(second=True)
    await shop.has(phone, mine.subtotal // 100)
    await cashier.sees_on_card(after, "No customer yet")
    await stand_at(cashier, "")
    await cashier.sees_on_card(other, "No customer yet")


@pytest.mark.feature("5.14")
async def test_offline_it_attaches_and_queues_and_refuses_to_redeem_in_words(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(points=200)
    await stand_at(cashier, "till-1")
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.sees("10% off", within=".found")
    await shop.cloud.go_away()
    try:
        slip = await shop.sale(phone)
        unnamed = await shop.sale()
        await cashier.sees("cloud is offline since")
        await cashier.sees("nothing lost")
        await cashier.sees_on_card(slip, "Waiting: the cloud is offline")
        await cashier.tap("#opened button:has-text('10% off')")
        await cashier.sees("offline, so no reward can be redeemed now", within="#refused")
        await cashier.open(unnamed)
        await cashier.types(phone)
        await cashier.button("Find")
        await cashier.button("Attach to this receipt")
        await cashier.sees("2 receipts waiting, nothing lost")
    finally:
        await shop.cloud.come_back()
    await shop.has(phone, 200 + slip.points + unnamed.subtotal // 100)
    await cashier.sees("Everything has been sent.")


@pytest.mark.feature("0.3", "0.13", "0.14", "2.4", "2.6", "2.7", "4.6")
async def test_somebody_new_is_signed_up_without_any_consent(shop: PageShop, cashier: Cashier) -> None:
    phone = shop.stranger()
    slip = await shop.sale(phone)
    await cashier.sees_on_card(slip, "Waiting for a sign-up")
    await cashier.types(phone)
    await cashier.button("Find")
    await cashier.sees("Nobody has")
    await cashier.tap("summary:has-text('Sign this customer up')")
    await cashier.sees("Only the account is created")
    await cashier.types("Ida", "#first_name")
    await cashier.types("Berg", "#last_name")
    await cashier.button("Sign up at cloud")
    await cashier.sees(f"Ida B. ***{phone[-4:]}", within=".found")
    await shop.has(phone, slip.points)
    (signed_up,) = [one for one in (await shop.cloud.ledger())["members"] if one["phone"] == f"+1{phone}"]
    assert not any("consent" in name or "marketing" in name for name in signed_up)

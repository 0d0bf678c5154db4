"""Attaching, moving and undoing at the page in a real browser: print job in, taps, the sandbox cloud's ledger out."""

import pytest

from tests.story.slips import GOODS, Slip
from tests.till.browser import NEEDED
from tests.till.cashier import Cashier
from tests.till.shop import PageShop

pytestmark = NEEDED


def gives(slip: Slip) -> int:
    """What a slip without a phone gives once it is somebody's: a point a dollar before tax, rounded down."""
    return slip.subtotal // 100


@pytest.mark.feature("0.1", "0.5", "1.17", "2.13", "4.22")
async def test_a_receipt_with_a_phone_appears_by_itself_and_is_sent_without_a_tap(
    shop: PageShop, cashier: Cashier
) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone)
    await cashier.sees_on_card(slip, f"***{phone[-4:]}")
    await cashier.sees_on_card(slip, f"Sent: +{slip.points} points")
    await shop.has(phone, slip.points)
    assert cashier.taps == 0


@pytest.mark.feature("0.9", "0.10", "2.10", "2.11", "2.12", "5.4", "5.12")
async def test_somebody_who_checked_in_is_attached_with_one_tap(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(first_name="Dana", last_name="Kowalski")
    slip = await shop.sale()
    await cashier.sees_on_card(slip, "No customer yet")
    await shop.cloud.check_in(f"+1{phone}")
    await cashier.tap(cashier.card(slip).get_by_role("button", name=f"Dana K. ***{phone[-4:]}"))
    await cashier.sees_on_card(slip, f"Sent: +{gives(slip)} points")
    await shop.has(phone, gives(slip))
    assert cashier.taps == 1


@pytest.mark.feature("0.2", "0.11", "0.16", "1.6", "2.9", "3.3", "3.6", "4.2", "4.8")
async def test_a_phone_is_typed_and_the_person_is_seen_before_it_counts(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(first_name="Ruth", last_name="Okafor")
    slip = await shop.sale()
    await cashier.open(slip)
    for digit in phone:  # the page's own keypad
        await cashier.page.locator(f".find [data-key='{digit}']").click()
    await cashier.button("Find")
    await cashier.sees(f"Ruth O. ***{phone[-4:]}", within=".found")
    assert await shop.points(phone) == 0
    await cashier.button("Attach to this receipt")
    await cashier.sees_on_card(slip, "Sent")
    await shop.has(phone, gives(slip))
    assert cashier.taps == 3


@pytest.mark.feature("1.6", "3.4")
async def test_a_scanner_types_a_loyalty_card(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(card="CLUB77001")
    slip = await shop.sale()
    await cashier.open(slip)
    await cashier.page.locator("#opened-title").click()  # the focus is in no field
    await cashier.page.keyboard.type("CLUB77001")
    await cashier.page.keyboard.press("Enter")
    await cashier.sees(f"***{phone[-4:]}", within=".found")
    await cashier.button("Attach to this receipt")
    await shop.has(phone, gives(slip))


@pytest.mark.feature("1.6", "4.8")
async def test_an_e_mail_is_typed(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member(email="ruth@example.com")
    slip = await shop.sale()
    await cashier.open(slip)
    await cashier.types("Ruth@Example.com")
    await cashier.button("Find")
    await cashier.button("Attach to this receipt")
    await shop.has(phone, gives(slip))


@pytest.mark.feature("2.5", "4.7")
async def test_the_page_never_chooses_between_several(shop: PageShop, cashier: Cashier) -> None:
    first = await shop.member(card="SHARED1")
    second = await shop.member(card="SHARED1")
    slip = await shop.sale()
    await cashier.open(slip)
    await cashier.types("SHARED1")
    await cashier.button("Find")
    await cashier.sees(first[-4:], within=".found")
    await cashier.sees(second[-4:], within=".found")
    assert await cashier.page.get_by_role("button", name="Attach to this receipt").count() == 0


@pytest.mark.feature("4.17", "4.18", "2.9", "5.4", "5.23")
async def test_a_wrong_customer_is_undone_after_it_was_sent(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone)
    await shop.has(phone, slip.points)
    await cashier.open(slip)
    await cashier.tap("summary:has-text('Undo / change customer')")
    await cashier.button("Take it off this customer")
    await shop.has(phone, 0)
    await cashier.sees_on_card(slip, "No customer yet")
    assert cashier.taps == 3


@pytest.mark.feature("4.17", "5.4", "2.9")
async def test_it_is_moved_to_the_right_person_who_has_checked_in(shop: PageShop, cashier: Cashier) -> None:
    wrong, right = await shop.member(), await shop.member(first_name="Lee", last_name="Park")
    slip = await shop.sale(wrong)
    await shop.has(wrong, slip.points)
    await shop.cloud.check_in(f"+1{right}")
    await cashier.open(slip)
    await cashier.tap("summary:has-text('Undo / change customer')")
    await cashier.button(f"Lee P. ***{right[-4:]}")
    await shop.has(wrong, 0)
    await shop.has(right, slip.points)
    assert cashier.taps == 3


@pytest.mark.feature("4.35", "4.36", "5.23", "0.5")
async def test_points_by_hand_need_a_reason_and_a_managers_pin(shop: PageShop, cashier: Cashier) -> None:
    phone = await shop.member()
    slip = await shop.sale(phone, 3)
    await shop.has(phone, slip.points)
    await cashier.open(slip)
    await cashier.tap("summary:has-text('Points by hand')")
    await cashier.types(str(slip.points - 5), "#points")
    await cashier.types("discount was pre-applied", "#reason")
    await cashier.button("Set the points")
    await cashier.sees("have one type a PIN", within="#ask-pin")
    await cashier.types("1357", "#pin")
    await cashier.button("Go on", within="#ask-pin")
    await shop.has(phone, slip.points - 5)


@pytest.mark.feature("5.19", "5.20", "4.10")
async def test_what_it_would_give_and_why_not(shop: PageShop, cashier: Cashier) -> None:
    slip = await shop.sale("", 2)
    await cashier.open(slip)
    await cashier.sees(f"would give +{gives(slip)} points", within=".gives")
    shown = await cashier.page.locator("#opened table").last.inner_text()
    assert any(text in shown for text, _ in GOODS), "the articles are listed"

"""The programmes through the whole box: paper in at the till, points in the clouds' own books."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.story import chain as chains
from tests.story.box import until
from tests.story.chain import NOW, Chain
from tests.story.papers import buy, paper, plain

FOOD, TOY, LEASH = ("Dog food 25lb", 1, 5000), ("Chew toy", 1, 2099), ("Leash", 1, 1500)
YESTERDAY = NOW - timedelta(days=1)
HAPPY_HOUR = YESTERDAY.replace(hour=10, minute=30)


@pytest.fixture(scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    async with chains.opened(tmp_path_factory.mktemp("chain")) as running:
        yield running


@pytest.mark.feature("0.4", "0.7", "0.8", "1.10", "1.3", "5.7")
async def test_rates_by_kind_and_day_rounded_down(chain: Chain) -> None:
    """Yesterday one point per dollar, from today on two; half a point for what the shop buys."""
    today, late, seller = [await chain.customer() for _ in range(3)]
    await chain.sell([TOY], today)
    await chain.sell([TOY], late, at=YESTERDAY)
    await chain.print(buy(str(next(chain.numbers)), 5350, seller, at=NOW))
    await chain.gives(today, points=41)
    await chain.gives(late, points=20)
    await chain.gives(seller, points=26)


@pytest.mark.feature("4.13", "4.33", "4.34", "4.37", "5.7", "5.17", "4.32")
async def test_one_receipt_on_every_base_at_two_clouds(chain: Chain) -> None:
    """55.00 of goods, 5.00 off, 4.25 tax: 50 before tax, 55 as if nothing had been taken off, 54 with tax."""
    phone = await chain.customer()
    await chain.sell([FOOD, ("Bowl", 1, 500)], phone, discounts=[("Member saving", 500)], tax=425)
    await chain.gives(phone, points=100, parity=55, taxed=54, food=50, card=1, cash=0)


@pytest.mark.feature("5.7")
async def test_tiers_of_rates_by_goods(chain: Chain) -> None:
    phone = await chain.customer()
    number = await chain.sell([FOOD, LEASH], phone)
    await chain.gives(phone, tiers=165)
    await chain.sell([LEASH], phone, kind="RETURN", original=number)
    await chain.gives(phone, tiers=150)


@pytest.mark.feature("1.9", "1.8")
async def test_any_mix_of_tenders_and_loyalty_money_is_not_money_paid(chain: Chain) -> None:
    phone = await chain.customer()
    await chain.sell([FOOD], phone, paid=[("LOYALTY", 1000), ("VISA ************1111", 2500), ("Cash", 1500)])
    await chain.gives(phone, points=80, parity=40)
    await chain.print(plain("*** KITCHEN ***", "Table 4", "2 x Burger", "No onions"))
    await chain.print(
        plain("PRE-CHECK", "Table 4", "2 x Burger          20.00", "THIS IS NOT A RECEIPT", "TOTAL   20.00")
    )
    await chain.settled()
    await chain.gives(phone, points=80)


@pytest.mark.feature("1.2", "1.1", "1.14")
async def test_cashback_by_goods_store_and_hour_of_the_receipts_own_time(chain: Chain) -> None:
    """Printed in the happy hour of yesterday and only sent today: it counts as if it had been sent then."""
    inside, outside, other = [await chain.customer() for _ in range(3)]
    await chain.sell([TOY, LEASH], inside, at=HAPPY_HOUR)
    await chain.sell([TOY], outside, at=HAPPY_HOUR.replace(hour=11))
    number = await chain.sell([LEASH], other, at=HAPPY_HOUR)
    await chain.gives(inside, cash=104)
    await chain.gives(outside, cash=0, points=20)
    why = (await chain.read(number))["not_awarded"]["cash"]
    assert why == "nothing on it is 10:00-11:00 in north on chew toy"
    items = (await chain.one.ledger())["entries"][-1]["detail"]["items"]
    assert {"Leash", "Chew toy"} >= {item["text"] for item in items} != set()


@pytest.mark.feature("0.20")
async def test_names_that_mean_nobody(chain: Chain) -> None:
    number = await chain.sell([LEASH], "555-0199", name="No Name")
    shown = await chain.read(number)
    assert shown["awards"] == []
    assert "names no customer" in shown["not_awarded"]["points"]


@pytest.mark.feature("3.2")
async def test_a_channel_by_a_word_on_the_receipt(chain: Chain) -> None:
    phone = await chain.customer()
    await chain.sell([FOOD, ("DRIVE THRU", 1, 0)], phone)
    await chain.gives(phone, drive=50)
    await chain.sell([FOOD], phone)
    await chain.gives(phone, points=200, drive=50)


@pytest.mark.feature("4.11", "4.12", "4.20", "4.29", "4.30", "4.31")
async def test_a_frequent_buyer_card_from_the_first_punch_to_a_return(chain: Chain) -> None:
    phone = await chain.customer()
    await chain.sell([("Dog food 25lb", 2, 10000)], phone)
    await chain.gives(phone, card=2)
    (card,) = await chain.act("cards", who=phone)
    assert (card["have"], card["need"], card["free"]) == (2, 3, 0)
    assert [line["text"] for line in card["purchases"]] == ["Dog food 25lb"] * 2
    await chain.sell([FOOD], phone)
    await chain.gives(phone, card=3)
    assert "free_item" in [task["kind"] for task in await chain.box.ask("tasks")]
    await chain.answer("free_item", "Handed out")
    await chain.sell([FOOD, LEASH], phone, discounts=[("FREE ITEM", 5000)])
    await chain.settled()
    await chain.gives(phone, card=3)
    back = await chain.sell([FOOD], phone, kind="RETURN")
    held = [award for award in (await chain.read(back, "return"))["awards"] if award["programme"] == "card"]
    assert [award["state"] for award in held] == ["held"], "nothing comes off unless the cashier confirms"
    await chain.answer("confirm_return", "Take off")
    await chain.gives(phone, card=2)


@pytest.mark.feature("5.8")
async def test_partial_returns_share_out_exactly(chain: Chain) -> None:
    """41 points for 20.99: a third of it comes back, 13 of 13.99; what a correction changed counts, too."""
    phone = await chain.customer()
    number = await chain.sell([TOY], phone)
    await chain.gives(phone, points=41)
    await chain.sell([("Chew toy", 1, 700)], phone, kind="RETURN", original=number)
    await chain.gives(phone, points=41 - 13)


@pytest.mark.feature("5.9")
async def test_a_void_within_the_hold_window_costs_nothing(chain: Chain) -> None:
    phone = await chain.customer()
    number = await chain.sell([FOOD], phone)
    await chain.print(plain("EXAMPLE PETS", f"Receipt #{number}", "*** VOID ***", "TRANSACTION VOIDED"))
    await chain.read(number, "void")
    states = {award["programme"]: award["state"] for award in (await chain.read(number))["awards"] if award["live"]}
    assert "slow" not in states
    await asyncio.sleep(4.5)
    await chain.settled()
    assert await chain.given(phone, "slow") == 0
    await chain.answer("void_after_award", "Take them back")
    await chain.gives(phone, points=0, card=0, slow=0)


@pytest.mark.feature("4.27", "4.25")
async def test_a_longer_receipt_replaces_the_first(chain: Chain) -> None:
    phone = await chain.customer()
    number = await chain.sell([LEASH], phone)
    await chain.gives(phone, points=30)
    await chain.print(paper(number, [LEASH, TOY], phone, at=NOW + timedelta(minutes=2)))
    await until("it is asked", lambda: asked(chain, "possible_duplicate"))
    await chain.answer("possible_duplicate", "Replace")
    await chain.gives(phone, points=71)


async def asked(chain: Chain, kind: str) -> bool:
    return kind in [task["kind"] for task in await chain.box.ask("tasks")]


@pytest.mark.feature("4.17", "5.4", "4.35", "4.36")
async def test_attached_late_moved_and_corrected_after_it_was_sent(chain: Chain) -> None:
    wrong, right = await chain.customer(), await chain.customer()
    number = await chain.sell([LEASH])
    shown = await chain.read(number)
    await chain.act("attach", receipt=shown["id"], who=wrong)
    await chain.gives(wrong, points=30, parity=15)
    await chain.act("move", receipt=shown["id"], who=right)
    await chain.gives(wrong, points=0, parity=0)
    await chain.gives(right, points=30, parity=15)
    await chain.act("correct", receipt=shown["id"], programme="points", points=25, reason="a coupon was missing")
    await chain.gives(right, points=25)
    assert (await chain.read(number))["points"]["points"] == 25


@pytest.mark.feature("5.11")
async def test_a_claim_code_is_only_address_and_code_and_gives_the_receipt_once(chain: Chain) -> None:
    phone, other = await chain.customer(), await chain.customer()
    number = await chain.sell([LEASH])
    receipt = (await chain.read(number))["id"]
    text = await chain.act("claim_text", receipt=receipt)
    assert text.startswith("https://claim.example/?c=")
    assert len(text.removeprefix("https://claim.example/?c=")) == 36
    await chain.act("claim", code=text, who=phone)
    await chain.gives(phone, points=30)
    with pytest.raises(AssertionError, match="used before"):
        await chain.act("claim", code=text, who=other)


@pytest.mark.feature("5.19", "5.20", "4.14")
async def test_what_if_and_why_not_for_every_programme(chain: Chain) -> None:
    await chain.settled()
    before = [(await cloud.ledger())["entries"] for cloud in (chain.one, chain.two)]
    number = await chain.sell([LEASH])
    lines = {line["programme"]: line for line in await chain.act("what_if", receipt=(await chain.read(number))["id"])}
    assert (lines["points"]["points"], lines["parity"]["points"]) == (30, 15)
    assert lines["card"]["why"] == "nothing on it is on the frequent-buyer list"
    assert "names no customer" in lines["points"]["needs_customer"]
    await chain.settled()
    assert [(await cloud.ledger())["entries"] for cloud in (chain.one, chain.two)] == before


@pytest.mark.feature("5.22")
async def test_what_looks_odd_is_flagged_and_nothing_is_blocked(chain: Chain) -> None:
    for cloud in (chain.one, chain.two):
        await cloud.sign_up("+14155550190")
    busy = await chain.customer()
    await chain.sell([LEASH], "4155550190")
    for _ in range(4):
        await chain.sell([LEASH], busy)
    await chain.gives("4155550190", points=30)
    await chain.gives(busy, points=120)
    flags = await chain.box.ask("flags")
    assert {flag["kind"] for flag in flags} == {"staff_phone", "many_receipts"}
    assert busy not in str(flags)


@pytest.mark.feature("5.1", "1.4", "2.17", "3.14")
async def test_a_reward_is_proven_by_the_receipt(chain: Chain) -> None:
    phone = await chain.customer()
    await chain.sell([FOOD], phone)
    await chain.gives(phone, points=100)
    await chain.act("find", who=phone)
    await chain.act("reserve", register="till-1", provider="one", code="FIVE")
    await chain.sell([FOOD], phone, discounts=[("REWARD 5", 500)])

    async def redeemed() -> bool:
        (newest, *_) = await chain.box.ask("redemptions")
        return bool(newest["state"] == "redeemed")

    await until("the cloud has redeemed it", redeemed)
    assert [one["state"] for one in (await chain.one.ledger())["reserved"]] == ["redeemed"]


@pytest.mark.feature("5.21")
async def test_a_customer_is_forgotten(chain: Chain) -> None:
    phone = await chain.customer()
    number = await chain.sell([FOOD], phone)
    await chain.gives(phone, points=100)
    await chain.settled()
    said = await chain.box.command("forget", f"({phone[:3]}) {phone[3:6]}-{phone[6:]}", "--yes")
    assert "starred at 1 places" in said
    state = chain.box.folder / "state"
    kept = b"".join(path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert phone.encode() not in kept
    assert (await chain.read(number))["points"]["points"] == 100, "the books stay"
    await chain.sell([FOOD], phone)
    await chain.gives(phone, points=200)


async def test_points_given_in_a_period_and_what_they_cost(chain: Chain) -> None:
    phone = await chain.customer()
    await chain.sell([FOOD], phone)
    await chain.gives(phone, points=100)
    await chain.settled()
    table = await chain.box.command("points", "--csv")
    lines = {line.split(",")[0]: line.split(",") for line in table.splitlines()[1:]}
    net, cost = int(lines["points"][9]), int(lines["points"][-1])
    book = sum(entry["points"] for entry in (await chain.one.ledger())["entries"] if entry["programme"] == "points")
    assert net > 0
    assert cost == net + int(lines["points"][-2]), "a cent each, and what rewards took off"
    assert net <= book


async def test_the_day_is_printed_on_the_stores_own_printer(chain: Chain) -> None:
    before = chain.printer.cuts
    said = await chain.box.command("day", "--print")
    assert "printed on till-1" in said
    slip = bytes(chain.printer.printed).rpartition(b"tillpost slip\n")[2]
    assert b"Receipts read" in slip
    assert chain.printer.cuts == before + 1
    rows = await chain.box.ask("receipts", limit=500)
    await chain.sell([LEASH])
    assert len(await chain.box.ask("receipts", limit=500)) == len(rows) + 1, "our own slip is no receipt"


@pytest.mark.feature("5.18")
async def test_a_new_programme_is_given_the_receipts_since_a_day(chain: Chain) -> None:
    """Last in this file: the settings change and the box starts anew."""
    phone = await chain.customer()
    await chain.sell([FOOD], phone)
    await chain.gives(phone, points=100)
    await chain.box.stop()
    file = chain.box.file
    file.write_text(file.read_text() + '\n[programmes.fresh]\nprovider = "two"\n')
    await chain.box.start()
    since = str(YESTERDAY.date() - timedelta(days=1))
    dry = await chain.box.command("replay", "--to", "fresh", "--since", since)
    assert "would be given: add --apply" in dry
    assert await chain.given(phone, "fresh") == 0
    done = await chain.box.command("replay", "--to", "fresh", "--since", since, "--apply")
    assert "are in the queue now" in done
    await chain.gives(phone, fresh=50)
    again = await chain.box.command("replay", "--to", "fresh", "--since", since, "--apply")
    assert "0 awards" in again

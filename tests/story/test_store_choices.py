"""What a store may choose, through the whole box: slips behind the sale, a look before it goes, rewards, its day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from agent.dialects import DialectName, DialectState, read_job
from agent.print_events import Barcode, Text
from tests.story import chain as chains
from tests.story.box import until
from tests.story.chain import NOW, TODAY, Chain
from tests.story.papers import paper, plain

LEASH = ("Leash", 1, 1500)
CHOICES = """
[store]
id = "north"
name = "Example Pets"
timezone = "UTC"
claim_url = "https://claim.example/?c="
customer_slip = "all"
closing_slip = "till-1"
[page]
listen = ""
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
printer = "{printer}"
quiet_s = 2
[providers.one]
kind = "plain_http"
base_url = "{one}"
token = "{token}"
calls_per_second = 100
speaks = ["rewards"]
[providers.two]
kind = "plain_http"
base_url = "{two}"
token = "{token}"
calls_per_second = 100
speaks = ["rewards"]
[programmes.points]
provider = "one"
[programmes.careful]
provider = "two"
checkout = "confirm"
redeem = "never"
"""


@pytest.fixture(scope="module")
async def chain(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chain]:
    async with chains.opened(tmp_path_factory.mktemp("choices"), CHOICES) as running:
        yield running


def our_slips(chain: Chain) -> list[bytes]:
    return bytes(chain.printer.printed).split(b"tillpost slip\n")[1:]


@pytest.mark.feature("5.10")
async def test_a_slip_behind_the_sale_says_what_it_earned_or_how_to_claim_it(chain: Chain) -> None:
    """Each is a job of its own: every byte of the till's stands as it came, in one piece."""
    phone = await chain.customer()
    number = str(next(chain.numbers))
    job = paper(number, [LEASH], phone, at=NOW)
    await chain.print(job)
    await until("the first slip is printed", lambda: len(our_slips(chain)) == 1)
    assert b"You have earned:\n+15 points, points\n" in our_slips(chain)[0]
    assert job in bytes(chain.printer.printed)

    unnamed = await chain.sell([LEASH])
    await until("the second slip is printed", lambda: len(our_slips(chain)) == 2)
    receipt = (await chain.read(unnamed))["id"]
    events, _ = read_job(our_slips(chain)[1], DialectState(), DialectName.ESCPOS)
    (code,) = [event.data for event in events if isinstance(event, Barcode)]
    assert code == await chain.act("claim_text", receipt=receipt)
    assert any("Scan this" in event.text for event in events if isinstance(event, Text))
    await chain.settled()
    assert len(await chain.box.ask("receipts", limit=50)) == 2, "the box does not read its own slips"


@pytest.mark.feature("4.19")
async def test_a_look_before_it_is_sent(chain: Chain) -> None:
    phone, other = await chain.customer(), await chain.customer()
    await chain.sell([LEASH], phone)
    await chain.gives(phone, points=15)
    assert await chain.given(phone, "careful") == 0
    await chain.answer("check_out", "Send")
    await chain.gives(phone, careful=15)
    await chain.sell([LEASH], other)
    await chain.gives(other, points=15)
    await chain.answer("check_out", "Do not send")
    await chain.settled()
    assert await chain.given(other, "careful") == 0


@pytest.mark.feature("1.15")
async def test_rewards_on_request_or_never(chain: Chain) -> None:
    phone = str(next(chain.phones))
    for cloud in (chain.one, chain.two):
        await cloud.sign_up(f"+1{phone}", points=100)
    await chain.act("find", who=phone)
    await chain.act("reserve", register="till-1", provider="one", code="FIVE")
    await chain.act("find", who=phone)
    with pytest.raises(AssertionError, match="not redeemed at this till"):
        await chain.act("reserve", register="till-1", provider="two", code="FIVE")
    (open_one,) = await chain.box.ask("redemptions", only_open="yes")
    await chain.act("give_back", redemption=open_one["id"])
    await chain.settled()
    assert [one["state"] for one in (await chain.one.ledger())["reserved"]] == ["released"]


@pytest.mark.feature("5.24")
async def test_the_business_day_is_the_shops_and_not_the_calendars(chain: Chain) -> None:
    """Printed at 03:30 it is still the day before."""
    early = NOW.replace(hour=3, minute=30) if NOW.hour >= 4 else NOW.replace(hour=3, minute=30) - timedelta(days=1)
    night, late = await chain.sell([LEASH], at=early), await chain.sell([LEASH])
    assert (await chain.read(night))["business_day"] == str(early.date() - timedelta(days=1))
    assert (await chain.read(late))["business_day"] == str(TODAY)


@pytest.mark.feature("5.6")
async def test_a_receipt_that_does_not_add_up_is_held_and_never_guessed(chain: Chain) -> None:
    phone, number = await chain.customer(), str(next(chain.numbers))
    wrong = paper(number, [LEASH], phone, at=NOW).replace(b"TOTAL" + b"15.00".rjust(37), b"TOTAL" + b"16.00".rjust(37))
    await chain.print(wrong)
    shown = await chain.read(number)
    assert shown["state"] == "held"
    assert shown["reason"]
    assert shown["awards"] == []
    await chain.print(plain("EXAMPLE PETS", "SALE", f"Customer phone: {phone}", "thank you"))
    await chain.settled()
    assert await chain.given(phone, "points") == 0


@pytest.mark.feature("5.3")
async def test_a_slip_waits_for_the_tills_job_and_never_falls_into_it(chain: Chain) -> None:
    """The till stops in the middle of a receipt; the owner asks for the day's slip at that very moment."""
    job = paper(str(next(chain.numbers)), [LEASH], at=NOW)
    host, _, port = chain.till.address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    before = len(our_slips(chain))
    writer.write(job[:150])
    await writer.drain()
    await until("the first half is printed", lambda: job[:150] in bytes(chain.printer.printed))
    asked = asyncio.create_task(chain.box.command("day", "--print"), name="the owner")
    await asyncio.sleep(1.5)
    assert len(our_slips(chain)) == before, "it waits"
    writer.write(job[150:])
    writer.write_eof()
    await reader.read()
    writer.close()
    assert "printed on till-1" in await asked
    assert job in bytes(chain.printer.printed), "in one piece"
    assert any(b"Receipts read" in slip for slip in our_slips(chain)[before:])

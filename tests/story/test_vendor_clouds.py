"""The whole box before each vendor's sandbox cloud: a print job goes in, the cloud's own ledger comes out."""

import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.sandboxes.astro import AstroCloud
from agent.sandboxes.cloud import SandboxCloud
from agent.sandboxes.misbehaviour import Call as Door
from agent.sandboxes.misbehaviour import Fault
from agent.sandboxes.registry import SANDBOXES
from agent.sandboxes.sessionm import SessionmCloud
from tests.fleet.mosquitto import free_port
from tests.story.box import Box, until
from tests.story.slips import COLUMNS, CUT_AND_KICK, START, Slip
from tests.story.till import NetworkTill

PHONE = "4155550101"
LANE = """
[store]
timezone = "UTC"
{store}
[lanes.till-1]
tap = "raw_tcp"
listen = "{listen}"
quiet_s = 2
"""
GOODS = (("Dry dog food 12kg", 5499), ("Cat litter 10L", 1299), ("Chew toy, rope", 799))


@dataclass(frozen=True, slots=True)
class Shop:
    box: Box
    cloud: SandboxCloud
    till: NetworkTill

    async def print(self, *lines: str) -> None:
        body = "\n".join(lines).encode("cp437")
        await self.till.print(Slip("", "", "", 0, 0, 0, datetime.now(UTC), START + body + CUT_AND_KICK))

    async def booked(self, count: int) -> list[Any]:
        """The cloud's entries, once there are so many."""

        async def there() -> bool:
            return len(self.cloud.book.entries) >= count

        await until(f"{count} entries at the {self.cloud.vendor} sandbox", there)
        return list(self.cloud.book.entries.values())

    async def told(self, kind: str) -> dict[str, Any]:
        """The open task of this kind, once there is one."""
        found = list[dict[str, Any]]()

        async def there() -> bool:
            found[:] = [task for task in await self.box.ask("tasks") if task["kind"] == kind]
            return bool(found)

        await until(f"a task {kind}", there)
        return found[0]


@asynccontextmanager
async def opened(folder: Path, vendor: str, programmes: str, *, store: str = "", more: str = "") -> AsyncIterator[Shop]:
    """`more`: lines behind those the sandbox prints for [providers.club]."""
    async with SANDBOXES[vendor]() as cloud:
        cloud.book.sign_up(phone=f"+1{PHONE}", first_name="Dana", last_name="Sample", email="dana@example.com")
        listen = f"127.0.0.1:{free_port()}"
        club = f"[providers.club]\n{more}\n{cloud.settings()}\n"
        async with Box(folder, LANE.format(listen=listen, store=store) + club + programmes) as box:
            yield Shop(box, cloud, NetworkTill(listen))


def columns(left: str, amount: int) -> str:
    return left + f"{amount / 100:,.2f}".rjust(COLUMNS - len(left))


def head(kind: str, number: str, *customer: str) -> list[str]:
    now = datetime.now(UTC)
    return ["EXAMPLE PETS", f"Receipt #{number}      Register 2", f"{now:%m/%d/%Y %H:%M}", kind, *customer]


def sale(
    number: str, *goods: tuple[str, int], coupon: int = 0, customer: str = f"Customer phone: {PHONE}"
) -> list[str]:
    net = sum(price for _, price in goods) - coupon
    tax = (net * 85 + 500) // 1000
    lines = [*head("SALE", number, *filter(None, [customer])), *(columns(text, price) for text, price in goods)]
    lines += [columns("Coupon", -coupon)] if coupon else []
    lines += [columns("Subtotal", net), columns("Sales tax 8.5%", tax), columns("TOTAL", net + tax)]
    given = -(-(net + tax) // 2000) * 2000
    return [*lines, columns("Cash", given), columns("Change", given - net - tax)]


def back(number: str, of: str, *goods: tuple[str, int]) -> list[str]:
    net = sum(price for _, price in goods)
    tax = (net * 85 + 500) // 1000
    lines = [*head("RETURN", number), f"Original receipt: {of}", *(columns(text, -price) for text, price in goods)]
    lines += [columns("Subtotal", -net), columns("Sales tax 8.5%", -tax), columns("TOTAL", -net - tax)]
    return [*lines, columns("CASH REFUND", -net - tax)]


POINTS = '[programmes.points]\nprovider = "club"\n'


@pytest.mark.feature("3.1", "3.2", "3.5", "3.11", "3.17", "3.19", "3.20", "3.21", "4.28")
async def test_sessionm_gets_the_itemised_sale_and_the_changed_one_after_a_return(tmp_path: Path) -> None:
    async with opened(tmp_path, "sessionm", POINTS, more='channels = {2 = "GROOMING"}') as shop:
        cloud = shop.cloud
        assert isinstance(cloud, SessionmCloud)
        await shop.print(*sale("5001", *GOODS, coupon=500))
        await shop.booked(1)
        ((number, made),) = cloud.transactions.items()
        assert number.split("-")[1:4] == ["2", f"{datetime.now(UTC):%Y%m%d}", "5001"]
        assert made["channel"] == "GROOMING"
        assert [item["subtotal"] for item in made["items"]] == [54.99, 12.99, 7.99]
        assert [one["amount"] for one in made["discounts"]] == [5.0]
        assert (made["subtotal"], made["tax_total"]) == (70.97, 6.03)
        assert {item["tax_included"] for item in made["items"]} == {0}
        assert [(one["type"], one["amount"], one["user_id"]) for one in made["payments"]] == [("CASH", 77.0, "m1")]

        await shop.print(*back("5002", "5001", GOODS[2]))
        await shop.booked(2)
        changed = cloud.transactions[number]
        assert changed["modified_time"] > made["modified_time"]
        assert [item["subtotal"] for item in changed["items"]] == [54.99, 12.99]
        assert min(one["amount"] for one in changed["payments"]) > 0
        assert cloud.book.points(phone=f"+1{PHONE}") == int(changed["subtotal"])
        assert list(cloud.book.calls).count("POST /api/2.0/lookup") == 1  # one for the whole visit


@pytest.mark.feature("3.12", "3.16", "5.11", "3.8")
async def test_a_receipt_of_nobody_goes_out_with_a_code_that_claims_it(tmp_path: Path) -> None:
    """Every receipt is kept; who scans the code later is its customer."""
    anonymous = POINTS + "send_anonymous = true\n"
    async with opened(tmp_path, "sessionm", anonymous, more='tax_mode = "item"') as shop:
        cloud = shop.cloud
        assert isinstance(cloud, SessionmCloud)
        await shop.print(*sale("5001", *GOODS, customer=""))
        await shop.booked(1)
        ((code, number),) = cloud.unclaimed.items()
        assert cloud.transactions[number]["receipt_code"] == code
        assert "user_id" not in cloud.transactions[number]["payments"][0]
        made = cloud.transactions[number]
        taxes = [item["tax_included"] for item in made["items"]]
        assert (round(sum(taxes), 2), made["tax_total"]) == (6.46, 0)
        assert min(taxes) > 0


@pytest.mark.feature("1.1", "1.2", "1.3", "1.5", "1.8", "1.9", "1.10", "1.12", "1.14")
async def test_crm_com_gets_a_purchase_a_closed_basket_and_its_offers_decide(tmp_path: Path) -> None:
    async with opened(tmp_path, "crm_com-b", POINTS) as shop:
        shop.cloud.book.sign_up(phone="+14155550199", first_name="Somebody else")
        shop.cloud.misbehaviour.order(Fault.IGNORE_FILTER, call=Door.MEMBERS, left=None)
        kitchen = [*head("KITCHEN ORDER", "5001"), "1 x Dry dog food 12kg"]
        await shop.print(*kitchen)
        await shop.print(*sale("5001", *GOODS))
        (entry,) = await shop.booked(1)
        assert (entry.member, entry.amount) == ("m1", sum(price for _, price in GOODS))
        texts = [(line["code"], line["description"]) for line in entry.detail["items"]]
        assert texts == [("DEFAULT_PRODUCT", text) for text, _ in GOODS]
        (row,) = [row for row in await shop.box.ask("receipts") if row["kind"] == "sale"]
        (award,) = row["awards"]
        assert (award["state"], award["remote_id"]) == ("delivered", "p1")


@pytest.mark.feature("2.1", "2.2", "2.5", "2.13", "4.5", "4.8")
async def test_tapmango_finds_the_person_by_phone_or_email_and_never_pays_twice(tmp_path: Path) -> None:
    async with opened(tmp_path, "tapmango", POINTS, more="timeout_s = 5") as shop:
        await shop.print(*sale("5001", GOODS[0]))
        await shop.booked(1)
        await shop.print(*sale("5002", GOODS[1], customer="Customer email: dana@example.com"))
        entries = await shop.booked(2)
        assert [(entry.member, entry.amount) for entry in entries] == [("m1", 5499), ("m1", 1299)]
        assert "it lets us in (1 locations)" in " ".join((await shop.box.command("doctor")).split())


@pytest.mark.feature("4.1", "4.4", "4.9", "4.10", "4.11", "4.12", "4.13", "4.32", "5.17")
async def test_astro_gets_dollars_and_purchases_from_one_receipt(tmp_path: Path) -> None:
    """Two programmes at one cloud: each award that takes a call of its own is a fact of its own."""
    cards = '[programmes.cards]\nprovider = "club"\nrule = "frequent_buyer"\neligible = {skus = ["0064992"]}\n'
    async with opened(tmp_path, "astro", POINTS + cards) as shop:
        cloud = shop.cloud
        assert isinstance(cloud, AstroCloud)
        assert "is 0064992" in await shop.box.command("catalogue", "map", "Dry dog food 12kg", "0064992")
        cloud.misbehaviour.order(Fault.EXPIRED_TOKEN)
        await shop.print(*sale("5001", GOODS[0], GOODS[0], GOODS[2]))
        await shop.booked(3)
        bought = cloud.bought["m1"]
        assert [row["item_code"] for row in bought] == ["0064992", "0064992"]
        assert len({row["imported_transaction_id"] for row in bought}) == 2
        assert cloud.book.points(phone=f"+1{PHONE}") == (2 * 5499 + 799) // 100
        assert list(cloud.linked.values()) == ["m1"]


@pytest.mark.feature("5.26", "0.12", "0.18")
async def test_fivestars_has_no_interface_so_the_list_is_keyed_in_and_ticked(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    settings = LANE.format(listen=listen, store="") + '[providers.club]\nkind = "fivestars"\n' + POINTS
    async with Box(tmp_path, settings) as box, SANDBOXES["plain_http"]() as unused:
        shop = Shop(box, unused, NetworkTill(listen))
        await shop.print(*sale("5001", ("Amp", 1999)))
        await shop.print(*sale("5002", ("Cable", 2999)))
        task = await shop.told("hand_over")
        assert task["role"] == "cashier"

        async def listed() -> bool:
            return len(await box.ask("handover_list")) == 2

        await until("both awards are on the list", listed)
        file = tmp_path / "today.csv"
        await box.command("hand-over", "--csv", str(file))
        rows = list(csv.DictReader(file.read_text().splitlines()))
        assert [(row["receipt"], row["points"], row["phone"]) for row in rows] == [
            ("5001", "+19", f"+1{PHONE}"),
            ("5002", "+29", f"+1{PHONE}"),
        ]
        assert "1 awards are ticked" in await box.command("hand-over", "--done", rows[0]["award"])
        assert "1 awards are ticked" in await box.command("hand-over", "--all-done")
        assert await box.ask("handover_list") == []
        assert [task["kind"] for task in await box.ask("tasks")] == []
        states = [award["state"] for row in await box.ask("receipts") for award in row["awards"]]
        assert states == ["delivered", "delivered"]

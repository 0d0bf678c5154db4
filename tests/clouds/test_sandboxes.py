"""Every vendor's sandbox: the lines it prints are settings that work against it, and its page shows what came of it."""

import tomllib

import httpx
import pytest
from pydantic import TypeAdapter

from agent.clock import SystemClock
from agent.providers import Done, Member
from agent.providers.registry import PROVIDERS, connect
from agent.sandboxes.registry import SANDBOXES
from agent.settings import ProviderSettings
from agent.settings.clouds import CloudSettings
from tests.providers.conformance.facts import PHONE, fact

SETTINGS: TypeAdapter[ProviderSettings] = TypeAdapter(CloudSettings)


def test_every_adapter_has_one() -> None:
    assert {name.split("-")[0] for name in SANDBOXES} == set(PROVIDERS)


@pytest.mark.parametrize("vendor", SANDBOXES)
async def test_the_lines_it_prints_work_and_its_page_shows_the_award(vendor: str) -> None:
    async with SANDBOXES[vendor]() as cloud, httpx.AsyncClient(base_url=cloud.control_url, trust_env=False) as page:
        form = {"phone": PHONE, "first_name": "Dana", "last_name": "Sample", "points": "7"}
        assert (await page.post("/page/member", data=form)).status_code == 303
        section = tomllib.loads(f"[providers.club]\n{cloud.settings()}")["providers"]["club"]
        provider = connect("club", SETTINGS.validate_python(section), SystemClock())
        try:
            assert isinstance(await provider.check(), Done)
            assert isinstance(await provider.find_member({"phone": PHONE}), Member)
            (answer,) = await provider.award([fact(1, 149)])
            assert isinstance(answer, Done)
        finally:
            await provider.close()
        shown = (await page.get("/ledger")).text
        assert "Dana Sample" in shown
        assert ">156<" in shown
        levers = (await page.get("/")).text
        assert cloud.url in levers
        assert "tillpost.toml" in levers


async def test_the_levers_do_what_they_say() -> None:
    async with SANDBOXES["tapmango"]() as cloud, httpx.AsyncClient(base_url=cloud.control_url, trust_env=False) as page:
        await page.post("/page/member", data={"phone": PHONE, "first_name": "<script>alert(1)</script>"})
        await page.post("/page/check-in", data={"member": "m1"})
        assert cloud.book.checked_in == ["m1"]
        assert "<script>" not in (await page.get("/ledger")).text
        await page.post("/page/misbehave", data={"fault": "error_after", "call": "facts", "next": "3"})
        await page.post("/page/misbehave", data={"fault": "garbage", "call": "members", "percent": "25"})
        assert [(order.left, order.share) for order in cloud.misbehaviour.orders] == [(3, 1.0), (None, 0.25)]
        assert "3 left" in (await page.get("/ledger")).text
        await page.post("/page/behave")
        assert cloud.misbehaviour.orders == []
        await page.post("/page/away")
        async with httpx.AsyncClient(base_url=cloud.url, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get("/Locations")
        assert "Come back" in (await page.get("/")).text
        await page.post("/page/away")
        async with httpx.AsyncClient(base_url=cloud.url, trust_env=False) as client:
            assert (await client.get("/Locations")).status_code == 401

"""Fivestars: nothing is sent until a partner's calls stand in the settings, and then exactly those."""

from typing import Any

import pytest
from pydantic import ValidationError

from agent.clock import SystemClock
from agent.providers import AlreadyDone, Code, Done, Member, Refused, Unknown
from agent.providers.registry import connect
from agent.providers.templates import NothingThere, filled, filled_path
from agent.sandboxes.misbehaviour import Fault
from agent.settings.clouds import FivestarsSettings
from tests.providers.conformance.facts import PHONE, fact
from tests.providers.vendor import bought, counter, line

ONE = line("Amp", 1999)


async def test_off_by_default_everything_is_by_hand() -> None:
    provider = connect("fs", FivestarsSettings(), SystemClock())
    assert provider.idempotency == {}
    assert isinstance(await provider.check(), Done)
    for verb in (provider.award, provider.take_back, provider.void, provider.redeem):
        (answer,) = await verb([fact(1)])
        assert isinstance(answer, Refused)
        assert answer.code == Code.NO_SUCH_CALL
    await provider.close()


async def test_the_partners_own_call() -> None:
    async with counter("fivestars") as here:
        (answer,) = await here.provider.award([bought(1, ONE) | {"points": 1}])
        assert isinstance(answer, Done)
        (body,) = here.bodies("/points")
        assert (body["phone"], body["points"]) == ("14155550188", 1)
        found = await here.provider.find_member({"phone": PHONE})
        assert isinstance(found, Member)
        assert (found.id, found.phone_last4) == ("m1", "0188")


async def test_what_the_template_needs_and_the_fact_lacks_is_by_hand() -> None:
    async with counter("fivestars") as here:
        (answer,) = await here.provider.award([bought(1, ONE, customer={"email": "dana@example.com"})])
        assert isinstance(answer, Refused)
        assert answer.code == Code.NO_SUCH_CALL
        assert "customer.phone" in answer.why
        (back,) = await here.provider.take_back([bought(2, line("Amp", -1999))])
        assert isinstance(back, Refused)
        assert here.bodies("/points") == []


async def test_only_what_the_settings_call_done_is_done() -> None:
    async with counter("fivestars", award={"path": "/points", "body": {"phone": "{customer.phone|digits}",
            "points": "{points}", "ref": "{reference}"}, "done": {"status": "booked"}}) as here:  # fmt: skip
        (answer,) = await here.provider.award([fact(1)])
        assert isinstance(answer, Unknown)
    async with counter("fivestars") as here:
        here.cloud.misbehaviour.order(Fault.GARBAGE)
        (lost,) = await here.provider.award([fact(1)])
        assert isinstance(lost, Unknown)
        assert isinstance(await here.provider.read_back(fact(1)), AlreadyDone)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{points}", 11),
        ("{base|money}", 11.0),
        ("{customer.phone|national}", "4155550188"),
        ("{store|lower}-{points}", "store-11"),
        ({"a": ["{points}", 7, True]}, {"a": [11, 7, True]}),
        ("{receipt.tenders.0.0}", "VISA"),
        ("no placeholder", "no placeholder"),
    ],
)
def test_templates(template: Any, expected: Any) -> None:
    assert filled(template, {**fact(1), "country_code": "1"}) == expected


def test_a_value_cannot_leave_its_part_of_the_path() -> None:
    assert filled_path("/m/{customer.card}/points", {"customer": {"card": "../../x?y#z"}}) == (
        "/m/..%2F..%2Fx%3Fy%23z/points"
    )
    with pytest.raises(NothingThere, match=r"customer\.card"):
        filled_path("/m/{customer.card}", fact(1))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"enabled": True}, "enabled needs 'base_url' and an 'award' call"),
        ({"award": {"path": "/p"}}, "award.done is needed"),
        ({"idempotency": "R"}, "needs a 'read_back' call"),
        ({"award": {"path": "/{customer.phone|digit}", "done": {"a": "b"}}}, "is no template"),
        ({"award": {"path": "/{customer", "done": {"a": "b"}}}, "is no template"),
        ({"award": {"pth": "/", "done": {"a": "b"}}}, "pth"),
    ],
)
def test_settings_that_cannot_work(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        FivestarsSettings.model_validate(fields)

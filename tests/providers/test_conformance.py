"""Every adapter against its sandbox cloud, by the one suite in conformance.py."""

import pytest

from agent.providers.registry import PROVIDERS
from tests.providers.conformance import CHECKS, NEED_LITTLE_PATIENCE, Check
from tests.providers.conformance.facts import OTHER_PHONE, PHONE
from tests.providers.pairs import IMPATIENT_S, PAIRS, PATIENT_S


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", PAIRS)
async def test_conformance(name: str, check: Check) -> None:
    async with PAIRS[name](IMPATIENT_S if check in NEED_LITTLE_PATIENCE else PATIENT_S) as pair:
        pair.cloud.book.sign_up(phone=PHONE)
        pair.cloud.book.sign_up(phone=OTHER_PHONE)
        await check(pair)


def test_every_adapter_has_a_sandbox() -> None:
    assert set(PROVIDERS) == {name.split(",")[0] for name in PAIRS}

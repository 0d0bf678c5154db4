"""The doctor knocks at each cloud with its real credentials, and says what came back."""

import pytest

from agent.commands.doctor import answer_in_words, checked
from agent.providers import Done, Later, Refused
from agent.sandboxes.tapmango import KEY, TapmangoCloud
from agent.settings.clouds import TapmangoSettings


async def test_good_and_bad_credentials_and_nobody_there() -> None:
    async with TapmangoCloud() as cloud:
        good = TapmangoSettings(base_url=cloud.url, api_key=KEY)
        assert isinstance(await checked("club", good), Done)
        bad = await checked("club", good.model_copy(update={"api_key": "old"}))
        assert isinstance(bad, Refused)
        found = answer_in_words("cloud club", bad)
        assert (found.verdict, found.part) == ("bad", "cloud club")
        assert "credentials" in found.todo
        address = cloud.url
    away = await checked("club", TapmangoSettings(base_url=address, api_key=KEY))
    assert isinstance(away, Later)
    assert answer_in_words("cloud club", away).verdict == "look"


@pytest.mark.parametrize("url", ["http://cloud:port"])
async def test_an_address_that_is_none(url: str) -> None:
    answer = await checked("club", TapmangoSettings(base_url=url))
    assert answer_in_words("cloud club", answer).verdict == "bad"

"""docs/clouds.md tells the truth: every setting with its default stands in it, and its examples are settings."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent.providers.registry import PROVIDERS, connect
from agent.settings import Settings
from agent.settings.clouds import (
    AstroSettings,
    CrmComSettings,
    FivestarsSettings,
    ProviderSettings,
    SessionmSettings,
    TapmangoSettings,
)
from agent.settings.clouds.fivestars import HttpCall
from agent.settings.describing import in_words
from tests.hand_clock import HandClock

PAGE = (Path(__file__).parents[2] / "docs" / "clouds.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
SECTIONS: dict[str, type[BaseModel]] = {
    "What holds for every cloud": ProviderSettings,
    "sessionm": SessionmSettings,
    "crm_com": CrmComSettings,
    "tapmango": TapmangoSettings,
    "astro": AstroSettings,
    "fivestars": FivestarsSettings,
}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_setting_stands_there_with_its_default(title: str) -> None:
    everywhere = ProviderSettings.model_fields
    for name, field in SECTIONS[title].model_fields.items():
        shared = name in everywhere and field.default == everywhere[name].default
        if name == "kind" or (shared and title in PROVIDERS):
            continue
        row = re.search(rf"^\| `{name}` \| (.*?) \|", section(title), re.MULTILINE)
        assert row, f"{title}: {name}"
        default = "" if field.is_required() else in_words(field.get_default())
        assert row[1].strip("`") == ("(needed)" if field.is_required() else default), name


def test_every_part_of_a_partners_call_stands_there() -> None:
    for name in HttpCall.model_fields:
        assert f"| `{name}` |" in section("fivestars"), name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: re.findall(r'kind = "(\w+)"', text)[0])
async def test_the_examples_are_settings_that_connect(example: str) -> None:
    settings = Settings(**tomllib.loads(example))
    for name, cloud in settings.providers.items():
        provider = connect(name, cloud, HandClock())
        assert provider.name == name
        await provider.close()


def test_every_kind_is_named() -> None:
    for kind in PROVIDERS:
        assert f"| `{kind}` |" in PAGE

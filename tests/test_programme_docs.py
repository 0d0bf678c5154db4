"""The documents of programmes: every example in docs/programmes.md is a settings file that is taken."""

import re
import tomllib
from pathlib import Path

import pytest

from agent.settings import Settings

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "programmes.md").read_text()
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
CLOUD = {"kind": "plain_http", "base_url": "http://127.0.0.1:1"}
TILL = {"tap": "raw_tcp", "listen": ":9100", "printer": "10.0.0.5:9100"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_taken(example: str) -> None:
    """Lines without a section are those of a programme."""
    written = tomllib.loads(example if example.startswith("[") else f"[programmes.club]\n{example}")
    for programme in written.get("programmes", {}).values():
        programme.setdefault("provider", "club")
    settings = Settings.model_validate(
        {"providers": {"club": CLOUD, "maker": CLOUD}, "lanes": {"till-1": TILL}, **written}
    )
    assert settings.programmes or "store" in written


def test_every_setting_of_a_programme_is_named() -> None:
    fields = set(Settings.model_fields["programmes"].annotation.__args__[1].model_fields)  # type: ignore[union-attr]
    missing = {name for name in fields if not re.search(rf"\b{name}\b", TEXT)}
    assert not missing


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 5

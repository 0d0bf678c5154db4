"""The sandbox command says what is wrong before it starts anything."""

import pytest
from click.testing import CliRunner

from agent.commands.sandbox import sandbox_command


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody",), "'nobody' is not one of"),
        (("astro", "--misbehave", "explode"), "there is no fault 'explode'; there are: slow"),
        (("astro", "--misbehave", "slow@cellar"), "there is no door 'cellar'; there are: facts"),
        (("astro", "--misbehave", "slow=often"), "'often' is no share; 0.1 is every tenth"),
    ],
)
def test_wrong_words(words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(sandbox_command, list(words))
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())

"""Acts: each says whose it is, refuses a body that is not right in words, and stands in the audit under its actor."""

from pathlib import Path

import pytest

from agent.acts import ACTS, Actor, Role
from agent.errors import NotAllowed, TillpostError
from agent.ledger import audit, tasks
from tests.acts.desk import desk

CASHIER, MANAGER = Actor(Role.CASHIER, "7"), Actor(Role.MANAGER, "2")


async def test_a_question_for_the_manager_is_not_the_cashiers(tmp_path: Path) -> None:
    async with desk(tmp_path) as parts:
        at = parts.clock.wall()
        task = await parts.ledger.do(tasks.open, tasks.Role.MANAGER, "note", "x", "Look", "", at, choices={"seen": ""})
        body = {"task": str(task), "choice": "seen"}
        with pytest.raises(NotAllowed, match="for the manager"):
            await ACTS["answer"].does(parts, CASHIER, body)
        assert await ACTS["answer"].does(parts, MANAGER, body) is True
        assert await ACTS["answer"].does(parts, MANAGER, body) is False
        noted = await parts.ledger.do(audit.page)
        assert [(row["who"], row["act"]) for row in noted] == [("manager 2", "answered: seen")]


@pytest.mark.parametrize("name", ACTS)
async def test_an_empty_body_is_refused_in_words(tmp_path: Path, name: str) -> None:
    async with desk(tmp_path) as parts:
        if name == "retry":
            assert await ACTS[name].does(parts, MANAGER, {}) == 0
            return
        with pytest.raises((TillpostError, ValueError, LookupError)):
            await ACTS[name].does(parts, MANAGER, {})


def test_a_managers_pin_lets_a_cashiers_act_pass_and_says_so() -> None:
    assert Actor(Role.MANAGER, "2", for_whom=CASHIER.who).who == "manager 2 for cashier 7"

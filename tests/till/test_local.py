"""Local answers: every answer is JSON, whatever was asked; a wrong question is the asker's, not the agent's."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.ledger import Ledger
from agent.till.local import local_app
from tests.hand_clock import HandClock


async def echo(body: Mapping[str, Any]) -> Any:
    return body["text"]


async def find(_: Mapping[str, Any]) -> Any:
    raise LookupError("there is no award 9")


WRONG = {
    "no such question": ("GET", "/ask/nonsense", ""),
    "no such parameter": ("GET", "/ask/tasks?colour=red", ""),
    "a parameter that is no number": ("GET", "/ask/receipts?limit=many", ""),
    "no such receipt": ("GET", "/ask/receipt?id=7", ""),
    "no such act": ("POST", "/do/nonsense", "{}"),
    "a body that is no JSON": ("POST", "/do/echo", "{"),
    "a body that is no object": ("POST", "/do/echo", "[]"),
    "nothing of that number": ("POST", "/do/find", "{}"),
    "a field is missing": ("POST", "/do/echo", "{}"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_question_is_answered_in_words(tmp_path: Path, wrong: str) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db", HandClock(), 0.1)
    transport = httpx.ASGITransport(local_app(ledger, {"echo": echo, "find": find}))
    method, path, body = WRONG[wrong]
    async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
        answer = await client.request(method, path, content=body)
    await ledger.close()
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]

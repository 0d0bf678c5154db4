"""Local answers: every answer is JSON, whatever was asked; a wrong question is the asker's, not the agent's."""

from pathlib import Path

import httpx
import pytest

from agent.till.local import local_app
from tests.acts.desk import desk

WRONG = {
    "no such question": ("GET", "/ask/nonsense", ""),
    "no such parameter": ("GET", "/ask/tasks?colour=red", ""),
    "a parameter that is no number": ("GET", "/ask/receipts?limit=many", ""),
    "no such receipt": ("GET", "/ask/receipt?id=7", ""),
    "no such act": ("POST", "/do/nonsense", "{}"),
    "a body that is no JSON": ("POST", "/do/answer", "{"),
    "a body that is no object": ("POST", "/do/answer", "[]"),
    "nothing of that number": ("POST", "/do/send_again", '{"award": 9}'),
    "a field is missing": ("POST", "/do/answer", "{}"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_question_is_answered_in_words(tmp_path: Path, wrong: str) -> None:
    async with desk(tmp_path) as parts:
        transport = httpx.ASGITransport(local_app(parts))
        method, path, body = WRONG[wrong]
        async with httpx.AsyncClient(transport=transport, base_url="http://agent") as client:
            answer = await client.request(method, path, content=body)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]

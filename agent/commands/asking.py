"""asking: puts a named question to the running agent, or to the ledger itself when no agent runs; writes nothing."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from agent.clock import SystemClock
from agent.errors import TillpostError
from agent.ledger import Ledger
from agent.ledger.questions import QUESTIONS
from agent.places import Places
from agent.settings import Settings

ANSWER_WITHIN_S = 30.0


def ask(settings: Settings, question: str, **params: str | int) -> Any:
    """The answer to one of `QUESTIONS`; the agent is asked first, because only it may hold the ledger open."""
    try:
        return _over_socket(settings, "GET", f"/ask/{question}", params=params)
    except httpx.ConnectError:
        return asyncio.run(_from_file(settings, question, params))


def act(settings: Settings, name: str, body: Mapping[str, Any]) -> Any:
    """One of the agent's acts; only a running agent acts."""
    try:
        return _over_socket(settings, "POST", f"/do/{name}", json=body)
    except httpx.ConnectError as error:
        raise TillpostError(
            "the agent is not running, so nothing can be changed", hint="Start it: tillpost run (or systemctl start)."
        ) from error


def agent_answers(settings: Settings) -> bool:
    try:
        _over_socket(settings, "GET", "/ask/tasks")
    except (httpx.TransportError, TillpostError):
        return False
    return True


def _over_socket(settings: Settings, method: str, path: str, **request: Any) -> Any:
    socket = Places(settings).agent
    if not socket.is_socket():
        raise httpx.ConnectError(f"no agent listens at {socket}")
    transport = httpx.HTTPTransport(uds=str(socket))
    with httpx.Client(transport=transport, base_url="http://agent", timeout=ANSWER_WITHIN_S) as client:
        try:
            answer = client.request(method, path, **request)
        except httpx.ReadTimeout as error:
            raise TillpostError(
                f"the agent has not answered for {ANSWER_WITHIN_S:g} s",
                hint="It may still be at work: look again later.",
            ) from error
    body = answer.json()
    if answer.status_code == httpx.codes.OK:
        return body
    raise TillpostError(body.get("error", f"the agent answered {answer.status_code}"), hint=body.get("hint") or None)


async def _from_file(settings: Settings, question: str, params: Mapping[str, Any]) -> Any:
    path = Places(settings).ledger
    if not path.exists():
        raise TillpostError(
            f"nothing has been read on this box yet ({path} is not there)", hint="Start the box: tillpost run."
        )
    ledger = Ledger.open(path, SystemClock(), settings.device.ballast_mb)
    try:
        return await ledger.do(QUESTIONS[question], **params)
    finally:
        await ledger.close()

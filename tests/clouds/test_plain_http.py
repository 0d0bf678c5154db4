"""The sandbox itself, as the demo uses it: a process of its own, told what to do and asked for its book over HTTP."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.sandboxes.misbehaviour import Call, Fault, Misbehaviour
from agent.sandboxes.plain_http import TOKEN
from tests.providers.conformance.facts import PHONE, fact


class Process:
    def __init__(self, url: str, control: str) -> None:
        self.cloud = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)
        self.control = httpx.Client(base_url=control, trust_env=False)

    def order(self, what: str, **body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.control.post(f"/control/{what}", json=body).raise_for_status().json()
        return answer

    def send(self, number: int, **changed: Any) -> httpx.Response:
        body = fact(number) | changed
        return self.cloud.post("/v1/facts", json=body, headers={"Idempotency-Key": body["key"].replace(" ", "%20")})

    def ledger(self) -> dict[str, Any]:
        book: dict[str, Any] = self.control.get("/control/ledger").raise_for_status().json()
        return book

    def close(self) -> None:
        self.cloud.close()
        self.control.close()


@pytest.fixture
def sandbox() -> Iterator[Process]:
    command = [sys.executable, "-m", "agent", "sandbox", "plain_http", "--urls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as running:
        assert running.stdout is not None
        process = Process(running.stdout.readline().strip(), running.stdout.readline().strip())
        yield process
        process.close()
        running.terminate()


def test_the_whole_of_it(sandbox: Process) -> None:
    """One process for all: starting it is the slow part."""
    assert sandbox.cloud.get("/v1/check").json() == {"service": "plain-http", "version": 1}
    assert sandbox.send(1).status_code == 404
    assert sandbox.order("members", phone=PHONE) == {"id": "m1"}
    assert sandbox.send(1).status_code == 201
    assert sandbox.send(1).json()["status"] == "already_done"
    assert sandbox.send(1, points=12).json()["code"] == "key_reused"
    (entry,) = sandbox.ledger()["entries"]
    assert (entry["key"], entry["points"], entry["times"], entry["asked"]) == (fact(1)["key"], 11, 1, 4)

    sandbox.order("misbehave", fault="drop_after")
    with pytest.raises(httpx.RemoteProtocolError):
        sandbox.send(2)
    assert sandbox.ledger()["points"] == 23
    assert sandbox.ledger()["misbehaved"] == {"drop_after": 1}

    sandbox.order("keeps", **{"class": "R"})
    assert sandbox.send(2).json()["status"] == "done"
    assert sandbox.ledger()["members"][0]["points"] == 35

    sandbox.order("away", away=True)
    with pytest.raises(httpx.TransportError):
        sandbox.cloud.get("/v1/check")
    with pytest.raises(httpx.ConnectError):
        sandbox.cloud.get("/v1/check")
    assert sandbox.ledger()["points"] == 35
    sandbox.order("away", away=False)
    assert sandbox.cloud.get("/v1/check").status_code == 200

    sandbox.order("misbehave", fault="rate_limit", share=1.0, retry_after="9")
    assert sandbox.send(3).headers["Retry-After"] == "9"
    sandbox.order("behave")
    assert sandbox.send(3).status_code == 201

    sandbox.order("away", seconds=0.05)
    back = httpx.Client(transport=httpx.HTTPTransport(retries=20), base_url=sandbox.cloud.base_url, trust_env=False)
    with back:
        assert back.get("/v1/check").status_code == 401


def test_shares_are_the_same_each_time() -> None:
    def drawn(seed: int) -> list[bool]:
        misbehaviour = Misbehaviour(seed)
        misbehaviour.order(Fault.SLOW, left=None, share=0.3)
        return [misbehaviour.draw(Call.FACTS) is not None for _ in range(200)]

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)
    assert 30 < sum(drawn(7)) < 90


def test_orders_are_used_up_one_after_the_other() -> None:
    misbehaviour = Misbehaviour()
    misbehaviour.order(Fault.REFUSE, left=2)
    misbehaviour.order(Fault.SLOW)
    misbehaviour.order(Fault.GARBAGE, call=Call.READ_BACK)
    drawn = [misbehaviour.draw(Call.FACTS) for _ in range(4)]
    assert [order.fault if order else None for order in drawn] == [Fault.REFUSE, Fault.REFUSE, Fault.SLOW, None]
    assert misbehaviour.draw(Call.CHECK) is None
    assert misbehaviour.draw(Call.READ_BACK) is not None

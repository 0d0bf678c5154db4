"""What plain_http alone promises: envelopes are believed only whole, and the page that documents it tells the truth."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.providers import (
    AlreadyDone,
    Ambiguous,
    Answer,
    Call,
    Done,
    Idempotency,
    Later,
    Member,
    NoMember,
    NotFound,
    Refused,
    Unknown,
)
from agent.providers.http_line import LONGEST_PAUSE_S
from agent.providers.plain_http import STATUSES, PlainHttp
from agent.sandboxes.listener import Listener
from agent.sandboxes.plain_http import PlainHttpCloud
from agent.settings import PlainHttpSettings
from tests.hand_clock import HandClock
from tests.providers.conformance.facts import PHONE, STRANGER, fact

PAGE = (Path(__file__).parents[2] / "docs" / "plain-http.md").read_text()
KEY = fact(1)["key"]


def settings(url: str, **fields: Any) -> PlainHttpSettings:
    return PlainHttpSettings(kind="plain_http", base_url=url, token="sandbox-token", **fields)


@asynccontextmanager
async def cloud_saying(*replies: Response) -> AsyncIterator[tuple[PlainHttp, list[str]]]:
    """An adapter before a server that answers so, call by call, and the paths it was asked."""
    left, asked = list(replies), list[str]()

    async def say(request: Request) -> Response:
        asked.append(f"{request.method} {request.url.path}")
        return left.pop(0)

    routes = [Route("/{path:path}", say, methods=["GET", "POST"])]
    async with Listener(Starlette(routes=routes)) as listener:
        provider = PlainHttp("cloud", settings(f"{listener.url}/loyalty/"), HandClock())
        yield provider, asked
        await provider.close()


async def answered(status: int, body: Any) -> Answer:
    reply = Response(body, status) if isinstance(body, str) else JSONResponse(body, status)
    async with cloud_saying(reply) as (provider, _):
        (answer,) = await provider.award([fact(1)])
        return answer


class TestEnvelope:
    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (201, {"status": "done", "key": KEY, "id": "e1", "balance": 5}, Done("e1", {"balance": 5})),
            (200, {"status": "done", "key": KEY, "id": 7}, Done("7", {})),
            (200, {"status": "already_done", "key": KEY, "id": "e1"}, AlreadyDone("e1")),
            (409, {"status": "already_done", "key": KEY, "id": "e1"}, AlreadyDone("e1")),
            (404, {"status": "no_member", "key": KEY}, NoMember()),
            (409, {"status": "ambiguous", "key": KEY, "candidates": ["a", "b"]}, Ambiguous(("a", "b"))),
            (422, {"status": "refused", "key": KEY, "why": "closed", "code": "E7"}, Refused("closed", "E7")),
            (409, {"status": "later", "key": KEY, "why": "busy", "retry_after": 3}, Later("busy", 3.0)),
        ],
    )
    async def test_each_status(self, status: int, body: Any, expected: Answer) -> None:
        assert await answered(status, body) == expected

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, "<html>Welcome</html>"),
            (200, {}),
            (200, {"status": "done", "id": "e1"}),
            (200, {"status": "done", "key": "another", "id": "e1"}),
            (200, {"status": "done", "key": KEY}),
            (200, {"status": "done", "key": KEY, "id": None}),
            (200, {"status": "already_done", "key": KEY}),
            (200, {"status": "OK", "key": KEY, "id": "e1"}),
            (200, {"status": ["done"], "key": KEY, "id": "e1"}),
            (200, {"key": KEY}),
            (302, ""),
            (303, {"status": "queued"}),
            (404, {"status": "no_member", "key": "another"}),
            (409, {"status": "already_done", "key": "another", "id": "e1"}),
            (409, ""),
            (422, {"status": "done", "key": KEY, "id": "e1"}),
            (422, {"status": "refused", "key": "another"}),
        ],
    )
    async def test_anything_less_is_unknown(self, status: int, body: Any) -> None:
        assert isinstance(await answered(status, body), Unknown)

    @pytest.mark.parametrize("body", ["<html>Not Found</html>", {"detail": "Not Found"}])
    async def test_a_wrong_address_is_not_a_missing_member(self, body: Any) -> None:
        answer = await answered(404, body)
        assert isinstance(answer, Refused)
        assert answer.stops_provider

    async def test_a_refusal_without_envelope(self) -> None:
        assert await answered(400, {"why": "not JSON", "code": "E1"}) == Refused("not JSON", "E1")
        assert await answered(415, "") == Refused("HTTP 415", "415")

    @pytest.mark.parametrize("after", ["-1", '"soon"', "null", "NaN"])
    async def test_a_pause_that_makes_no_sense_is_ours_to_choose(self, after: str) -> None:
        answer = await answered(200, f'{{"status": "later", "key": "{KEY}", "retry_after": {after}}}')
        assert isinstance(answer, Later)
        assert answer.after_s is None

    @pytest.mark.parametrize("after", ["Infinity", "9" * 400, "3601"])
    async def test_a_pause_without_end_ends(self, after: str) -> None:
        answer = await answered(200, f'{{"status": "later", "key": "{KEY}", "retry_after": {after}}}')
        assert isinstance(answer, Later)
        assert answer.after_s == LONGEST_PAUSE_S


class TestBatch:
    FACTS = (fact(1), fact(2), fact(3))

    async def answers(self, body: Any) -> list[Answer]:
        async with cloud_saying(JSONResponse(body)) as (provider, asked):
            answers = await provider.award(self.FACTS)
            assert asked == ["POST /loyalty/v1/facts/batch"]
            return list(answers)

    def done(self, number: int) -> dict[str, str]:
        return {"status": "done", "key": fact(number)["key"], "id": f"e{number}"}

    async def test_is_sorted_by_key(self) -> None:
        answers = await self.answers({"answers": [self.done(3), self.done(1), self.done(2)]})
        assert answers == [Done("e1"), Done("e2"), Done("e3")]

    async def test_a_missing_or_doubled_answer_leaves_its_fact_unknown(self) -> None:
        answers = await self.answers({"answers": [self.done(1), self.done(3), self.done(3)]})
        assert [type(answer) for answer in answers] == [Done, Unknown, Unknown]

    @pytest.mark.parametrize("body", [{}, {"answers": None}, {"answers": "done"}, {"answers": [1, None, "x"]}])
    async def test_nonsense_leaves_all_unknown(self, body: Any) -> None:
        assert [type(answer) for answer in await self.answers(body)] == [Unknown] * 3

    @pytest.mark.parametrize("status", [400, 404, 405, 413, 422])
    async def test_refused_as_a_whole_goes_one_by_one(self, status: int) -> None:
        bad = JSONResponse({"status": "refused", "key": fact(2)["key"], "why": "no"}, 422)
        singles = (JSONResponse(self.done(1), 201), bad, JSONResponse(self.done(3), 201))
        async with cloud_saying(Response("", status), *singles) as (provider, asked):
            answers = await provider.award(self.FACTS)
        assert [type(answer) for answer in answers] == [Done, Refused, Done]
        assert asked == ["POST /loyalty/v1/facts/batch", *["POST /loyalty/v1/facts"] * 3]

    async def test_a_lost_answer_is_never_resent_one_by_one(self) -> None:
        async with cloud_saying(Response("", 500)) as (provider, asked):
            answers = await provider.award(self.FACTS)
        assert [type(answer) for answer in answers] == [Unknown] * 3
        assert len(asked) == 1


class TestReadBack:
    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, {"status": "done", "key": KEY, "id": "e1"}, AlreadyDone),
            (404, {"status": "not_found", "key": KEY}, NotFound),
            (404, {"status": "not_found", "key": "another"}, Unknown),
            (404, {"status": "not_found"}, Unknown),
            (404, {}, Unknown),
            (200, {"status": "not_found", "key": KEY}, Unknown),
            (405, {}, Unknown),
            (404, {"status": "done", "key": KEY, "id": "e1"}, Unknown),
            (200, {"status": "later", "key": KEY, "id": "e1"}, Unknown),
            (200, {}, Unknown),
        ],
    )
    async def test_not_found_only_in_its_own_words(self, status: int, body: Any, expected: type[Answer]) -> None:
        async with cloud_saying(JSONResponse(body, status)) as (provider, _):
            assert isinstance(await provider.read_back(fact(1)), expected)


class TestMembers:
    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, {"status": "found", "id": "m1", "matched": {"phone": PHONE}}, Member),
            (200, {"status": "found", "id": "m1", "matched": {"phone": STRANGER}}, Unknown),
            (200, {"status": "found", "id": "m1", "matched": {}}, Unknown),
            (200, {"status": "found", "id": "m1"}, Unknown),
            (404, {"status": "found", "id": "m1", "matched": {"phone": PHONE}}, Refused),
            (200, {"status": "maybe", "id": "m1", "matched": {"phone": PHONE}}, Unknown),
            (404, {"status": "no_member"}, NoMember),
            (409, {"status": "ambiguous", "candidates": ["a"]}, Ambiguous),
            (404, {}, Refused),
        ],
    )
    async def test_only_who_was_asked_for(self, status: int, body: Any, expected: type) -> None:
        async with cloud_saying(JSONResponse(body, status)) as (provider, asked):
            assert isinstance(await provider.find_member({"phone": PHONE}), expected)
        assert PHONE not in asked[0]


class TestCheck:
    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, {"service": "plain-http", "version": 1}, Done),
            (200, {"service": "plain-http", "version": 2}, Refused),
            (200, {}, Refused),
            (404, {}, Refused),
        ],
    )
    async def test_address_and_version(self, status: int, body: Any, expected: type[Answer]) -> None:
        async with cloud_saying(JSONResponse(body, status)) as (provider, asked):
            assert isinstance(await provider.check(), expected)
        assert asked == ["GET /loyalty/v1/check"]


class TestDeclared:
    @pytest.mark.parametrize("keeps", ["K", "R", "N"])
    def test_the_class_is_the_settings(self, keeps: Any) -> None:
        provider = PlainHttp("cloud", settings("http://127.0.0.1:1", idempotency=keeps, batch=7), HandClock())
        assert provider.idempotency[Call.AWARD] is provider.idempotency[Call.TAKE_BACK] is Idempotency(keeps)
        assert (Call.READ_BACK in provider.idempotency) == (keeps != "N")
        assert provider.limits.batch == 7

    async def test_a_lane_may_be_named_in_any_language(self) -> None:
        async with PlainHttpCloud() as cloud:
            cloud.book.sign_up(phone=PHONE)
            provider = PlainHttp("cloud", settings(cloud.url), HandClock())
            foreign = {**fact(1), "key": "TP-1/Käsetheke 収銀 #2/0000abcd-000001-0000001/club"}
            assert isinstance((await provider.award([foreign]))[0], Done)
            assert isinstance(await provider.read_back(foreign), AlreadyDone)
            await provider.close()


class TestPage:
    def example(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
        return found

    async def test_the_example_is_a_fact_that_is_taken(self) -> None:
        async with PlainHttpCloud() as cloud:
            cloud.book.sign_up(phone=PHONE)
            provider = PlainHttp("cloud", settings(cloud.url), HandClock())
            assert isinstance((await provider.award([self.example()]))[0], Done)
            await provider.close()

    def test_every_status_is_explained(self) -> None:
        assert set(STATUSES) <= set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))

    def test_every_field_is_explained(self) -> None:
        explained = set(re.findall(r"`(\w+)`", PAGE))
        assert set(self.example()) <= explained

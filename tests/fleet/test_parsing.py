"""test_parsing: what comes from above is read strictly, and nothing from above can raise."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.fleet.address import Address
from agent.fleet.messages import Command, Desired, Job, NotUnderstood, OwnAlert
from agent.fleet.parsing import MAX_PAYLOAD, read_message

BOX = Address("t17", "TP-7K3M")
MINE = "tillpost/1/t17/TP-7K3M"


def test_a_command() -> None:
    content = b'{"id":"c-81f2","args":{"spread_s":30},"by":"ops:a","exp":"2026-11-22T17:08:00Z"}'
    expires = datetime(2026, 11, 22, 17, 8, tzinfo=UTC)
    assert read_message(BOX, f"{MINE}/cmd/report", content) == Command(
        "report", "c-81f2", {"spread_s": 30}, "ops:a", expires
    )


def test_a_command_to_everyone_says_so() -> None:
    read = read_message(BOX, "tillpost/1/t17/all/cmd/report", b'{"id":"c"}')
    assert read == Command("report", "c", {}, "", None, to_everyone=True)


def test_desired_job_and_own_alert() -> None:
    assert read_message(BOX, f"{MINE}/desired", b'{"ver":3,"store":{}}') == Desired(3, {"ver": 3, "store": {}})
    assert read_message(BOX, f"{MINE}/job", b'{"id":"j","kind":"update"}') == Job("j", "update", {})
    assert read_message(BOX, f"{MINE}/alert/x", b'{"id":"x"}') == OwnAlert("x")


@pytest.mark.parametrize("leaf", ["desired", "job", "cmd/ping", "alert/x"])
def test_an_empty_retained_topic_is_nothing(leaf: str) -> None:
    assert read_message(BOX, f"{MINE}/{leaf}", b"") is None


@pytest.mark.parametrize(
    ("leaf", "content", "why"),
    [
        ("cmd/ping", b"{", "not JSON"),
        ("cmd/ping", b"\xff", "not JSON"),
        ("cmd/ping", b"[" * 5_000, "not JSON"),
        ("cmd/ping", b"3", "not a JSON object"),
        ("cmd/ping", b"{}", "a name is missing"),
        ("cmd/ping", b'{"id":"a/b"}', "cannot be part of a topic"),
        ("cmd/ping", b'{"id":"a","args":[1]}', "args is not an object"),
        ("cmd/ping", b'{"id":"a","exp":"soon"}', "Invalid isoformat"),
        ("cmd/ping", b" " * (MAX_PAYLOAD + 1), "longer than"),
        ("desired", b'{"ver":"3"}', "not a whole number"),
        ("desired", b'{"ver":true}', "not a whole number"),
        ("job", b'{"id":"j"}', "a name is missing"),
    ],
)
def test_what_is_not_understood_says_why(leaf: str, content: bytes, why: str) -> None:
    read = read_message(BOX, f"{MINE}/{leaf}", content)
    assert isinstance(read, NotUnderstood)
    assert why in read.why


@given(st.binary(max_size=200), st.sampled_from(["desired", "job", "cmd/ping", "alert/x", "status", ""]))
def test_nothing_from_above_raises(content: bytes, leaf: str) -> None:
    read_message(BOX, f"{MINE}/{leaf}", content)

"""test_messages: each message's topic, fields and way of travelling, as the convention (docs/fleet.md) writes them."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from agent.clock import Quality
from agent.fleet.address import Address
from agent.fleet.messages import (
    Alert,
    Birth,
    Envelope,
    Event,
    Health,
    Input,
    Reported,
    Result,
    Severity,
    State,
    Status,
    Upward,
    Who,
    Will,
    iso,
    payload,
)

AT = datetime(2026, 11, 22, 17, 3, 11, 204_000, tzinfo=UTC)
ENVELOPE = Envelope("TP-7K3M", "9f21c0aa", 412, 7, AT, Quality.NTP, 86_012.4)
SAID = {"v": 1, "d": "TP-7K3M", "boot": "9f21c0aa", "conn": 412, "seq": 7, "t": "2026-11-22T17:03:11.204Z"}


def fields(message: Upward) -> dict[str, object]:
    content = json.loads(payload(message, ENVELOPE))
    assert content.items() >= {**SAID, "tq": "ntp", "up": 86_012}.items()
    return {name: value for name, value in content.items() if name not in {*SAID, "tq", "up"}}


def test_status_says_until_when_to_believe_it() -> None:
    assert fields(Status(State.DEGRADED, "1.8.2", ("disk-full",))) == {
        "state": "degraded",
        "why": ["disk-full"],
        "sw": "1.8.2",
        "ttl": 180,
        "until": "2026-11-22T17:06:11.204Z",
    }


def test_offline_is_for_ever() -> None:
    status = Status(State.OFFLINE, "1.8.2")
    assert fields(status) == {"state": "offline", "why": [], "sw": "1.8.2"}
    assert status.delivery.expiry_s is None


def test_the_will_names_its_connection() -> None:
    will = Will("TP-7K3M", 412)
    assert json.loads(will.payload()) == {"v": 1, "d": "TP-7K3M", "conn": 412, "state": "lost"}
    assert will.leaf == Status.leaf


def test_birth_leaves_out_what_is_not_known() -> None:
    birth = Birth("t17", "store-4", "1.8.2", inputs=(Input("till-1", "raw_tcp", "0.0.0.0:9100"),), caps=("ping",))
    assert fields(birth) == {
        "tenant": "t17",
        "store": "store-4",
        "sw": "1.8.2",
        "cfg_ver": 0,
        "providers": [],
        "formats": [],
        "inputs": [{"id": "till-1", "kind": "raw_tcp", "path": "0.0.0.0:9100", "baud": 0}],
        "caps": ["ping"],
    }


def test_health_is_flat_and_numeric() -> None:
    numbers = {"q_depth": 45.0, "deliver_p95_ms": 12.34567, "ntp": True, "temp_c": float("nan"), "x": float("inf")}
    said = fields(Health(numbers))
    assert said == {"q_depth": 45, "deliver_p95_ms": 12.346, "ntp": 1}
    assert all(type(number) in (int, float) for number in said.values())


def test_numbers_cannot_overwrite_the_envelope() -> None:
    assert fields(Health({"conn": 1, "d": 5, "q_depth": 0})) == {"q_depth": 0}


def test_alert_event_reported_and_result() -> None:
    alert = Alert("disk-full", Severity.ERROR, AT, "No room", "Free space", Who.TECH, detail="12 MB left", count=3)
    assert alert.leaf == "alert/disk-full"
    assert fields(alert) == {
        "id": "disk-full",
        "sev": "error",
        "since": iso(AT),
        "who": "tech",
        "n": 3,
        "title": "No room",
        "detail": "12 MB left",
        "fix": "Free space",
    }
    event = Event(88, "crash", AT - timedelta(hours=3), {"signal": 9}, late=True)
    assert fields(event) == {
        "n": 88,
        "kind": "crash",
        "at": "2026-11-22T14:03:11.204Z",
        "hist": True,
        "detail": {"signal": 9},
    }
    assert fields(Reported(cfg_ver=3, desired_ver=4, errors={"store.closing": "not a time"})) == {
        "cfg_ver": 3,
        "desired_ver": 4,
        "errors": {"store.closing": "not a time"},
    }
    assert fields(Result("c-81f2", ok=False, code="not_supported")) == {
        "id": "c-81f2",
        "ok": False,
        "code": "not_supported",
        "detail": "",
    }


@pytest.mark.parametrize(
    ("message", "retain", "expiry_s"),
    [
        (Status(State.READY, "1"), True, 180),
        (Will("TP-1", 1), True, None),
        (Birth("t", "s", "1"), True, None),
        (Health({}), False, 86_400),
        (Alert("a", Severity.INFO, AT, "", "", Who.CLOUD), True, None),
        (Event(1, "start", AT), False, 604_800),
        (Reported(), True, None),
        (Result("r", ok=True, code="done"), False, 3_600),
    ],
)
def test_way_of_travelling(message: Upward, retain: bool, expiry_s: int | None) -> None:
    assert (message.delivery.qos, message.delivery.retain, message.delivery.expiry_s) == (1, retain, expiry_s)


def test_address_builds_and_takes_apart() -> None:
    address = Address("t17", "TP-7K3M")
    assert address.topic("alert/x") == "tillpost/1/t17/TP-7K3M/alert/x"
    assert address.leaf("tillpost/1/t17/TP-7K3M/desired") == "desired"
    assert address.leaf("tillpost/1/t17/all/cmd/report") == "cmd/report"
    assert address.leaf("tillpost/1/t17/all/desired") is None
    assert address.leaf("tillpost/1/t17/TP-7K3N/desired") is None
    assert address.leaf("tillpost/1/t18/all/cmd/report") is None


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", "x" * 65, "é", "$SYS", "a\n"])
def test_a_name_that_would_bend_the_topic_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="part of a topic"):
        Address("t17", name)
    with pytest.raises(ValueError, match="part of a topic"):
        Alert(name, Severity.INFO, AT, "", "", Who.CLOUD)


def test_times_are_utc_with_milliseconds() -> None:
    assert iso(AT.astimezone(timezone(timedelta(hours=-8)))) == "2026-11-22T17:03:11.204Z"

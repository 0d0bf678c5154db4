"""test_uplink: a real uplink with a real ledger speaks to a real Mosquitto, which comes and goes."""

import asyncio
import json
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.fleet.messages import Alert, Severity, Who
from agent.ledger import events
from tests.fleet.box import DEVICE, QUICK, TENANT, TREE, box, running
from tests.fleet.line import Mood, line_to
from tests.fleet.mosquitto import Broker, listening


def full_disk(count: int = 1) -> Alert:
    since = datetime(2026, 11, 22, 17, 3, tzinfo=UTC)
    return Alert(
        "disk-full", Severity.ERROR, since, "No room", "Free space on the data partition", Who.TECH, count=count
    )


async def test_status_birth_health_and_reported_come_with_every_connection(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made):
        status = await fleet.first("status", state="ready")
        birth = await fleet.first("birth")
        health = await fleet.first("health")
        await fleet.first("reported", desired_ver=0)
    assert [seen.fields["seq"] for seen in fleet.seen] == list(range(1, len(fleet.seen) + 1))
    assert {seen.fields["conn"] for seen in fleet.seen} == {1}
    assert status.fields.items() >= {"v": 1, "d": DEVICE, "why": [], "ttl": 180}.items()
    assert status.expiry_s == 180
    assert birth.expiry_s is None
    assert birth.fields["caps"] == ["ping", "report"]
    assert health.fields.items() >= {"q_depth": 3, "clock_off_ms": 0.25, "mqtt_reconn_total": 0}.items()


async def test_status_is_repeated_and_retained_and_offline_when_stopped(broker: Broker, tmp_path: Path) -> None:
    async with box(tmp_path / "box", broker.address) as made:
        async with listening(broker) as fleet, running(made):
            await fleet.until(lambda: len(fleet.at("status")) > 3)
        async with listening(broker) as later:
            status = await later.first("status")
    assert status.retain
    assert status.fields["state"] == "offline"
    assert "until" not in status.fields
    assert status.expiry_s is None


async def test_a_killed_box_is_lost_with_the_number_of_its_connection(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet:
        box_alone = (sys.executable, "-m", "tests.fleet.box", str(tmp_path / "box"), broker.address)
        killed = await asyncio.create_subprocess_exec(*box_alone)
        try:
            alive = await fleet.first("status", state="ready")
        finally:
            killed.kill()
            await killed.wait()
        lost = await fleet.first("status", state="lost")
        assert json.loads(lost.payload) == {"v": 1, "d": DEVICE, "conn": alive.fields["conn"], "state": "lost"}
        async with box(tmp_path / "box", broker.address) as made, running(made):
            await fleet.first("status", state="ready", conn=alive.fields["conn"] + 1)


async def test_events_outlive_an_outage_and_come_in_order(broker: Broker, tmp_path: Path) -> None:
    async with (
        listening(broker) as fleet,
        line_to(broker.port) as line,
        box(tmp_path / "box", line.address) as made,
        running(made) as uplink,
    ):
        await made.event("start")
        await fleet.first("event", kind="start", hist=False)
        line.cut()
        for number in range(120):  # more than one batch
            await made.event("clock_step", number=number)
        yesterday = SystemClock().wall() - timedelta(days=1)
        await made.ledger.do(events.record, "crash", {}, yesterday)
        assert len(await made.ledger.do(events.unsent, 500)) >= 121
        line.mood = Mood.OPEN
        await fleet.first("event", kind="crash", hist=True)
        numbers = [seen.fields["n"] for seen in fleet.at("event")]
        assert list(dict.fromkeys(numbers)) == sorted(set(numbers))
        steps = [seen.fields["detail"]["number"] for seen in fleet.at("event") if seen.fields["kind"] == "clock_step"]
        assert list(dict.fromkeys(steps)) == list(range(120))
        assert uplink.online.is_set()
        last = await made.event("last")
        await fleet.first("event", kind="last")
        assert {stored.id for stored in await made.ledger.do(events.unsent, 500)} <= {last}


async def test_a_line_that_falls_silent_is_noticed_by_the_missing_acknowledgement(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = replace(QUICK, timeout_s=0.3)
    async with (
        listening(broker) as fleet,
        line_to(broker.port) as line,
        box(tmp_path / "box", line.address, pace=impatient) as made,
        running(made),
    ):
        await fleet.first("status", conn=1)
        line.mood = Mood.SILENT
        await fleet.first("status", state="lost", conn=1)  # the box gave up, so the broker saw the connection end
        line.mood = Mood.OPEN
        await fleet.until(lambda: fleet.at("status")[-1].fields["conn"] > 1)
    assert "timed out" in caplog.text


async def test_a_broker_without_mqtt5_is_spoken_to_in_3_1_1(broker: Broker, tmp_path: Path) -> None:
    async with (
        listening(broker) as fleet,
        line_to(broker.port) as line,
        box(tmp_path / "box", line.address) as made,
    ):
        line.mood = Mood.OLD
        async with running(made):
            status = await fleet.first("status", state="ready")
            await fleet.send(f"{TREE}/cmd/ping", {"id": "c-1"})
            await fleet.first("res/c-1", ok=True)
        await fleet.first("status", state="offline")
    assert line.levels == [5, 4]
    assert status.expiry_s is None


async def test_a_broker_that_hangs_up_on_mqtt5_is_spoken_to_in_3_1_1_in_the_end(broker: Broker, tmp_path: Path) -> None:
    async with (
        listening(broker) as fleet,
        line_to(broker.port) as line,
        box(tmp_path / "box", line.address, pace=replace(QUICK, timeout_s=0.1)) as made,
    ):
        line.mood = Mood.OLD_AND_RUDE
        async with running(made):
            await fleet.first("status", state="ready")
    assert 4 in line.levels


async def test_a_broker_restart_that_forgets_everything_is_told_everything_again(
    broker: Broker, tmp_path: Path
) -> None:
    async with box(tmp_path / "box", broker.address) as made:
        made.alerts.append(full_disk())
        async with listening(broker) as fleet, running(made):
            await fleet.first("alert/disk-full")
            broker.stop()
            broker.start()
            async with listening(broker) as again:
                await again.first("alert/disk-full", sev="error", who="tech")
                await again.first("birth")
                status = await again.first("status", state="degraded")
                assert status.fields["why"] == ["disk-full"]
                assert status.fields["conn"] > 1
                health = await again.first("health")
                assert health.fields["mqtt_reconn_total"] >= 1


async def test_alerts_are_retained_and_cleared_by_an_empty_payload(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made):
        made.alerts.append(full_disk())
        await fleet.first("alert/disk-full", n=1)
        await fleet.first("status", state="degraded")
        made.alerts[:] = [full_disk(count=2)]
        await fleet.first("alert/disk-full", n=2)
        made.alerts.clear()
        await fleet.until(lambda: fleet.at("alert/disk-full")[-1].payload == b"")
        assert len(fleet.at("alert/disk-full")) == 3, "an alert that has not changed is not said again"


async def test_everything_retained_is_said_again_now_and_then(broker: Broker, tmp_path: Path) -> None:
    """Hourly on a box: a broker that lost its memory while the connection held must not stay ignorant."""
    often = replace(QUICK, birth_s=0.3)
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address, pace=often) as made, running(made):
        made.alerts.append(full_disk())
        await fleet.until(lambda: len(fleet.at("alert/disk-full")) > 2 and len(fleet.at("birth")) > 2)
        assert {seen.fields["conn"] for seen in fleet.at("birth")} == {1}


async def test_an_alert_of_an_earlier_life_is_cleared(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet:
        await fleet.send(f"{TREE}/alert/old-trouble", {"id": "old-trouble"}, retain=True)
        async with box(tmp_path / "box", broker.address) as made, running(made):
            await fleet.until(
                lambda: fleet.at("alert/old-trouble")[-1:] and not fleet.at("alert/old-trouble")[-1].payload
            )


async def test_commands_are_answered_once_per_id(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made) as uplink:
        await fleet.first("status")
        await fleet.send(f"{TREE}/cmd/ping", {"id": "c-1", "args": {}, "by": "ops"}, correlation=b"c-1")
        answer = await fleet.first("res/c-1", ok=True, code="done")
        assert answer.correlation == b"c-1"
        assert answer.expiry_s == 3600
        births = len(fleet.at("birth"))
        await fleet.send(f"tillpost/1/{TENANT}/all/cmd/report", {"id": "c-2", "args": {"spread_s": 0.01}})
        await fleet.first("res/c-2", ok=True)
        assert len(fleet.at("birth")) == births + 1
        await fleet.send(f"{TREE}/cmd/report", {"id": "c-2"})
        await fleet.until(lambda: len(fleet.at("res/c-2")) == 2)
        assert len(fleet.at("birth")) == births + 1, "the same id acts once"
        await fleet.send(f"{TREE}/cmd/format_disk", {"id": "c-3"})
        await fleet.first("res/c-3", ok=False, code="not_supported")
        await fleet.send(f"{TREE}/cmd/ping", {"id": "c-4", "exp": "2020-01-01T00:00:00Z"})
        await fleet.first("res/c-4")
        assert uplink.online.is_set()


async def test_nonsense_from_above_breaks_nothing(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made):
        await fleet.first("status")
        for content in (
            b"",
            b"{",
            b"[]",
            b"\xff\xfe",
            b'{"id":"../x"}',
            b"[" * 60_000,
            b'{"ver":-1}',
            b'{"id":"a","args":3}',
        ):
            for leaf in ("cmd/ping", "desired", "job"):
                await fleet.send(f"{TREE}/{leaf}", content)
        await fleet.send(f"{TREE}/cmd/ping", {"id": "still-there"})
        await fleet.first("res/still-there", ok=True)
        assert {seen.fields["conn"] for seen in fleet.at("status")} == {1}


async def test_desired_and_job_are_reported_as_not_followed(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made):
        await fleet.send(f"{TREE}/desired", {"ver": 7, "store": {}}, retain=True)
        reported = await fleet.first("reported", desired_ver=7, cfg_ver=0)
        assert "not_supported" in reported.fields["errors"]["*"]
        await fleet.send(f"{TREE}/job", {"id": "j-1", "kind": "update", "args": {}}, retain=True)
        await fleet.first("reported", job={"id": "j-1", "state": "rejected: not_supported"})


async def test_another_parts_fault_costs_neither_status_nor_connection(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made:

        async def broken() -> dict[str, float]:
            raise ZeroDivisionError

        made._numbers = lambda: broken  # type: ignore[method-assign]
        async with running(made):
            health = await fleet.first("health")
            await fleet.until(lambda: len(fleet.at("status")) > 5)
    assert set(health.fields) == {"v", "d", "boot", "conn", "seq", "t", "tq", "up", "mqtt_reconn_total", "mqtt_waiting"}
    assert "ZeroDivisionError" in caplog.text


async def test_personal_data_is_withheld_on_the_wire(broker: Broker, tmp_path: Path) -> None:
    async with listening(broker) as fleet, box(tmp_path / "box", broker.address) as made, running(made):
        key = "TP-TEST-1/till-1/9f21c0aa-000001-0000123/points"
        await made.event("award_refused", why="no member for (415) 555-0123", award=key)
        event = await fleet.first("event", kind="award_refused")
        assert event.fields["detail"] == {"why": "(withheld)", "award": key}
        assert not any(b"555" in seen.payload for seen in fleet.seen)


async def test_without_a_broker_in_the_settings_it_ends_at_once(tmp_path: Path) -> None:
    async with box(tmp_path / "box", "") as made:
        async with asyncio.timeout(5):
            await made.uplink().run()

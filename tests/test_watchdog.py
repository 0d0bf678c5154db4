"""test_watchdog: signs of life go to a real notify socket, and only while every probe moves."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.watchdog import PATIENCE_S, ROUND_S, Probe, Watchdog, round_seconds
from tests.hand_clock import HandClock

SIGN_OF_LIFE = "WATCHDOG=1"


class NotifySocket:
    """What systemd holds at the other end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    def heard(self) -> list[str]:
        """Everything since the last call, one entry per line."""
        lines: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines += self._socket.recv(4096).decode().splitlines()
        return lines

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NotifySocket]:
    heard = NotifySocket(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", str(heard.path))
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    yield heard
    heard.close()


@contextlib.asynccontextmanager
async def running(clock: HandClock, **probes: Probe):  # type: ignore[no-untyped-def]
    task = asyncio.create_task(Watchdog(clock, probes).run())
    await clock.advance(0)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_ready_once_every_probe_has_said_yes_then_signs_of_life(systemd: NotifySocket) -> None:
    clock, ledger_answers = HandClock(), False
    async with running(clock, tap=lambda: True, ledger=lambda: ledger_answers):
        assert "READY=1" not in systemd.heard()
        ledger_answers = True
        await clock.advance(10)
        heard = systemd.heard()
        assert heard.count("READY=1") == 1
        assert heard.count(SIGN_OF_LIFE) == 2


async def test_a_probe_without_progress_ends_the_signs_of_life_and_is_named(
    systemd: NotifySocket, caplog: pytest.LogCaptureFixture
) -> None:
    clock, moves = HandClock(), True
    async with running(clock, courier=lambda: moves, ledger=lambda: True):
        await clock.advance(5)
        moves = False
        systemd.heard()
        await clock.advance(PATIENCE_S - 5)
        assert SIGN_OF_LIFE in systemd.heard()
        with caplog.at_level(logging.ERROR):
            await clock.advance(10)
        assert "STATUS=no progress: courier" in systemd.heard()
        assert "courier" in caplog.text
        await clock.advance(60)
        assert SIGN_OF_LIFE not in systemd.heard()
        moves = True
        await clock.advance(5)
        assert systemd.heard() == ["STATUS=all parts move", SIGN_OF_LIFE]


async def test_a_probe_that_hangs_does_not_hide_behind_the_others(systemd: NotifySocket) -> None:
    clock, gate = HandClock(), asyncio.Event()
    gate.set()

    async def writer_thread() -> bool:
        await gate.wait()
        return True

    async with running(clock, writer=writer_thread, tap=lambda: True):
        await clock.advance(5)
        gate.clear()
        await clock.advance(40)
        assert "STATUS=no progress: writer" in systemd.heard()


async def test_a_probe_that_raises_is_logged_and_counts_as_no(
    systemd: NotifySocket, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> bool:
        raise OSError("the card is gone")

    clock = HandClock()
    async with running(clock, journal=broken):
        await clock.advance(30)
    assert "the card is gone" in caplog.text
    assert "STATUS=no progress: journal" in systemd.heard()


async def test_a_loop_that_is_always_late_counts_as_standing_still(systemd: NotifySocket) -> None:
    class LateClock(HandClock):
        """Its sleepers come back six seconds after they were due."""

        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds + 6)

    clock = LateClock()
    async with running(clock, tap=lambda: True):
        await clock.advance(60)
    assert "STATUS=no progress: event loop" in systemd.heard()


async def test_stopping_is_told(systemd: NotifySocket) -> None:
    async with running(HandClock(), tap=lambda: True):
        pass
    assert "STOPPING=1" in systemd.heard()


async def test_without_systemd_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    clock = HandClock()
    async with running(clock, tap=lambda: True) as task:
        await clock.advance(60)
        assert not task.done()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 5.0),
        ({"WATCHDOG_USEC": "12000000", "WATCHDOG_PID": str(os.getpid())}, 2.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, ROUND_S),
        ({}, ROUND_S),
    ],
)
def test_interval_is_a_sixth_of_systemds_patience(environ: dict[str, str], seconds: float) -> None:
    assert round_seconds(environ) == seconds

"""The one owner: its promises read back, commits shared, failures kept apart, nothing lost at kill -9."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.errors import LedgerBusy, LedgerUnsafe, TillpostError
from agent.ledger import Ledger, counters
from agent.ledger.connection import PROMISED
from tests.hand_clock import HandClock
from tests.ledger.facts import book, state


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger.open(path, HandClock(), 0.25)
    try:
        yield ledger
    finally:
        await ledger.close()


def pragma(db: Database, name: str) -> object:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


async def test_every_promise_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db") as ledger:
        found = {name: await ledger.do(pragma, name) for name in PROMISED}
    assert found == PROMISED


async def test_a_file_that_cannot_promise_is_refused(tmp_path: Path) -> None:
    """Made by another program without incremental vacuum: it would never shrink."""
    path = tmp_path / "ledger.db"
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE somebody_elses (x)")
    foreign.close()
    with pytest.raises(LedgerUnsafe, match="auto_vacuum"):
        Ledger.open(path, HandClock(), 0.25)


async def test_a_second_opener_is_told_to_ask_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    async with opened(path):
        with pytest.raises(LedgerBusy):
            Ledger.open(path, HandClock(), 0.25)
        other = await asyncio.to_thread(
            subprocess.run,
            [
                sys.executable,
                "-c",
                f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('SELECT 1 FROM tasks')",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "database is locked" in other.stderr


async def test_it_opens_again_where_it_was_closed(tmp_path: Path) -> None:
    for expected in (1, 2, 3):
        async with opened(tmp_path / "ledger.db") as ledger:
            assert await ledger.do(counters.next_number, "boots") == expected
            assert not ledger.rebuilt


async def test_calls_that_wait_share_a_commit_and_a_failure_is_only_its_own(tmp_path: Path) -> None:
    commits, gate = [], threading.Event()

    def listen(db: Database) -> None:
        db.conn.set_trace_callback(lambda statement: commits.append(statement) if statement == "COMMIT" else None)

    def fail(db: Database) -> None:
        counters.next_number(db, "n", 1000)
        raise ValueError("only mine")

    async with opened(tmp_path / "ledger.db") as ledger:
        await ledger.do(listen)
        commits.clear()
        blocked = asyncio.create_task(ledger.do(lambda _: gate.wait(5)))
        waiting = [asyncio.create_task(ledger.do(counters.next_number, "n")) for _ in range(6)]
        failing = asyncio.create_task(ledger.do(fail))
        after = asyncio.create_task(ledger.do(counters.next_number, "n"))
        await asyncio.sleep(0)
        gate.set()
        await blocked
        assert await asyncio.gather(*waiting) == [1, 2, 3, 4, 5, 6]
        with pytest.raises(ValueError, match="only mine"):
            await failing
        assert await after == 7
        assert len(commits) <= 2  # the one that blocked, and one for all that waited


async def test_whoever_gave_up_waiting_leaves_nothing_behind_but_a_conclusion_stands(tmp_path: Path) -> None:
    gate = threading.Event()
    async with opened(tmp_path / "ledger.db") as ledger:
        blocked = asyncio.create_task(ledger.do(lambda _: gate.wait(5)))
        called_off = asyncio.create_task(ledger.do(counters.next_number, "called off"))
        concluded = asyncio.create_task(ledger.conclude(lambda db: counters.next_number(db, "concluded")))
        await asyncio.sleep(0)
        called_off.cancel()
        concluded.cancel()
        await asyncio.sleep(0)
        gate.set()
        await blocked
        assert await ledger.do(counters.value, "called off") == 0
        assert await ledger.do(counters.value, "concluded") == 1


async def test_a_closed_ledger_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db") as ledger:
        pass
    with pytest.raises(TillpostError, match="closed"):
        await ledger.do(counters.value, "n")


async def test_money_is_never_a_fraction(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db") as ledger:
        row = await ledger.do(book)
        with pytest.raises(sqlite3.IntegrityError):
            await ledger.do(lambda db: db.execute("UPDATE outbox SET points = 1.5 WHERE id = ?", [row]))
        assert await ledger.do(state, row) == "due"


async def test_the_night_empties_the_log(tmp_path: Path) -> None:
    async with opened(tmp_path / "ledger.db") as ledger:
        for number in range(20):
            await ledger.do(book, number)
        assert ledger.numbers()["wal_mb"] > 0
        await ledger.tidy()
        assert ledger.numbers()["wal_mb"] == 0
        assert ledger.numbers()["commit_max_ms"] > 0


WRITER = """
import asyncio, sys
from pathlib import Path
from agent.clock import SystemClock
from agent.ledger import Ledger
from tests.ledger.facts import book

async def main():
    ledger = Ledger.open(Path(sys.argv[1]), SystemClock(), 0.25)
    async def one(number):
        await ledger.do(book, number)
        print(number, flush=True)
    for start in range(int(sys.argv[2]), 100_000, 8):
        await asyncio.gather(*(one(number) for number in range(start, start + 8)))

asyncio.run(main())
"""


def test_what_was_answered_survives_kill_minus_nine(tmp_path: Path) -> None:
    path, answered = tmp_path / "ledger.db", set[int]()
    for lines_before_the_end in (1, 7, 23, 60):
        start = str(len(answered) * 1000)
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path), start],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        answered |= {int(writer.stdout.readline()) for _ in range(lines_before_the_end)}
        os.kill(writer.pid, signal.SIGKILL)
        answered |= {int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
        writer.stdout.close()
        writer.wait()
    connection = sqlite3.connect(path)
    kept = {int(number) - 1000 for (number,) in connection.execute("SELECT number FROM receipts")}
    whole = connection.execute("SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM outbox)").fetchone()
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    connection.close()
    assert answered <= kept
    assert whole[0] == whole[1]

"""A damaged ledger: set aside whole, begun anew within bounds, and nothing that was delivered goes out again."""

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.errors import LedgerDamaged
from agent.ledger import Ledger, dispatch, outbox, rebuild, tasks
from agent.ledger.outcomes import Answered, Rules, settle
from agent.providers import Done, Idempotency
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOUD, book, enqueue, moment, position, state

OPENS_WITHIN_S = 10.0


async def filled(folder: Path, facts: int = 200) -> Path:
    """A ledger with `facts` receipts, the first ten of them delivered."""
    path = folder / "ledger.db"
    ledger = Ledger.open(path, HandClock(), 0.25)
    for number in range(facts):
        await ledger.do(book, number, Idempotency.NONE)
    rows = await ledger.do(dispatch.take, CLOUD, moment(), 10)
    answered = [Answered(row, Done(f"r{row.id}"), 0) for row in rows]
    sent = [(row.key, f"r{row.id}") for row in rows]
    await ledger.conclude(lambda db: settle(db, answered, moment(), Rules()), sent=sent)
    await ledger.close()
    return path


def flip(path: Path, randomness: random.Random, times: int, start: int = 0) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(times):
        data[randomness.randrange(start, len(data))] ^= 1 << randomness.randrange(8)
    path.write_bytes(data)


def truncate(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


DAMAGES: dict[str, Callable[[Path, random.Random], object]] = {
    "the header is noise": lambda path, chance: flip(path, chance, 400, 0),
    "scattered bits": lambda path, chance: flip(path, chance, 2000, 4096),
    "cut in half": lambda path, _: truncate(path, 0.5),
    "cut in a page": lambda path, _: truncate(path, 0.31),
    "not a database": lambda path, _: path.write_bytes(b"Dear diary, " * 5000),
    "zeros": lambda path, _: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path, damage: str) -> None:
    path = await filled(tmp_path)
    DAMAGES[damage](path, random.Random(7))
    broken = path.read_bytes()
    began = time.monotonic()
    ledger = Ledger.open(path, HandClock(), 0.25)
    assert time.monotonic() - began < OPENS_WITHIN_S
    assert ledger.rebuilt
    (kept,) = (tmp_path / "quarantine").iterdir()
    assert (kept / "ledger.db").read_bytes() == broken
    asked = await ledger.do(tasks.waiting)
    assert [task["kind"] for task in asked] == ["ledger_rebuilt"]
    await ledger.close()
    again = Ledger.open(path, HandClock(), 0.25)
    assert not again.rebuilt
    await again.close()


async def test_a_rebuilt_ledger_sends_nothing_twice_and_asks_only_where_it_must(tmp_path: Path) -> None:
    path = await filled(tmp_path, facts=12)
    truncate(path, 0.4)
    ledger = Ledger.open(path, HandClock(), 0.25)
    await ledger.do(rebuild.reread_until, position(100))
    delivered = await ledger.do(enqueue, 3, Idempotency.NONE)
    unproven = await ledger.do(enqueue, 11, Idempotency.NONE)
    readable = await ledger.do(enqueue, 12, Idempotency.READ_BACK)
    keyed = await ledger.do(enqueue, 13, Idempotency.KEY)
    new = await ledger.do(enqueue, 101, Idempotency.NONE)
    states = [await ledger.do(state, row) for row in (delivered, unproven, readable, keyed, new) if row]
    assert states == ["delivered", "held", "unknown", "due", "due"]
    assert (await ledger.do(outbox.load, delivered or 0)).key.endswith(f"{position(3)}/points")
    await ledger.close()


async def test_until_somebody_says_how_far_every_fact_is_in_doubt(tmp_path: Path) -> None:
    path = await filled(tmp_path, facts=12)
    truncate(path, 0.4)
    ledger = Ledger.open(path, HandClock(), 0.25)
    row = await ledger.do(enqueue, 5000, Idempotency.WEAK)
    assert await ledger.do(state, row or 0) == "held"
    await ledger.close()


async def test_damage_met_while_running_is_set_aside_at_once(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db", HandClock(), 0.25)
    await ledger.do(book)

    def malformed(db: Database) -> None:
        """What SQLite raises when it meets a broken page; real here too: an overwritten schema page, read afresh."""
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'outbox'")
        db.execute("PRAGMA writable_schema = RESET")
        db.execute("SELECT * FROM outbox").fetchall()

    with pytest.raises(LedgerDamaged):
        await ledger.do(malformed)
    assert ledger.rebuilt
    assert await ledger.do(book, 2) is not None
    await ledger.close()


async def test_a_torn_log_loses_no_fact_that_was_delivered(tmp_path: Path) -> None:
    """SQLite drops everything behind a broken frame without a word; the sent log still knows."""
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(path, HandClock(), 0.25)
    row = await ledger.do(book, 1, Idempotency.NONE)
    taken = await ledger.do(dispatch.take, CLOUD, moment(), 1)
    answered = [Answered(taken[0], Done("r1"), 0)]
    await ledger.conclude(lambda db: settle(db, answered, moment(), Rules()), sent=[(taken[0].key, "r1")])
    await ledger.close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE outbox SET state = 'attempt', remote_id = ''")  # as an older commit would have it
    raw.close()
    again = Ledger.open(path, HandClock(), 0.25)
    assert await again.do(state, row) == "delivered"
    await again.close()


def test_quick_check_finds_what_the_header_hides(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA auto_vacuum = INCREMENTAL")
    raw.execute("CREATE TABLE things (name TEXT)")
    raw.executemany("INSERT INTO things VALUES (?)", [("x" * 500,) for _ in range(200)])
    raw.commit()
    raw.close()
    data = bytearray(path.read_bytes())
    data[10 * 4096 : 10 * 4096 + 200] = bytes(200)
    path.write_bytes(data)
    ledger = Ledger.open(path, HandClock(), 0.25)
    assert ledger.rebuilt

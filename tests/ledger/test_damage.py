"""A damaged ledger: set aside whole, begun anew within bounds, and nothing that was delivered goes out again."""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.errors import LedgerDamaged, TillpostError
from agent.ledger import Ledger, counters, cursor, dispatch, events, outbox, rebuild, tasks
from agent.ledger.outcomes import Answered, Rules, settle
from agent.providers import Done, Idempotency
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOUD, NOW, book, enqueue, moment, position, state

OPENS_WITHIN_S = 10.0


async def filled(folder: Path, facts: int = 80) -> Path:
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


def malformed(db: Database) -> None:
    """What SQLite raises when it meets a broken page; real here too: an overwritten schema page, read afresh."""
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'outbox'")
    db.execute("PRAGMA writable_schema = RESET")
    db.execute("SELECT * FROM outbox").fetchall()


async def test_damage_met_while_running_ends_the_ledger_and_nobody_writes_to_its_successor(tmp_path: Path) -> None:
    """Above all not the intake's cursor, which is ahead of all that must be read again."""
    ledger = Ledger.open(tmp_path / "ledger.db", HandClock(), 0.25)
    await ledger.do(book)
    told = asyncio.ensure_future(ledger.until_failed())
    moves = [ledger.do(cursor.move, "far ahead") for _ in range(50)]
    done = await asyncio.gather(ledger.do(malformed), *moves, return_exceptions=True)
    assert all(isinstance(result, LedgerDamaged) for result in done)
    with pytest.raises(LedgerDamaged):
        await told
    with pytest.raises(TillpostError, match="closed"):
        await ledger.do(book, 2)
    await ledger.close()
    again = Ledger.open(tmp_path / "ledger.db", HandClock(), 0.25)
    assert not again.rebuilt
    assert await again.do(cursor.get) == ""
    assert [task["kind"] for task in await again.do(tasks.waiting)] == ["ledger_rebuilt"]
    await again.close()


async def left_by_a_power_cut(folder: Path) -> Path:
    """The files as they stand in the middle of a day, with twenty facts delivered, all still in the log."""
    living = Ledger.open(folder / "living" / "ledger.db", HandClock(), 0.25)
    for number in range(20):
        await living.do(book, number, Idempotency.NONE)
        rows = await living.do(dispatch.take, CLOUD, moment(), 1)
        await conclude(living, rows)
    (folder / "cut").mkdir()
    for name in ("ledger.db", "ledger.db-wal", "sent.log"):
        (folder / "cut" / name).write_bytes((folder / "living" / name).read_bytes())
    await living.close()
    return folder / "cut" / "ledger.db"


async def conclude(ledger: Ledger, rows: list[outbox.OutboxRow]) -> None:
    answered = [Answered(row, Done(f"r{row.id}"), 0) for row in rows]
    sent = [(row.key, f"r{row.id}") for row in rows]
    await ledger.conclude(lambda db: settle(db, answered, moment(), Rules()), sent=sent)


async def test_a_whole_log_is_taken_as_it_is(tmp_path: Path) -> None:
    path = await left_by_a_power_cut(tmp_path)
    ledger = Ledger.open(path, HandClock(), 0.25)
    assert not ledger.rebuilt
    assert await ledger.do(lambda db: db["receipts"].count) == 20
    await ledger.close()


@pytest.mark.parametrize("where", [0.0, 0.3, 0.6])
async def test_a_break_in_front_of_whole_commits_is_damage(tmp_path: Path, where: float) -> None:
    """SQLite would pass over everything behind it without a word, and old awards would go out again."""
    path = await left_by_a_power_cut(tmp_path)
    log = path.with_name("ledger.db-wal")
    data = bytearray(log.read_bytes())
    data[int(where * len(data)) + 12] ^= 4
    log.write_bytes(data)
    ledger = Ledger.open(path, HandClock(), 0.25)
    assert ledger.rebuilt
    row = await ledger.do(enqueue, 3, Idempotency.NONE)
    assert await ledger.do(state, row or 0) == "delivered"
    await ledger.close()


async def test_a_torn_last_commit_is_only_cut_back(tmp_path: Path) -> None:
    path = await left_by_a_power_cut(tmp_path)
    log = path.with_name("ledger.db-wal")
    log.write_bytes(log.read_bytes()[:-2000])
    ledger = Ledger.open(path, HandClock(), 0.25)
    assert not ledger.rebuilt
    assert await ledger.do(state, 20) == "delivered"  # its commit was torn off; the sent log knows
    await ledger.close()


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_broken_it_opens_and_works(tmp_path: Path, seed: int) -> None:
    path, chance = await left_by_a_power_cut(tmp_path), random.Random(seed)
    for file in (path, path.with_name("ledger.db-wal"), path.with_name("sent.log")):
        if chance.random() < 0.7:
            flip(file, chance, chance.choice((1, 30, 500)))
        if chance.random() < 0.3:
            truncate(file, chance.random())
    ledger = Ledger.open(path, HandClock(), 0.25)
    if await ledger.do(lambda db: db.execute("PRAGMA quick_check").fetchone()[0]) == "ok":
        assert await ledger.do(book, 1000) > 0
    await ledger.close()


async def test_numbers_never_come_twice_over_a_rebuild(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(path, HandClock(), 0.25)
    before = [await ledger.do(counters.next_number, "conn") for _ in range(9)]
    event = await ledger.do(events.record, "deadline_near", {}, NOW)
    await ledger.close()
    truncate(path, 0.5)
    again = Ledger.open(path, HandClock(), 0.25)
    assert again.rebuilt
    assert await again.do(counters.next_number, "conn") > before[-1]
    assert min(found.id for found in await again.do(events.unsent)) > event
    await again.close()


async def test_what_the_sent_log_proves_is_believed_at_every_opening(tmp_path: Path) -> None:
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


async def test_quick_check_finds_what_the_header_hides(tmp_path: Path) -> None:
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
    await ledger.close()

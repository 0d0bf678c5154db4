"""What need not be kept goes: identities a week after the last award is final, in both tables and in the file."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from agent.clock import Quality
from agent.ledger import Ledger, answers, outbox, receipts, retention
from agent.ledger.nightly import Nightly
from agent.ledger.personal import device_key, hashed, masked, masked_name, scrubbed
from agent.receipt import Kind, State
from tests.hand_clock import HandClock
from tests.ledger.facts import CLOSING, NOW, book, phone, position, sale, save

KEY = b"k" * 32
WEEK = timedelta(days=7)


def finish(db: Database, row: int, state: str = "delivered") -> None:
    db.execute("UPDATE outbox SET state = ?, finished_at = ? WHERE id = ?", [state, NOW.isoformat(), row])


def purge(db: Database, after: timedelta) -> int:
    return retention.purge_identities(db, KEY, NOW + after + timedelta(seconds=1))


@pytest.mark.parametrize("state", ["delivered", "refused", "cancelled"])
def test_identities_go_a_week_after_the_award_is_final(db: Database, state: str) -> None:
    finish(db, book(db, 1), state)
    assert purge(db, WEEK - timedelta(hours=1)) == 0
    assert purge(db, WEEK) == 1
    assert purge(db, WEEK) == 0
    known, row = receipts.load(db, 1), outbox.load(db, 1)
    assert (known.receipt.phone, known.receipt.name, known.receipt.total) == (None, None, 2490)
    digest = hashed(phone(1), KEY)
    assert row.body["customer"]["phone"] == digest
    assert db.execute("SELECT phone FROM receipts").fetchone()[0] == digest
    everything = " ".join(str(line) for table in ("receipts", "outbox") for line in db[table].rows)
    assert phone(1) not in everything
    assert "Test Customer" not in everything


def test_what_has_not_arrived_keeps_its_identity_for_ever(db: Database) -> None:
    book(db, 1)
    assert purge(db, timedelta(days=3650)) == 0


@pytest.mark.parametrize(("state", "days"), [(State.NOTED, 7), (State.ACCEPTED, 7), (State.HELD, 37)])
def test_receipts_without_awards_count_from_their_deadline(db: Database, state: State, days: int) -> None:
    save(db, 1, sale(1, state=state, kind=Kind.SALE))
    left = CLOSING - NOW
    assert purge(db, left + timedelta(days=days, minutes=-1)) == 0
    assert purge(db, left + timedelta(days=days, minutes=1)) == 1


def test_a_purged_award_can_only_be_sent_with_an_identity_given_anew(db: Database) -> None:
    finish(db, book(db, 1), "refused")
    purge(db, WEEK)
    at = NOW + timedelta(days=8)
    with pytest.raises(ValueError, match="ask for it"):
        answers.reopen(db, 1, who="manager 1", at=at)
    answers.reopen(db, 1, who="manager 1", at=at, customer={"phone": phone(1)}, customer_key="phone:1")
    assert outbox.load(db, 1).body["customer"] == {"phone": phone(1)}


def test_the_journal_is_needed_until_its_awards_are_final_for_a_week(db: Database) -> None:
    finish(db, book(db, 1))
    book(db, 2)
    assert retention.journal_needed_from(db, NOW) == position(1)
    purge(db, WEEK)
    assert retention.journal_needed_from(db, NOW + WEEK + timedelta(hours=1)) == position(2)


def test_after_the_returns_window_the_receipt_goes_unless_something_waits(db: Database) -> None:
    finish(db, book(db, 1))
    book(db, 2)
    finish(db, book(db, 3, original_id=1, points=-3))
    at = NOW + timedelta(days=401)
    while retention.purge_identities(db, KEY, at):
        pass
    assert retention.forget(db, at, 400) == 2
    assert [row["id"] for row in db["receipts"].rows] == [2]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_the_night_cleans_the_files_but_not_under_a_wrong_clock(tmp_path: Path) -> None:
    clock = HandClock()
    ledger = Ledger.open(tmp_path / "ledger.db", clock, 0.25)
    row = await ledger.do(book, 4321)
    await ledger.do(finish, row)
    clock.jump(timedelta(days=8))
    night = Nightly(ledger, clock, ZoneInfo("America/Los_Angeles"), 400)

    def in_the_files() -> bool:
        files = [tmp_path / "ledger.db", tmp_path / "ledger.db-wal"]
        return any(phone(4321).encode() in file.read_bytes() for file in files)

    assert in_the_files()
    clock.trusted = Quality.GUESS
    assert not night.is_due()
    clock.trusted = Quality.NTP
    assert night.is_due()
    await night.tidy_up()
    assert not in_the_files()
    assert not night.is_due()
    clock.jump(timedelta(hours=24))
    assert night.is_due()
    await ledger.close()


async def test_a_night_that_cannot_be_worked_is_tried_again(tmp_path: Path) -> None:
    """Nothing may stop the awards for it, above all not at every start."""
    clock = HandClock()
    ledger = Ledger.open(tmp_path / "ledger.db", clock, 0.1)
    in_the_way = tmp_path / "personal.key.new"
    in_the_way.mkdir()
    night = Nightly(ledger, clock, ZoneInfo("UTC"), 400)
    running = asyncio.create_task(night.run())
    await clock.advance(1)
    assert not running.done()
    in_the_way.rmdir()
    async with asyncio.timeout(10):
        while night.is_due():
            await clock.advance(60)
            await asyncio.sleep(0.01)
    running.cancel()
    await ledger.close()


def test_the_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "personal.key"
    key = device_key(path)
    assert device_key(path) == key
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert hashed(phone(1), key) != hashed(phone(1), KEY)
    assert hashed(hashed(phone(1), key), key) == hashed(phone(1), key)


@pytest.mark.parametrize(
    ("show", "text", "shown"),
    [
        (masked, "+14155550123", "***0123"),
        (masked, "ann@example.com", "a***@example.com"),
        (masked, f"hmac:{'0' * 32}:0123", "***0123"),
        (masked, None, None),
        (masked_name, "Test Customer", "T***"),
        (scrubbed, "no account for (415) 555-0123 or ann@example.com!", "no account for (***0123 or a***@example.com!"),
        (scrubbed, "error 700: not eligible, 149.46", "error 700: not eligible, 149.46"),
    ],
)
def test_masking(show: Callable[[str | None], str | None], text: str | None, shown: str | None) -> None:
    assert show(text) == shown

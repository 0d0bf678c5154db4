"""A full disk: nothing raises, nothing is out of order, and what memory cannot hold either is named."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import StorageFull
from agent.journal.record import Direction, RecordKind, Stamp
from agent.journal.ring import DISK_FULL, RECORD_BYTES, KeptJournal, Ring, Waiting
from agent.journal.segment import segments
from agent.journal.writer import JournalWriter
from tests.hand_clock import HandClock
from tests.journal.entries import SMALL, TO, cause, fill, gaps, payloads, read_all

MIB = 1 << 20
WHEN = Stamp("b0070001", 5, 6, True)


def waiting(payload: bytes, offset: int = 0, session: int = 1, kind: RecordKind = RecordKind.BYTES) -> Waiting:
    return Waiting(kind, "front", session, TO, offset, payload, WHEN)


def drain(ring: Ring) -> list[Waiting]:
    found = []
    while record := ring.pop():
        found.append(record)
    return found


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 900)), max_size=60), st.integers(600, 6000))
def test_what_comes_out_and_what_is_named_is_all_that_went_in(puts: list[tuple[int, int]], size: int) -> None:
    ring, went_in = Ring(size), dict[int, int]()
    for session, length in puts:
        ring.put(waiting(bytes(length), went_in.get(session, 0), session))
        went_in[session] = went_in.get(session, 0) + length
        assert ring.bytes <= size
    came_out = dict[int, int]()
    for record in drain(ring):
        assert record.offset == came_out.get(record.session, 0), "in order, without a hole that is not named"
        gap = record.kind is RecordKind.GAP
        length = json.loads(record.payload)["length"] if gap else len(record.payload)
        came_out[record.session] = record.offset + length
    assert {key: length for key, length in came_out.items() if length} == {
        key: length for key, length in went_in.items() if length
    }
    assert ring.bytes == 0


def test_the_oldest_goes_first_and_the_gap_says_what() -> None:
    ring = Ring(2 * (1000 + RECORD_BYTES))
    for number in range(5):
        ring.put(waiting(bytes([number]) * 1000, number * 1000))
    gap, *rest = drain(ring)
    words = json.loads(gap.payload)
    assert (gap.lane, words["from"], words["to"], words["cause"], words["length"]) == (
        "front",
        0,
        3000,
        DISK_FULL,
        3000,
    )
    assert [record.payload[:1] for record in rest] == [b"\x03", b"\x04"]
    assert ring.dropped_bytes == 3000


def test_a_gap_that_could_not_be_written_and_is_dropped_again_keeps_counting() -> None:
    ring = Ring(1000 + RECORD_BYTES)
    ring.put(waiting(bytes(1000), 0))
    ring.put(waiting(bytes(1000), 1000))
    gap = ring.pop()
    assert gap is not None
    ring.put_back(gap)
    ring.put(waiting(bytes(1000), 2000))
    ring.put(waiting(bytes(1000), 3000))
    lengths = [json.loads(record.payload)["length"] for record in drain(ring) if record.kind is RecordKind.GAP]
    assert sum(lengths) == 3000


def test_many_sessions_do_not_grow_it() -> None:
    ring = Ring(1000)
    for session in range(1, 5000):
        ring.put(waiting(b"x", 0, session))
    assert len(ring) < 300
    assert (
        sum(json.loads(record.payload)["length"] or 0 for record in drain(ring) if record.kind is RecordKind.GAP)
        == 4998
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """2 MiB that can be filled."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tillpost-test", folder], check=False, capture_output=True, text=True
    )
    if made.returncode:
        pytest.skip(f"this machine lets nobody mount: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill_up(disk: Path) -> Path:
    """Takes what is left of it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return filler
    raise AssertionError("the disk has no end")


def test_a_full_disk_is_noticed_one_segment_early_and_refused_only_at_the_end(small_disk: Path) -> None:
    journal = JournalWriter(small_disk / "journal", HandClock(), segment_bytes=256 * 1024)
    wrote = fill(journal, 1)
    assert journal.prepare()
    fill_up(small_disk)
    room = journal.room
    assert room > 500_000
    refused = False
    while not refused:
        try:
            wrote += fill(journal, 1, session=len(wrote))
            journal.sync()
        except StorageFull:
            refused = True
        else:
            assert journal.low == (wrote[-1][0].segment > 1), "as soon as the spare is in use there is no other"
    assert len(wrote) * 361 > room - 2000, "the spare was used, too"
    assert payloads(read_all(small_disk / "journal", limit=100)) == wrote
    journal.close()


def test_a_full_disk_costs_nothing_that_memory_holds(small_disk: Path) -> None:
    folder = small_disk / "journal"
    journal = KeptJournal(JournalWriter(folder, HandClock(), segment_bytes=256 * 1024), ring_bytes=MIB)
    wrote = list[bytes]()

    def append(count: int) -> None:
        for _ in range(count):
            wrote.append(b"%06d" % len(wrote) * 50)
            journal.append(RecordKind.BYTES, "front", 1, TO, (len(wrote) - 1) * 300, wrote[-1])

    append(10)
    assert journal.sync()
    filler = fill_up(small_disk)
    append(2000)
    assert not journal.sync()
    assert journal.full
    assert len(journal.ring) > 100
    assert [payload for _, payload in payloads(read_all(folder, limit=100))] == wrote[: -len(journal.ring)]
    filler.unlink()
    assert journal.sync()
    assert not journal.full
    append(10)
    assert journal.sync()
    found = read_all(folder, limit=100)
    assert [payload for _, payload in payloads(found)] == wrote
    assert gaps(found) == []
    journal.close()


def test_a_disk_full_for_too_long_costs_a_named_gap(small_disk: Path) -> None:
    folder = small_disk / "journal"
    journal = KeptJournal(JournalWriter(folder, HandClock(), segment_bytes=64 * 1024), ring_bytes=64 * 1024)
    filler = fill_up(small_disk)
    for number in range(1000):
        journal.append(RecordKind.BYTES, "front", 1, Direction.TO_PRINTER, number * 300, b"%06d" % number * 50)
        if number % 50 == 0:
            assert not journal.sync()
    filler.unlink()
    assert journal.sync()
    (gap,) = gaps(read_all(folder))
    assert (gap.lane, gap.session, gap.offset, cause(gap)) == ("front", 1, 0, DISK_FULL)
    rest = payloads(read_all(folder))
    assert json.loads(gap.payload)["length"] + len(rest) * 300 == 300_000
    assert rest[-1][1] == b"000999" * 50
    journal.close()


def test_what_waited_carries_the_time_it_passed(small_disk: Path) -> None:
    clock = HandClock()
    journal = KeptJournal(JournalWriter(small_disk / "journal", clock, segment_bytes=SMALL))
    passed_at = journal.stamp()
    filler = fill_up(small_disk)
    assert journal.append(RecordKind.BYTES, "front", 1, TO, 0, b"x", passed_at) is None
    filler.unlink()
    assert journal.sync()
    ((_, record),) = read_all(small_disk / "journal")
    assert (record.wall_us, record.monotonic_ns, record.boot) == (
        passed_at.wall_us,
        passed_at.monotonic_ns,
        passed_at.boot,
    )
    journal.close()


def test_a_folder_that_vanishes_does_not_raise_either(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = KeptJournal(JournalWriter(folder, HandClock(), segment_bytes=SMALL))
    folder.rmdir()
    assert journal.append(RecordKind.BYTES, "front", 1, TO, 0, b"x") is None
    assert not journal.sync()
    assert journal.full
    journal.close()
    assert segments(folder) == []

"""Where the writer goes on: never at a position that may have been read with other bytes before."""

import os
from pathlib import Path

import pytest

from agent.errors import JournalBusy
from agent.journal.layout import HEAD_BYTES
from agent.journal.record import RecordKind
from agent.journal.segment import segments
from agent.journal.writer import SEGMENT_BYTES, JournalWriter
from tests.hand_clock import HandClock
from tests.journal.entries import TO, fill, payloads, read_all, write, writer


def test_what_is_written_is_read_across_segments(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 100)
    journal.sync()
    assert payloads(read_all(tmp_path)) == wrote
    assert len(segments(tmp_path)) > 3
    journal.close()


def test_segments_are_zeros_on_the_disk_before_they_are_used(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path, HandClock())
    write(journal, b"x")
    (segment,) = segments(tmp_path)
    assert segment.path.stat().st_size == SEGMENT_BYTES
    assert segment.path.stat().st_blocks * 512 >= SEGMENT_BYTES
    journal.close()


def test_the_next_segment_is_prepared_in_idle_moments_or_at_the_latest_while_this_one_ends(tmp_path: Path) -> None:
    journal = writer(tmp_path, segment_bytes=1 << 20)
    write(journal, bytes(1000))
    journal.sync()
    assert not (tmp_path / "spare").exists()
    assert [journal.prepare() for _ in range(5)] == [False, False, False, True, True]
    assert (tmp_path / "spare").read_bytes() == bytes(1 << 20)
    while not (tmp_path / "spare").exists() or write(journal, bytes(50_000)).segment == 1:
        journal.sync()
    while write(journal, bytes(50_000)).offset < 900_000:
        journal.sync()
    assert (tmp_path / "spare").read_bytes() == bytes((tmp_path / "spare").stat().st_size)
    assert (tmp_path / "spare").stat().st_size > 0
    journal.close()


def test_long_payloads_become_several_records(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    long = os.urandom(20_000)
    first = write(journal, long, offset=500)
    found = read_all(tmp_path)
    assert found[0][0] == first
    assert b"".join(record.payload for _, record in found) == long
    assert [record.offset for _, record in found] == list(range(500, 20_500, journal.piece_bytes))
    journal.close()


def test_after_a_death_in_the_same_boot_it_goes_on_behind_the_last_record(tmp_path: Path) -> None:
    first = writer(tmp_path)
    wrote = fill(first, 5)
    first.close()
    second = writer(tmp_path)
    position = write(second, b"more")
    assert (position.segment, position.offset) == (1, wrote[-1][0].offset + 300 + len("front") + HEAD_BYTES)
    assert payloads(read_all(tmp_path)) == [*wrote, (position, b"more")]
    second.close()


def test_after_a_reboot_a_new_segment_begins(tmp_path: Path) -> None:
    first = writer(tmp_path, boot="b0070001")
    wrote = fill(first, 5)
    first.close()
    second = writer(tmp_path, boot="b0070002")
    position = write(second, b"more")
    assert (position.journal, position.segment) == (wrote[0][0].journal, 2)
    assert payloads(read_all(tmp_path)) == [*wrote, (position, b"more")]
    second.close()


def test_an_empty_segment_of_an_earlier_boot_is_not_used_either(tmp_path: Path) -> None:
    """Its records may have been read and then lost with the power."""
    first = writer(tmp_path, boot="b0070001")
    lost = write(first, b"read, acted on, never synced")
    first.close()
    (segment,) = segments(tmp_path)
    data = segment.path.read_bytes()
    segment.path.write_bytes(data[:64] + bytes(len(data) - 64))
    second = writer(tmp_path, boot="b0070002")
    assert write(second, b"other bytes") > lost
    assert read_all(tmp_path, after=lost)[0][1].payload == b"other bytes"
    second.close()


def test_behind_a_torn_tail_a_new_segment_begins(tmp_path: Path) -> None:
    first = writer(tmp_path)
    wrote = fill(first, 5)
    first.close()
    (segment,) = segments(tmp_path)
    with segment.path.open("r+b") as file:
        file.seek(wrote[-1][0].offset + 300 + len("front"))
        file.write(b"half a rec")
    second = writer(tmp_path)
    position = write(second, b"more")
    assert position.segment == 2
    found = read_all(tmp_path)
    assert payloads(found) == [*wrote, (position, b"more")]
    assert len(found) == 6, "a torn tail alone is no gap"
    second.close()


def test_session_numbers_are_never_used_twice(tmp_path: Path) -> None:
    used = list[int]()
    for boot in ("b0070001", "b0070001", "b0070002", "b0070002", "b0070003"):
        journal = writer(tmp_path, boot=boot)
        for _ in range(3):
            session = journal.next_session()
            used.append(session)
            journal.append(RecordKind.OPENED, "front", session, TO, 0, b"{}")
        fill(journal, 30, session)
        journal.close()
    assert sorted(set(used)) == used


def test_sessions_lost_with_the_power_are_not_numbered_again(tmp_path: Path) -> None:
    first = writer(tmp_path, boot="b0070001")
    write(first, b"kept", session=first.next_session())
    first.sync()
    after_sync = tmp_path.parent / "cut"
    after_sync.mkdir()
    (segment,) = segments(tmp_path)
    (after_sync / segment.path.name).write_bytes(segment.path.read_bytes())
    lost = [first.next_session() for _ in range(1000)]
    first.close()
    second = writer(after_sync, boot="b0070002")
    assert second.next_session() > max(lost)
    second.close()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    with pytest.raises(JournalBusy):
        writer(tmp_path)
    journal.close()
    writer(tmp_path).close()


def test_two_births_have_different_names(tmp_path: Path) -> None:
    births = set()
    for name in ("one", "two"):
        journal = writer(tmp_path / name)
        births.add(write(journal, b"x").journal)
        journal.close()
    assert len(births) == 2


def test_a_spare_with_a_header_in_it_is_made_anew(tmp_path: Path) -> None:
    """The power was cut between the header and the name."""
    journal = writer(tmp_path)
    write(journal, b"x")
    journal.close()
    (segment,) = segments(tmp_path)
    found = bytearray(segment.path.read_bytes())
    found[5000:5010] = b"left there"
    (tmp_path / "spare").write_bytes(found)
    again = writer(tmp_path, boot="b0070002")
    position = write(again, b"y")
    assert payloads(read_all(tmp_path))[-1] == (position, b"y")
    assert len(read_all(tmp_path)) == 2
    assert not any(segments(tmp_path)[-1].path.read_bytes()[position.offset + 10 :])
    again.close()

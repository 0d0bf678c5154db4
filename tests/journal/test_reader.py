"""Reading behind a cursor, while another process writes, in pages, over deleted and damaged segments."""

import random
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from agent.journal.layout import HEAD_BYTES
from agent.journal.reader import PAGE_BYTES, JournalReader
from agent.journal.record import Position, RecordKind
from agent.journal.segment import segments
from agent.journal.walk import DAMAGED
from tests.journal.entries import cause, fill, gaps, payloads, read_all, write, writer


def test_an_absent_folder_is_an_empty_journal(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "none")
    assert (reader.read(None, 10), reader.end(), list(reader.replay(None))) == ([], None, [])


def test_it_goes_on_from_any_record(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 60)
    reader = JournalReader(tmp_path)
    assert payloads(reader.read(None, 1000)) == wrote
    for place in random.Random(1).sample(range(60), 20):
        assert payloads(reader.read(wrote[place][0], 5)) == wrote[place + 1 : place + 6]
        assert payloads(JournalReader(tmp_path).read(wrote[place][0], 5)) == wrote[place + 1 : place + 6]
    journal.close()


def test_any_byte_of_a_record_leads_behind_it(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 3, size=50)
    position = wrote[0][0]
    for within in range(50):
        byte = Position(position.journal, position.segment, position.offset + within)
        assert payloads(JournalReader(tmp_path).read(byte, 5)) == wrote[1:]
    journal.close()


def test_it_follows_a_writer_into_every_next_segment(tmp_path: Path) -> None:
    journal, reader = writer(tmp_path), JournalReader(tmp_path)
    after, seen, wrote = None, list[tuple[Position, bytes]](), list[tuple[Position, bytes]]()
    for number in range(80):
        wrote.append((write(journal, b"%d" % number * 100, session=number), b"%d" % number * 100))
        page = reader.read(after, 10)
        seen += payloads(page)
        after = page[-1][0]
        assert reader.read(after, 10) == []
        assert reader.end() == after
    assert seen == wrote
    assert wrote[-1][0].segment > 2
    journal.close()


def test_a_half_written_record_is_not_given_and_then_is(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 3)
    (segment,) = segments(tmp_path)
    whole = segment.path.read_bytes()
    start, end = wrote[2][0].offset - HEAD_BYTES, wrote[2][0].offset + 300 + len("front")
    reader, after = JournalReader(tmp_path), wrote[1][0]
    for cut in (start, start + 1, start + 4, start + HEAD_BYTES, start + HEAD_BYTES + 1, end - 1):
        segment.path.write_bytes(whole[:cut] + bytes(len(whole) - cut))
        assert reader.read(after, 10) == []
        assert JournalReader(tmp_path).read(after, 10) == []
    segment.path.write_bytes(whole[: start + HEAD_BYTES + 10] + bytes(100) + whole[start + HEAD_BYTES + 110 :])
    assert reader.read(after, 10) == [], "the end may become visible before the middle"
    segment.path.write_bytes(whole)
    assert payloads(reader.read(after, 10)) == wrote[2:]
    journal.close()


def test_pages_are_bounded_in_bytes_too(tmp_path: Path) -> None:
    journal = writer(tmp_path, segment_bytes=8 << 20)
    wrote = fill(journal, 100, size=120_000)
    page = JournalReader(tmp_path).read(None, 1000)
    assert PAGE_BYTES <= sum(len(record.payload) for _, record in page) < PAGE_BYTES + 120_000
    assert payloads(read_all(tmp_path)) == wrote
    journal.close()


def test_deleted_segments_are_passed_over(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 90)
    names = segments(tmp_path)
    for name in names[:2]:
        name.path.unlink()
    left = [(position, payload) for position, payload in wrote if position.segment > 2]
    assert payloads(read_all(tmp_path)) == left
    assert payloads(read_all(tmp_path, after=wrote[3][0])) == left
    journal.close()


def test_an_open_segment_stays_readable_when_its_name_is_deleted(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 60)
    reader = JournalReader(tmp_path)
    page = reader.read(None, 3)
    segments(tmp_path)[0].path.unlink()
    rest = list[tuple[Position, bytes]]()
    while more := reader.read(page[-1][0], 10):
        page = more
        rest += payloads(more)
    assert rest == wrote[3:]
    journal.close()


def test_a_position_of_another_journal_means_the_beginning(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 3)
    other = Position(wrote[0][0].journal ^ 1, 99, 4711)
    assert payloads(read_all(tmp_path, after=other)) == wrote
    journal.close()


def test_a_position_ahead_of_the_writer_waits(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 3)
    ahead = Position(wrote[0][0].journal, 2, 5000)
    reader = JournalReader(tmp_path)
    assert reader.read(ahead, 10) == []
    more = fill(journal, 60, session=2)
    assert payloads(reader.read(ahead, 100)) == [entry for entry in more if entry[0] > ahead]
    journal.close()


def test_replay_gives_all_from_the_record_that_holds_a_byte(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 40)
    reader = JournalReader(tmp_path)
    position = wrote[11][0]
    origin = Position(position.journal, position.segment, position.offset + 123)
    assert payloads(list(reader.replay(origin))) == wrote[11:]
    assert payloads(list(reader.replay(None))) == wrote
    journal.close()


# Damage.


def test_any_flipped_bit_costs_its_own_record_only_and_is_named(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 60, size=200)
    journal.close()
    rnd = random.Random(5)
    names = segments(tmp_path)
    for _ in range(150):
        name = rnd.choice(names)
        sound = name.path.read_bytes()
        ends = {entry[0]: entry[0].offset + 200 + 5 for entry in wrote if entry[0].segment == name.segment}
        bit = rnd.randrange(max(ends.values()) * 8)
        name.path.write_bytes(flipped(sound, bit))
        found = read_all(tmp_path)
        name.path.write_bytes(sound)
        hit = [
            entry for entry in wrote if entry[0] in ends and entry[0].offset - HEAD_BYTES <= bit // 8 < ends[entry[0]]
        ]
        assert payloads(found) == [entry for entry in wrote if entry not in hit]
        if hit and not (name == names[-1] and hit == wrote[-1:]):  # the very last one looks like being written
            assert DAMAGED in {cause(gap) for gap in gaps(found)}
        assert len({position for position, _ in found}) == len(found)


def flipped(data: bytes, bit: int) -> bytes:
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def test_damage_to_the_last_record_of_a_closed_segment_is_no_torn_tail(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 60)
    journal.close()
    lasts = [max(entry for entry in wrote if entry[0].segment == segment) for segment in (1, 2)]
    for position, _ in lasts:
        name = next(name for name in segments(tmp_path) if name.segment == position.segment)
        name.path.write_bytes(flipped(name.path.read_bytes(), (position.offset - 10) * 8))
    found = read_all(tmp_path)
    assert payloads(found) == [entry for entry in wrote if entry not in lasts]
    assert [gap.lane for gap in gaps(found)] == ["", "front", "", "front"]


def test_a_damaged_payload_is_named_by_lane_and_offsets(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 5)
    journal.close()
    (name,) = segments(tmp_path)
    name.path.write_bytes(flipped(name.path.read_bytes(), (wrote[2][0].offset + 10) * 8))
    found = read_all(tmp_path)
    assert [position for position, _ in found] == [position for position, _ in wrote]
    (gap,) = gaps(found)
    assert (gap.lane, gap.session, gap.offset) == ("front", 1, 600)
    assert gap.payload == b'{"from": 600, "to": 900, "cause": "journal damaged", "length": 300}'


def test_a_lost_stretch_is_named_by_the_stream_that_misses_it(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    wrote = fill(journal, 8)
    journal.close()
    (name,) = segments(tmp_path)
    data = bytearray(name.path.read_bytes())
    start, end = wrote[2][0].offset - HEAD_BYTES, wrote[4][0].offset + 20
    data[start:end] = bytes(end - start)
    name.path.write_bytes(data)
    writer(tmp_path, boot="b0070002").close()  # it will never be written to again
    second = writer(tmp_path, boot="b0070003")
    write(second, b"later", session=9)
    found = read_all(tmp_path)
    assert payloads(found)[:-1] == wrote[:2] + wrote[5:]
    unknown, known = gaps(found)
    assert (unknown.lane, cause(unknown)) == ("", DAMAGED)
    assert (known.lane, known.session, known.offset) == ("front", 1, 600)
    assert b'"length": 900' in known.payload
    second.close()


def test_reading_goes_on_behind_every_gap_by_its_position(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    fill(journal, 60)
    journal.close()
    rnd = random.Random(9)
    for name in segments(tmp_path):
        data = bytearray(name.path.read_bytes())
        for _ in range(3):
            at = rnd.randrange(64, 7000)
            data[at : at + 40] = rnd.randbytes(40)
        name.path.write_bytes(data)
    whole = read_all(tmp_path, limit=1000)
    assert len(gaps(whole)) > 5
    assert [position for position, _ in whole] == sorted({position for position, _ in whole})
    assert read_all(tmp_path, limit=1) == whole
    for place, (position, _) in enumerate(whole):
        behind = [entry for entry in whole[place + 1 :] if entry[1].kind is not RecordKind.GAP]
        found = [entry for entry in read_all(tmp_path, after=position) if entry[1].kind is not RecordKind.GAP]
        assert found == behind


def test_noise_instead_of_a_journal_harms_nothing(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    fill(journal, 30)
    journal.close()
    for name in segments(tmp_path):
        name.path.write_bytes(random.Random(name.segment).randbytes(9000))
    assert payloads(read_all(tmp_path)) == []
    again = writer(tmp_path)
    position = write(again, b"goes on")
    assert position.segment > segments(tmp_path)[-2].segment
    assert payloads(read_all(tmp_path)) == [(position, b"goes on")]
    again.close()


def test_a_bytewise_copy_of_a_record_inside_a_payload_is_no_record(tmp_path: Path) -> None:
    journal = writer(tmp_path)
    first = write(journal, b"original")
    (name,) = segments(tmp_path)
    record = name.path.read_bytes()[64 : first.offset + 13]
    second = write(journal, record * 3)
    third = write(journal, b"last")
    name.path.write_bytes(flipped(name.path.read_bytes(), (second.offset - HEAD_BYTES) * 8))
    assert [position for position, _ in payloads(read_all(tmp_path))] == [first, third]
    journal.close()


# Another process writes.

WRITING = """
    import sys
    from pathlib import Path
    from agent.clock import SystemClock
    from agent.journal.record import Direction, RecordKind
    from agent.journal.writer import JournalWriter

    journal = JournalWriter(Path(sys.argv[1]), SystemClock(), segment_bytes=65536)
    for number in range(6000):
        payload = number.to_bytes(4, "big") * (1 + number % 300)
        journal.append(RecordKind.BYTES, "front", 1, Direction.TO_PRINTER, number, payload)
        if number % 100 == 0:
            journal.sync()
    journal.close()
"""


@pytest.mark.parametrize("limit", [1, 50])
def test_a_reader_beside_a_writing_process_sees_every_record_once_and_whole(tmp_path: Path, limit: int) -> None:
    folder = tmp_path / "journal"
    command = [sys.executable, "-c", textwrap.dedent(WRITING), str(folder)]
    reader, after, seen = JournalReader(folder), None, 0
    with subprocess.Popen(command) as process:
        ended = False
        while True:
            page = reader.read(after, limit)
            if not page and ended:
                break
            ended = process.poll() is not None
            for position, record in page:
                if record.kind is RecordKind.BYTES:
                    assert record.payload == seen.to_bytes(4, "big") * (1 + seen % 300)
                    seen += 1
                after = position
    assert process.returncode == 0
    assert seen == 6000

"""Erasing: a phone is starred wherever it stands in the journal, across records, and nothing else changes."""

from pathlib import Path

import pytest

from agent.journal.erasing import erase, phone_pattern, text_pattern
from agent.journal.reader import JournalReader
from agent.journal.record import Direction, Position, RecordKind
from agent.journal.writer import JournalWriter
from tests.hand_clock import HandClock

PHONE = "4155550101"
EVERYTHING = Position(0xFFFFFFFF, 999999, 0)


def written(folder: Path, *pieces: bytes, lane: str = "till-1", segment_bytes: int = 1 << 16) -> JournalReader:
    writer = JournalWriter(folder, HandClock(), segment_bytes=segment_bytes)
    session, offset = writer.next_session(), 0
    for piece in pieces:
        writer.append(RecordKind.BYTES, lane, session, Direction.TO_PRINTER, offset, piece)
        offset += len(piece)
    writer.close()
    return JournalReader(folder)


def kept(reader: JournalReader) -> bytes:
    return b"".join(record.payload for _, record in reader.replay(None) if record.kind is RecordKind.BYTES)


def end(reader: JournalReader) -> Position:
    """Behind everything."""
    last = reader.end()
    assert last is not None
    return Position(last.journal, last.segment, last.offset + 1)


def erased(folder: Path, *pieces: bytes) -> tuple[int, bytes]:
    reader = written(folder, *pieces)
    return erase(folder, [phone_pattern(PHONE)], end(reader)), kept(reader)


@pytest.mark.parametrize(
    "printed",
    [b"4155550101", b"(415) 555-0101", b"415.555.0101", b"415 555 01 01", b"+1 415 555 0101", b"1-415-555-0101",
     b"\x1bE\x01415\x1bE\x00 555-0101"],
)  # fmt: skip
def test_however_it_is_printed(tmp_path: Path, printed: bytes) -> None:
    found, text = erased(tmp_path, b"Phone: " + printed + b"\nTOTAL 41.55\n")
    assert found == 1
    assert not any(digit in text[:-12] for digit in b"456")
    assert text.endswith(b"TOTAL 41.55\n")
    assert len(text) == len(b"Phone: " + printed + b"\nTOTAL 41.55\n")


@pytest.mark.parametrize("other", [b"14155550101999", b"4155550102", b"94155550101 7", b"41555501"])
def test_other_numbers_stay(tmp_path: Path, other: bytes) -> None:
    found, text = erased(tmp_path, b"no. " + other + b"\n")
    assert (found, text) == (0, b"no. " + other + b"\n")


@pytest.mark.parametrize("size", range(1, 12))
def test_cut_over_several_records(tmp_path: Path, size: int) -> None:
    whole = b"x" * 300 + b"Phone: (415) 555-0101\n" + b"y" * 300
    found, text = erased(tmp_path, *(whole[at : at + size] for at in range(0, len(whole), size)))
    assert found == 1
    assert text == b"x" * 300 + b"Phone: (***) ***-****\n" + b"y" * 300


def test_over_the_end_of_a_segment(tmp_path: Path) -> None:
    fill = [b"." * 8000] * 9
    found, text = erased(tmp_path, *fill, b"Phone: 41555", b"50101\n", *fill)
    assert found == 1
    assert b"Phone: **********\n" in text


def test_names_and_addresses_in_any_case_and_spacing(tmp_path: Path) -> None:
    reader = written(tmp_path, b"Customer: ANN   EXAMPLE\nann@example.com\nAnn Other\n")
    erase(tmp_path, [text_pattern("Ann Example"), text_pattern("ANN@example.com")], end(reader))
    assert kept(reader) == b"Customer: ***   *******\n***@*******.***\nAnn Other\n"


def test_what_has_not_been_read_yet_is_left_alone(tmp_path: Path) -> None:
    reader = written(tmp_path, b"4155550101\n", b"4155550101\n")
    (_, first), (position, _) = (entry for entry in reader.replay(None) if entry[1].kind is RecordKind.BYTES)
    assert first.payload == b"4155550101\n"
    assert erase(tmp_path, [phone_pattern(PHONE)], position) == 1
    assert kept(reader) == b"**********\n4155550101\n"


def test_the_reader_finds_no_damage_and_places_stay(tmp_path: Path) -> None:
    reader = written(tmp_path, *[b"Phone: 4155550101\n"] * 50)
    before = [position for position, _ in reader.replay(None)]
    assert erase(tmp_path, [phone_pattern(PHONE)], end(reader)) == 50
    after = list(reader.replay(None))
    assert [position for position, _ in after] == before
    assert not [record for _, record in after if record.kind is RecordKind.GAP]
    assert erase(tmp_path, [phone_pattern(PHONE)], end(reader)) == 0


def test_without_a_journal_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert erase(tmp_path / "none", [phone_pattern(PHONE)], EVERYTHING) == 0

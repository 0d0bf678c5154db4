"""Reading place: across any number of restarts no byte is passed over, and no printer's state is forgotten."""

import json
from dataclasses import replace

from agent.dialects import DialectState
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.reading_place import Mark, ReadingPlace

GREEK = DialectState(page="cp737")
HEAD = 60
"""Bytes before a record's payload; the shortest way from one payload's end to the next payload."""


def record(
    kind: RecordKind = RecordKind.BYTES, payload: bytes = b"ab", lane: str = "till-1", session: int = 1
) -> Record:
    return Record(kind, lane, session, Direction.TO_PRINTER, 0, "b0070001", 0, 0, True, payload)


def at(offset: int, journal: int = 1) -> Position:
    return Position(journal, 1, offset)


def again(place: ReadingPlace) -> ReadingPlace:
    return ReadingPlace.from_json(place.as_json())


def test_words_about_a_gap_are_no_bytes_of_the_journal() -> None:
    """A gap found in reading stands just before the record behind it, and its words are longer than that is away."""
    gap = record(RecordKind.GAP, json.dumps({"cause": "journal damaged", "length": 5}).encode() + b" " * HEAD)
    place = ReadingPlace()
    place.fed(at(101), gap)
    place.settle({}, {})
    behind = at(100 + HEAD), record(payload=b"abc")
    assert again(place).left_of(*behind) == behind


def test_what_a_silent_session_has_set_is_kept_while_others_print() -> None:
    place = ReadingPlace()
    place.fed(at(100), record())
    place.settle({}, {("till-1", 1): GREEK})
    for offset in (1000, 2000):  # each after a restart in which only the other till printed
        place = again(place)
        place.fed(at(offset), record(lane="till-2", session=2))
        place.settle({}, {})
    assert place.states("till-1") == {1: GREEK}


def test_a_session_that_has_ended_is_forgotten() -> None:
    place = ReadingPlace()
    place.fed(at(100), record())
    place.settle({}, {("till-1", 1): GREEK})
    place = again(place)
    place.fed(at(200), record(RecordKind.CLOSED, b"{}"))
    place.fed(at(300), record(lane="till-2", session=2))
    place.settle({}, {})
    assert place.states("till-1") == {}


def test_sessions_whose_end_was_never_seen_do_not_pile_up() -> None:
    place = ReadingPlace()
    for session in range(1000):
        place = again(place)
        place.fed(at(100 * session), record(session=session))
        place.settle({}, {("till-1", session): GREEK})
    assert len(place.states("till-1")) < 100
    assert 999 in place.states("till-1")


def test_a_journal_begun_anew_is_read_whatever_the_old_one_had() -> None:
    place = ReadingPlace(at(5000, journal=9), {("till-1", 1): Mark(at(5000, journal=9), GREEK)})
    first = at(100, journal=2), record()
    assert place.left_of(*first) == first
    place.fed(*first)
    place.settle({("till-1", 1): Mark(at(100, journal=2))}, {})
    assert again(place).back_to == at(100, journal=2)
    assert again(place).left_of(*replace_offset(first, 200)) == replace_offset(first, 200)


def replace_offset(entry: tuple[Position, Record], offset: int) -> tuple[Position, Record]:
    return replace(entry[0], offset=offset), entry[1]

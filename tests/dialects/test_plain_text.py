"""Plain text: what moves, what prints, what is named; the same however it is sliced."""

from agent.dialects.plain_text import RUN_LIMIT, WHY, Reader
from agent.dialects.state import DialectState
from agent.print_events import Feed, Move, Return, Tab, Text, Unreadable
from tests.dialects.streams import noise, read_in, slicings


def test_what_a_text_printer_knows() -> None:
    assert read_in([b"A\tB\bC\r\n\x0c\x00D"], Reader) == [
        Text(0, "A"),
        Tab(1),
        Text(2, "B"),
        Move(3, -12, relative=True),
        Text(4, "C"),
        Return(5),
        Feed(6),
        Feed(7),
        Text(9, "D"),
    ]


def test_padding_does_not_part_a_word() -> None:
    assert read_in([b"TO\x00TAL\x11\x13 5"], Reader) == [Text(0, "TOTAL 5")]


def test_other_control_bytes_are_named_together() -> None:
    assert read_in([b"A\x1b\x1d\x0bB"], Reader) == [Text(0, "A"), Unreadable(1, 3, WHY), Text(4, "B")]


def test_the_lanes_page_is_used() -> None:
    state = DialectState(default_page="cp850")
    assert read_in([b"\x9c5"], lambda: Reader(state)) == [Text(0, "£5")]


def test_the_same_events_however_it_is_sliced() -> None:
    for seed in range(20):
        data = noise(2000, seed)
        whole = read_in([data], Reader)
        for how, pieces in slicings(data):
            assert read_in(pieces, Reader) == whole, how


def test_a_run_without_end_comes_in_pieces() -> None:
    data = b"A" * (2 * RUN_LIMIT + 3)
    events = read_in([data[:100], data[100:]], Reader)
    assert [event.at for event in events] == [0, RUN_LIMIT, 2 * RUN_LIMIT]
    assert "".join(event.text for event in events if isinstance(event, Text)) == data.decode()

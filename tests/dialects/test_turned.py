"""Lines printed upside down: last line first, each with its own alignment, parted at cuts, kept from job to job."""

from agent.dialects import DialectName, DialectState, read_job
from agent.dialects.escpos import Reader
from agent.dialects.turned import LIMIT
from agent.paper import lay_out
from agent.print_events import Align, Aligned, Barcode, Cut, Feed, Text
from tests.dialects.streams import read_in, slicings

ON, OFF = b"\x1b{\x01", b"\x1b{\x00"


def lines(data: bytes, state: DialectState | None = None) -> list[str]:
    events, _ = read_job(data, state or DialectState(), DialectName.ESCPOS)
    return [line.text for line in lay_out(events).lines]


def test_the_last_line_comes_first() -> None:
    data = b"BEFORE\n" + ON + b"TOTAL\t5.00\nITEM 5.00\nSHOP" + b"\n" + OFF + b"AFTER\n"
    assert lines(data) == ["BEFORE", "SHOP", "ITEM 5.00", "TOTAL   5.00", "AFTER"]


def test_however_it_is_sliced() -> None:
    data = ON + b"\x1ba1C\n\x1ba0B\nA\n\x1dV0D\nE" + OFF
    whole = read_in([data], Reader)
    for how, pieces in slicings(data):
        assert read_in(pieces, Reader) == whole, how


def test_each_line_keeps_its_alignment_and_cuts_stay_where_they_are() -> None:
    assert read_in([ON + b"\x1ba1B\nA\n\x1dV0D"], Reader) == [
        Aligned(8, Align.CENTRE),
        Text(8, "A"),
        Feed(9),
        Aligned(3, Align.CENTRE),
        Text(6, "B"),
        Feed(7),
        Cut(10),
        Aligned(13, Align.CENTRE),
        Text(13, "D"),
    ]


def test_a_barcode_is_a_line_of_its_own() -> None:
    events = read_in([ON + b"\x1dk\x04A\x00\x1dk\x04B\x00"], Reader)
    assert [event.data for event in events if isinstance(event, Barcode)] == ["B", "A"]


def test_it_lasts_until_the_printer_is_initialised() -> None:
    _, state = read_job(ON, DialectState(), DialectName.ESCPOS)
    assert lines(b"B\nA\n", state) == ["A", "B"]
    assert lines(b"\x1b@A\nB\n", state) == ["A", "B"]


def test_more_lines_than_any_receipt_has_are_not_kept() -> None:
    reader = Reader()
    assert len(reader.feed(ON + b"A\n" * LIMIT)) >= LIMIT // 2

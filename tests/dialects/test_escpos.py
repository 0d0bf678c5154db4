"""ESC/POS as print events: each trap by hand, every stream in every slicing, noise without an exception."""

import itertools
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.escpos import DISPLAY, RUN_LIMIT, Reader
from agent.dialects.reader import CANCELLED, MACRO
from agent.dialects.state import DialectState
from agent.print_events import (
    Align,
    Aligned,
    Barcode,
    Cut,
    DrawerKick,
    Feed,
    Move,
    PageEnd,
    PageMove,
    PrintEvent,
    Return,
    Tab,
    Text,
    Unreadable,
)
from tests.dialects.streams import noise, read_in, real_streams, slicings


def read(data: bytes, state: DialectState | None = None) -> list[PrintEvent]:
    return read_in([data], lambda: Reader(state))


def texts(events: Sequence[PrintEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text)]


def whys(events: Sequence[PrintEvent]) -> list[str]:
    return [event.why for event in events if isinstance(event, Unreadable)]


def test_every_stream_gives_the_same_events_however_it_is_sliced() -> None:
    for name, data in real_streams():
        whole = read(data)
        for how, pieces in slicings(data):
            assert read_in(pieces, Reader) == whole, f"{name} in {how}"


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(st.integers(0, 2500), max_size=20))
def test_noise_gives_the_same_events_however_it_is_sliced(seed: int, cuts: list[int]) -> None:
    data = noise(2500, seed)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert read_in(pieces, Reader) == read(data)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)


def test_noise_is_read_in_bounded_memory() -> None:
    reader = Reader()
    tracemalloc.start()
    for seed in range(40):
        reader.feed(noise(5000, seed))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_run_without_end_comes_in_pieces_and_loses_nothing() -> None:
    data = b"A" * (3 * RUN_LIMIT + 5)
    for pieces in ([data], [data[:7], data[7:40_000], data[40_000:]]):
        events = read_in(pieces, Reader)
        assert "".join(texts(events)) == data.decode()
        assert len(events) == 4


def test_text_and_styles() -> None:
    assert read(b"\x1b@\x1ba1\x1b!\x38SHOP\x1b!\x01small\n\x1d!\x21x\r\n") == [
        Aligned(2, Align.CENTRE),
        Text(8, "SHOP", 24, 2, True),
        Text(15, "small", 9, 1, False),
        Feed(20),
        Text(24, "x", 27, 2, False),
        Return(25),
        Feed(26),
    ]


def test_a_character_without_ink_is_unknown_however_it_is_sliced() -> None:
    for _, pieces in slicings(b"A\x7fB\n\x1b*r\x00\x00\x7f\x1b\x1dC"):
        assert "\x7f" not in "".join(texts(read_in(pieces, Reader)))


def test_letters_around_a_status_request_are_one_word() -> None:
    assert read(b"TO\x10\x04\x01TAL\x00 12\x11.00\n") == [Text(0, "TOTAL 12.00"), Feed(16)]


def test_a_page_switched_inside_a_word_gives_the_right_word() -> None:
    assert texts(read(b"R\x1bt\x00\x81ckgeld \x1bt\x0f\xa4\x1bt\x00 5")) == ["R", "ückgeld ", "€", " 5"]


def test_initialising_resets_the_page_and_the_style() -> None:
    assert read(b"\x1bt\x10\x1b!\x30\xe9\x1b@\x82") == [Text(6, "é", 24, 2), Text(9, "é", 12, 1)]


def test_an_unknown_page_is_the_lanes() -> None:
    assert texts(read(b"\x1bt\xc8\x9c", DialectState(default_page="cp850"))) == ["£"]


def test_international_signs() -> None:
    assert texts(read(b"\x1bR\x03#5.00 \x1bR\x02[\\]{|}~ \x1bR\x08\\1,280")) == ["£5.00 ", "ÄÖÜäöüß ", "¥1,280"]


def test_an_at_sign_stays_one_in_latin_america() -> None:
    assert texts(read(b"\x1bR\x0c2 @ 3.50")) == ["2 @ 3.50"]


def test_katakana() -> None:
    assert texts(read(b"\x1bt\x01\xba\xde\xb3\xb9\xb2 \\1,914")) == ["ｺﾞｳｹｲ ¥1,914"]


@pytest.mark.parametrize(
    ("codec", "before"),
    [("gb18030", b""), ("cp949", b"\x1bR\x0d"), ("cp932", b"\x1cC1")],
)
def test_two_byte_text_whose_second_byte_looks_like_ascii(codec: str, before: bytes) -> None:
    words = {"gb18030": "合计 表示", "cp949": "합계 원", "cp932": "合計 表示 ソ"}[codec]
    assert texts(read(before + b"\x1c&" + words.encode(codec) + b"\x1c. 5")) == [words, " 5"]


def test_japanese_models_start_with_seven_bit_pairs() -> None:
    pairs = "合計".encode("iso2022_jp")[3:-3]
    assert texts(read(b"\x1bR\x08\x1c&" + pairs + b"\x1c.")) == ["合計"]


def test_shift_jis_once_chosen_needs_no_mode() -> None:
    words = "品名 ｶﾅ".encode("cp932")
    assert texts(read(b"\x1c.\x1bt\x01\x1cC1\x1bR\x08" + words + b"\x1cC0\x1c.\x95\xb1")) == ["品名 ｶﾅ", "─ｱ"]


def test_a_lane_with_a_two_byte_page_needs_no_command() -> None:
    state = DialectState(default_page="euc_kr")
    assert texts(read("합계 5".encode("cp949"), state)) == ["합계 5"]
    assert texts(read(b"\x1c.\x82", state)) == ["é"]
    assert texts(read(b"\x1c.\xb1", DialectState(default_page="shift_jis"))) == ["ｱ"]


def test_models_of_two_countries_start_with_two_byte_characters() -> None:
    assert texts(read(b"\x1bR\x0f" + "合计 5".encode("gb18030"))) == ["合计 5"]
    assert texts(read(b"\x1bR\x0d" + "합계 5".encode("cp949"))) == ["합계 5"]
    assert texts(read(b"\x1bR\x0d\x1c.\x82")) == ["é"]


def test_positions_tabs_and_feeds() -> None:
    assert read(b"\x1b$\x2c\x01\x1b\\\xf6\xff\x1bD\x08\x14\x00\t\x1bd\x03\x1bJ\x18\x1bK\x18\x1be\x02") == [
        Move(0, 300),
        Move(4, -10, True),
        Tab(13, (8, 20)),
        Feed(14, 3),
        Feed(17, 0, 24),
        Feed(20, 0, -24),
        Feed(23, 0, -60),
    ]


def test_positions_in_other_units_come_out_in_dots() -> None:
    assert read(b"\x1dP\x65\x00\x1b$\x64\x00") == [Move(4, 201)]


def test_digits_after_feed_lines_mean_height_and_not_forty_eight_lines() -> None:
    assert read(b"\x0e\x1bd1BIG\x1bd0\x14\r\n") == [Text(4, "BIG", 24), Return(11), Feed(12)]
    assert read(b"\x1bW\x01\x1bd\x01BIG\x1bd\x00\x1bW\x00\n\x1bd\x02") == [Text(6, "BIG", 24), Feed(15), Feed(16, 2)]


def test_cuts() -> None:
    stream = b"\x1dV0\x1dVA\x05\x1dV1\x1dVB\x00\x1bi\x1bm\x1dV\x05"
    assert [(cut.partial) for cut in read(stream) if isinstance(cut, Cut)] == [False, False, True, True, True, True]


def test_brothers_cut_has_a_tail_that_is_no_text() -> None:
    for _, pieces in slicings(b"\x1bia\x00\x1b@SHOP\n\x1biC\x01C\x01D\n\x1bi"):
        events = read_in(pieces, Reader)
        assert texts(events) == ["SHOP", "C", "D"]
        assert sum(isinstance(event, Cut) for event in events) == 3
    assert texts(read(b"C\x01\n")) == []  # the next job of one that was parted at ESC i


def test_drawer_kicks_in_each_way() -> None:
    events = read(b"\x1bp\x00\x19\xfa\x1bp0\x1b@\x10\x14\x01\x00\x01\x1bvx\x1bv")
    assert sum(isinstance(event, DrawerKick) for event in events) == 4


def test_barcodes_keep_what_they_say() -> None:
    stream = (
        b"\x1dk\x04*200184*\x00"
        b"\x1dkI\x0a{B2001{C\x2a\x07"
        b"\x1d(k\x04\x001A2\x00\x1d(k\x09\x001P0R-2001\x1d(k\x03\x001Q0"
        b"\x1dkQ\x02\x08\x00\x01\x05\x00HELLO"
    )
    assert [(code.symbology, code.data) for code in read(stream) if isinstance(code, Barcode)] == [
        ("code39", "*200184*"),
        ("code128", "20014207"),
        ("qr", "R-2001"),
        ("qr", "HELLO"),
    ]


def test_line_ends_say_how_far_the_paper_moves_when_the_till_has_set_it() -> None:
    assert read(b"A\n\x1b3\x18B\n\x1bd\x02\x1b2C\n") == [
        Text(0, "A"),
        Feed(1),
        Text(5, "B"),
        Feed(6, 1, 24),
        Feed(7, 2, 48),
        Text(12, "C"),
        Feed(13),
    ]


def test_text_for_the_customer_display_is_not_on_the_paper() -> None:
    stream = b"ITEM 5.00\n\x1b=\x02\x0cTOTAL 99.00\x1b@\x1dV0\x1b=\x01TOTAL 5.00\n"
    assert texts(read(stream)) == ["ITEM 5.00", "TOTAL 5.00"]
    assert not any(isinstance(event, Cut) for event in read(stream))


def test_a_page_comes_out_when_it_is_printed() -> None:
    stream = b"\x1bL\x1bW\x10\x00\x20\x00\x00\x02\x00\x02\x1d$\x1e\x00\x1b$\x64\x00B\nC\x0cAFTER"
    assert read(stream) == [
        PageMove(0, 0, 0),
        PageMove(2, 16, 32),
        PageMove(12, None, 62),
        PageMove(16, 116, None),
        Text(20, "B"),
        PageMove(21, 16, 92),
        Text(22, "C"),
        PageEnd(23),
        Text(24, "AFTER"),
    ]


def test_a_page_that_is_thrown_away_is_not_printed() -> None:
    assert texts(read(b"\x1bLWRONG\x18RIGHT\x0c")) == ["RIGHT"]
    assert texts(read(b"\x1bLWRONG\x1bSRIGHT\n")) == ["RIGHT"]


def test_a_page_left_open_is_named_as_lost() -> None:
    events = read(b"\x1bLTOTAL 5.00\n")
    assert texts(events) == []
    assert ["lost" in why for why in whys(events)] == [True]


def test_characters_the_till_draws_itself_are_not_taken_for_letters() -> None:
    draw = b"\x1b&\x03AD" + b"\x01abc" * 4
    events = read(draw + b"\x1b%\x01xADy\x1b%\x00A")
    assert texts(events) == ["x\ufffd\ufffdy", "A"]
    assert ["not read" in why for why in whys(events)] == [True]


def test_a_currency_sign_drawn_by_the_till_spoils_nothing() -> None:
    events = read(b"\x1b&\x03$$\x01abc\x1b%\x01$5.00")
    assert texts(events) == ["\ufffd5.00"]
    assert ["not read" in why for why in whys(events)] == [False]


def test_a_macro_prints_while_it_is_defined_and_again_when_it_is_called() -> None:
    stream = b"\x1d:\x1bE1TOTAL 5.00\n\x1bE0\x1d:A\n\x1d^\x02\x00\x00B\n"
    for _, pieces in slicings(stream):
        events = read_in(pieces, Reader)
        assert texts(events) == ["TOTAL 5.00", "A", "TOTAL 5.00", "TOTAL 5.00", "B"]
        assert whys(events) == []
        assert [event.at for event in events if isinstance(event, Text)][2:4] == [stream.index(b"\x1d^")] * 2


def test_a_macro_nobody_has_seen_or_that_never_ends_is_named() -> None:
    assert whys(read(b"\x1d^\x02\x00\x00")) == [MACRO]
    assert whys(read(b"\x1d:A\n\x1d:" + b"\x1d^\xff\x00\x00" * 200)).count(MACRO) > 60
    assert texts(read(b"\x1d:A\n\x1d^\x02\x00\x00B\n\x1d^\x01\x00\x00")) == ["A", "B"]


def test_clearing_the_buffers_is_named_when_there_was_something_in_them() -> None:
    for request in (b"\x10\x05\x02", b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"):
        assert whys(read(request + b"TOTAL 5.00\n")) == []
        assert whys(read(b"TOTAL 5.00\n" + request)) == [CANCELLED]
        assert whys(read(b"TOTAL 5.00\n\x1dV0" + request)) == []
    assert whys(read(b"TOTAL 5.00\n\x10\x05\x01")) == []


def test_a_command_that_needs_no_more_is_whole_at_the_end() -> None:
    assert read(b"A\n\x1bp\x00")[-1] == DrawerKick(2)
    assert read(b"A\n\x1bp")[-1] == DrawerKick(2)
    assert whys(read(b"A\n\x1ba")) == ["a command was cut off"]


def test_wincors_choice_of_a_device_holds_what_it_is_in() -> None:
    assert whys(read(b"\x1b#\x01\x02TOTAL 9.00")) == [DISPLAY]
    assert whys(read(b"\x1b#*\n\x00TOTAL 9.00")) == []


def test_a_page_printed_sideways_is_read_in_its_own_direction() -> None:
    assert texts(read(b"\x1bL\x1bT\x01TOTAL\x0c")) == ["TOTAL"]
    assert whys(read(b"\x1bL\x1bT\x01TOTAL\x0c")) == []
    two = read(b"\x1bLSHOP\x1bT\x01TOTAL\x1bT\x00\x1d$\x64\x00END\x0c")
    assert whys(two) == []
    assert [event.text for event in two if isinstance(event, Text)] == ["SHOP", "END", "TOTAL"]
    assert whys(read(b"\x1bL\x1bT\x01TOTAL\x0c\x1bL\x1bT\x00TOTAL\x0c")) == []


def test_what_is_cut_off_at_the_end_is_named_and_the_next_job_is_whole() -> None:
    reader = Reader()
    first = reader.feed(b"TOTAL 5.00\n\x1dv0\x00\x40\x00\x40\x00half") + reader.give_up()
    assert texts(first) == ["TOTAL 5.00"]
    assert ["cut off" in why and "lost" in why for why in whys(first)] == [True]
    assert texts(reader.feed(b"\x1b@NEXT\n")) == ["NEXT"]


def test_odd_bytes_are_named_and_not_printed() -> None:
    assert read(b"A\x01B\x1b\x7f\x05C\n") == [
        Text(0, "A"),
        Unreadable(1, 1, "a control byte that prints nothing"),
        Text(2, "B"),
        Unreadable(3, 3, "unknown command"),
        Text(6, "C"),
        Feed(7),
    ]

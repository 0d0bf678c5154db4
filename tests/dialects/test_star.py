"""Star Line Mode and StarPRNT as print events: each command by hand, every stream in every slicing, noise."""

import itertools
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects import DialectName
from agent.dialects.escpos_lengths import CutScanner, Token, Tokenizer
from agent.dialects.reader import CANCELLED
from agent.dialects.star import DISPLAY, LONGEST_DISPLAY, Reader, is_cut, state_behind
from agent.dialects.star_table import STAR
from agent.dialects.state import DialectState, follow
from agent.paper import lay_out
from agent.print_events import (
    Align,
    Aligned,
    Barcode,
    Cut,
    DrawerKick,
    Feed,
    Move,
    PrintEvent,
    Raster,
    Return,
    Tab,
    Text,
    Unreadable,
)
from tests.dialects.streams import noise, randomly_sliced, read_in, real_streams, slicings


def read(data: bytes, state: DialectState | None = None) -> list[PrintEvent]:
    return read_in([data], lambda: Reader(state))


def texts(events: Sequence[PrintEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text)]


def whys(events: Sequence[PrintEvent]) -> list[str]:
    return [event.why for event in events if isinstance(event, Unreadable)]


def pictures(data: bytes) -> list[Raster]:
    return [event for event in read(data) if isinstance(event, Raster)]


def star_streams() -> list[tuple[str, bytes]]:
    return [(name, data) for name, data in real_streams() if "star" in name and name[0].isdigit()]


def test_every_star_stream_gives_the_same_events_however_it_is_sliced() -> None:
    streams = star_streams()
    assert len(streams) >= 40
    for name, data in streams:
        whole = read(data)
        assert whys(whole) == [], name
        for how, pieces in slicings(data):
            assert read_in(pieces, Reader) == whole, f"{name} in {how}"


def test_escpos_streams_read_as_star_are_the_same_however_they_are_sliced() -> None:
    for name, data in real_streams():
        pieces = randomly_sliced(data, len(data))
        assert read_in(pieces, Reader) == read(data), name


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(st.integers(0, 2500), max_size=20), st.booleans())
def test_noise_gives_the_same_events_however_it_is_sliced(seed: int, cuts: list[int], rows: bool) -> None:
    data = (b"\x1b*rA" if rows else b"") + noise(2500, seed)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    assert read_in(pieces, Reader) == read(data)


STAR_STARTS = [
    b"\x1b\x1d",
    b"\x1b\x1e",
    b"\x1b\x1c",
    b"\x1b*r",
    b"\x1b",
    b"\x1b\x1dP",
    b"\x1b\x1d(",
    b"\x1b\x1d+",
    b"b",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STAR_STARTS), st.binary(max_size=14)), max_size=40))
def test_no_bytes_raise_and_slicing_changes_nothing(commands: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(start + rest for start, rest in commands)
    assert read_in([data[at : at + 1] for at in range(len(data))], Reader) == read(data)


def test_noise_is_read_in_bounded_memory() -> None:
    reader = Reader()
    tracemalloc.start()
    for seed in range(40):
        reader.feed(noise(5000, seed))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


@pytest.mark.parametrize(
    "command",
    [
        *(b"\x1bE", b"\x1bF", b"\x1b4", b"\x1b5", b"\x1bM", b"\x1bP", b"\x1b:", b"\x1bg", b"\x1bp", b"\x1bq", b"\x1b0"),
        *(b"\x1bi\x01\x01", b"\x1bW1", b"\x1bh\x01", b"\x1b-1", b"\x1b_\x00", b"\x1b \x03", b"\x1bz1", b"\x1bQ\x30"),
        *(b"\x1bl\x00", b"\x1bR8", b"\x1bd3", b"\x1ba\x04", b"\x1bJ\x10", b"\x1bI\x10", b"\x1bs00", b"\x1bt00"),
        *(b"\x1bC\x2a", b"\x1bC\x00\x05", b"\x1bN\x03", b"\x1bO", b"\x1b?\n\x00", b"\x1b/1", b"\x1b$1", b"\x1b%1"),
        *(b"\x1bD\x05\x0a\x00", b"\x1bB\x05\x00", b"\x1b&\x01\x01A" + b"T" * 48, b"\x1b&11A" + b"T" * 48, b"\x1b&10A"),
        *(b"\x1br\x77\x30" + b"T" * 72, b"\x1b\x1cp\x01\x00", b"\x1b\x1cq\x01\x01\x00\x01\x00TTTTTTTT"),
        *(b"\x1b\x1da\x01", b"\x1b\x1dt\x20", b"\x1b\x1dA\x90\x01", b"\x1b\x1dR\x10\x04", b"\x1b\x1d\x03\x03\x00\x00"),
        *(
            b"\x1b\x1d\x07\x01TT",
            b"\x1b\x1d\x19\x11\x01TT",
            b"\x1b\x1d#+00000\n\x00",
            b"\x1b\x1dcTT",
            b"\x1b\x1dh0\x01",
        ),
        *(b"\x1b\x1d=\x03\x00TTT", b"\x1b\x1d+\x02\x01\x02\x00TT\x02\x01\x00T", b"\x1b\x1d(S\x01\x02TT"),
        *(b"\x1b\x1d)I\x01\x001", b"\x1b\x1d)U\x02\x000\x01", b"\x1b\x1dS\x01\x02\x00\x02\x00\x00TTTT"),
        *(b"\x1b\x1dyS0\x02", b"\x1b\x1dyS2\x06", b"\x1b\x1dyD1\x00\x03\x00TTT", b"\x1b\x1dyP", b"\x1b\x1dyI"),
        *(b"\x1b\x1dxS0\x00\x01\x02", b"\x1b\x1dxS1\x02", b"\x1b\x1dxD\x02\x00TT", b"\x1b\x1dxP"),
        *(b"\x1b\x1dP0", b"\x1b\x1dP1", b"\x1b\x1dP2\x00", b"\x1b\x1dP3TTTTTTTT", b"\x1b\x1dP4TT", b"\x1b\x1dP\x05TT"),
        *(b"\x1b\x1ea\x00", b"\x1b\x1eF\x01", b"\x1b\x1eE\x00", b"\x1b\x1ed3", b"\x1b\x1eA\x00", b"\x1b\x1eR\x01"),
        *(b"\x1bX\x02\x00TTTTTT", b"\x1bK\x03\x00TTT", b"\x1bL\x03\x00TTT", b"\x1bk\x01\x00" + b"T" * 24),
        *(b"\x1bb\x06\x02\x02\x28TTT\x1e", b"\x1b\x07\x0b\x37", b"\x1b\x06\x01", b"\x1b#*\n\x00"),
        *(b"\x1b*rR", b"\x1b*rC", b"\x1b*rB", b"\x1b*rP0\x00", b"\x1b*rE13\x00", b"\x1b*rml0\x00", b"\x1b\x0c\x00"),
        *(b"\x07", b"\x0e", b"\x0f", b"\x12", b"\x14", b"\x17", b"\x18", b"\x19", b"\x1a", b"\x1c", b"\x1f", b"\x04"),
    ],
)
def test_a_command_is_as_long_as_the_printer_takes_it(command: bytes) -> None:
    tokens = Tokenizer(STAR, reading=True).feed(command + b"~q5.00")
    assert [(token.start, token.end, token.why) for token in tokens] == [
        (0, len(command), ""),
        (len(command), len(command) + 6, ""),
    ]
    assert isinstance(tokens[1], Token)
    assert tokens[1].data == b"~q5.00"


def test_text_and_styles() -> None:
    data = (
        b"\x1b@\x18\x1b\x1da\x01\x1bE\x1bi\x01\x01SHOP\x1bF\x1bi\x00\x00\x1b\x1eF\x01small\n\x0eW\x14n\x1bh2T\x1bW0\r\n"
    )
    assert read(data) == [
        Aligned(3, Align.CENTRE),
        Text(13, "SHOP", 24, 2, True),
        Text(27, "small", 9),
        Feed(32),
        Text(34, "W", 18),
        Text(36, "n", 9),
        Text(40, "T", 9, 3),
        Return(44),
        Feed(45),
    ]


def test_size_is_height_then_width() -> None:
    assert read(b"\x1bi\x00\x02A\x1bi10B") == [Text(4, "A", 36, 1), Text(9, "B", 12, 2)]


def test_a_digit_behind_a_command_without_parameter_is_text() -> None:
    assert texts(read(b"\x1bE12.00\x1bF1 \x1b45\x1b55\x1bM0\x1bP1")) == ["12.00", "1 ", "5", "5", "0", "1"]


def test_character_pitch_widens_the_column() -> None:
    cells = [event.cell for event in read(b"A\x1bPB\x1bW1C\x1b 0\x1bW0D\x1b:E\x1bpF") if isinstance(event, Text)]
    assert cells == [12, 15, 30, 12, 16, 14]


def test_positions_tabs_and_feeds() -> None:
    stream = b"\x1b\x1dA\x90\x01\x1b\x1dR\xf6\xff\x1bD\x08\x14\x00\t\x1ba\x03\x1bJ\x0c\x1bI\x0c\x1b\x1da2"
    assert read(stream) == [
        Move(0, 400),
        Move(5, -10, relative=True),
        Tab(15, (8, 20)),
        Feed(16, 3),
        Feed(19, 0, 24),
        Feed(22, 0, 12),
        Aligned(25, Align.RIGHT),
    ]


def test_columns_by_position_are_columns_on_the_paper() -> None:
    data = b"2 Cortado\x1b\x1dA\xb0\x018.50\nTOTAL\x1b\x1dA\xa4\x0118.50\n\x1bd3"
    assert [line.text for line in lay_out(read(data)).lines] == [
        "2 Cortado" + " " * 27 + "8.50",
        "TOTAL" + " " * 30 + "18.50",
    ]


def test_pages_by_stars_own_numbers() -> None:
    stream = b"\x1b\x1dt\x04\xd5\x1b\x1dt\x20\x80\x1b\x1dt\x01\xc4\x1b\x1dt\x02\xb1\\5\x1b\x1dt\x10\x9c"
    assert texts(read(stream, DialectState(default_page="cp850"))) == ["€", "€", "─", "ｱ¥5", "£"]


def test_thai() -> None:
    assert texts(read(b"\x1b\x1dt\x61" + "รวม 5".encode("cp874"))) == ["รวม 5"]


def test_stars_own_page() -> None:
    assert texts(read(b"\x1b\x1dt\x00R\xbeckgeld 5 \xae\x9b")) == ["Rückgeld 5 Ā┴"]


def test_utf8_is_switched_on_and_off() -> None:
    words = "Gemüse 5,00 €"
    stream = b"\x1b\x1d)U\x02\x000\x01\x1b\x1d)U\x02\x00@\x00" + words.encode() + b"\x1b\x1d)U\x02\x000\x00\x82"
    assert texts(read(stream)) == [words, "é"]


def test_international_signs_by_number_and_digit() -> None:
    assert texts(read(b"\x1bR3#5 \x1bR\x02[\\]\x1bR8\\1,280\x1bR0#\x1bR\x0e#")) == ["£5 ", "ÄÖÜ", "¥1,280", "#", "#"]


def test_kanji() -> None:
    assert texts(read(b"\x1b$1\x1bR8" + "合計 表示".encode("cp932") + b"\x1b$0A")) == ["合計 表示", "A"]
    assert texts(read(b"\x1b$\x01" + "合計".encode("cp932"))) == ["合計"]
    assert texts(read(b"\x1bRD\x1b$1" + "합계".encode("cp949"))) == ["합계"]
    pairs = "合計".encode("iso2022_jp")[3:-3]
    assert texts(read(b"\x1bp" + pairs + b"\x1bq5", DialectState(default_page="shift_jis"))) == ["合計", "5"]


def test_cuts_in_each_way() -> None:
    cuts = [b"\x1bd" + n for n in (b"\0", b"\1", b"\2", b"\3", b"0", b"1", b"2", b"3")]
    events = read(b"".join(cuts))
    assert [event.partial for event in events if isinstance(event, Cut)] == [False, True] * 4
    assert len(events) == 8
    assert not is_cut(b"\x1bd\x05")


def test_drawer_kicks_in_each_way() -> None:
    events = read(b"\x1b\x07\x0b\x37\x07\x1c\x1a\x19\x1b*rD1\x00TOTAL")
    assert sum(isinstance(event, DrawerKick) for event in events) == 5
    assert texts(events) == ["TOTAL"]


def test_status_requests_and_checkpoints_do_not_part_a_word() -> None:
    assert read(b"TO\x17TA\x1b\x06\x01L\x05 5\x04.00") == [Text(0, "TOTAL 5.00")]


def test_barcodes_keep_what_they_say() -> None:
    stream = (
        b"\x1bb\x06\x01\x02<200184\x1e"
        b"\x1bb4313*A*\x1e"
        b"\x1b\x1dyS0\x02\x1b\x1dyD1\x00\x06\x00R-2001\x1b\x1dyP"
        b"\x1b\x1dxS0\x00\x00\x00\x1b\x1dxD\x05\x00HELLO\x1b\x1dxP"
    )
    assert [(code.symbology, code.data) for code in read(stream) if isinstance(code, Barcode)] == [
        ("code128", "200184"),
        ("code39", "*A*"),
        ("qr", "R-2001"),
        ("pdf417", "HELLO"),
    ]


def test_a_barcode_ends_its_line_when_it_says_so() -> None:
    assert [type(event) for event in read(b"\x1bb\x06\x01\x02<1\x1e")] == [Barcode, Feed]
    assert [type(event) for event in read(b"\x1bb\x06\x03\x02<1\x1e")] == [Barcode]


def test_pictures() -> None:
    assert pictures(b"\x1b\x1dS\x01\x02\x00\x03\x00\x00abcdef") == [Raster(0, 16, 3, b"abcdef")]
    columns = pictures(b"\x1bX\x02\x00abcdef\n\r\x1bK\x02\x00ab\x1bL\x02\x00ab\x1bk\x01\x00" + b"a" * 24)
    assert [(picture.at, picture.width, picture.height, picture.inline) for picture in columns] == [
        (0, 2, 24, True),
        (12, 6, 24, True),
        (18, 2, 24, True),
        (24, 8, 24, True),
    ]
    assert columns[2].data[:9] == b"\x00\x00\x00\xc0\xc0\xc0\xc0\xc0\xc0"  # 'a' and 'b' upright, dots 3 high
    assert columns[1].data[3:6] == b"\xfc\xfc\xfc"
    assert columns[3].data == b"a" * 24
    assert pictures(b"\x1b\x1cp\x01\x00\x1b\x1eL\x00") == [Raster(0, 0, 0), Raster(5, 0, 0)]
    stored = b"\x1b\x1cq\x01\x01\x00\x01\x00\xff\x00\x00\x00\x00\x00\x00\x80"
    assert pictures(stored + b"\x1b\x1cp\x01\x00") == [Raster(len(stored), 8, 8, b"\x81" + b"\x80" * 7)]


ROWS = b"b\x04\x00\x1bd\x00b" + b"k\x02\x00bk" + b"b\x00\x00"
DRAWN = b"\x1bd\x00b" + b"bk\x00\x00" + bytes(4)


def test_rows_of_pixels_are_one_picture_and_nothing_in_them_is_a_command() -> None:
    for _, pieces in slicings(b"\x1b*rR\x1b*rA\x1b*rP0\x00" + ROWS + b"\x1b*rY40\x00" + ROWS + b"\x1b*rBbank 5"):
        assert read_in(pieces, Reader) == [Raster(14, 32, 46, DRAWN + bytes(160) + DRAWN), Text(55, "bank 5")]


def test_a_picture_is_told_even_when_its_end_is_missing() -> None:
    assert read(b"\x1b*rA" + ROWS) == [Raster(4, 32, 3, DRAWN)]
    assert read(b"\x1b*rA" + ROWS + b"\x1b\x0c\x04" + ROWS + b"\x1b@TOTAL") == [
        Raster(4, 32, 3, DRAWN),
        Cut(19),
        Raster(22, 32, 3, DRAWN),
        Text(39, "TOTAL"),
    ]


def test_text_among_rows_is_named_as_not_read() -> None:
    assert whys(read(b"\x1b*rA" + ROWS + b"TOTAL\n5.00\n")) == ["text between rows of pixels is not read"] * 2


def test_what_is_no_row_ends_the_rows_and_says_so() -> None:
    events = read(b"\x1b*rAbanana\x1bd\x00\x1b@TOTAL 5.00")
    assert texts(events) == ["TOTAL 5.00"]
    assert any(isinstance(event, Cut) for event in events)
    assert any("not read" in why for why in whys(events))


@pytest.mark.parametrize("ending", [b"\x1b*rB", b"\x1b@", b"banana "])
def test_behind_the_rows_a_letter_announces_nothing(ending: bytes) -> None:
    data = b"\x1b*rA" + ROWS + ending + b"b\x03\x00\x1bd\x00"
    assert CutScanner(DialectName.STAR).feed(data) == [len(data)]


def test_a_page_comes_out_by_position() -> None:
    data = (
        b"\x1b\x1dP0\x1b\x1dP20\x1b\x1dP3\x00\x00\x00\x00\x40\x02\x00\x02"
        b"\x1b\x1dP4\x50\x00\x1b\x1dA\x00\x00TOTAL\x1b\x1dA\xb0\x018.50"
        b"\x1b\x1dP4\x10\x00\x1b\x1dA\x00\x00SHOP\x1b\x1dP7AFTER\n"
    )
    paper = lay_out(read(data))
    assert [line.text for line in paper.lines] == ["SHOP", "TOTAL" + " " * 31 + "8.50", "AFTER"]
    assert paper.unreadable == ()


def test_what_a_page_loses_is_named() -> None:
    assert read(b"\x1b\x1dP0\x1b\x1dP1") == []
    assert "lost" in whys(read(b"\x1b\x1dP0TOTAL\x1b\x1dP1"))[0]
    assert whys(read(b"\x1b\x1dP0\x1b\x1dP2\x01TOTAL\x1b\x1dP7")) == []
    assert whys(read(b"\x1b\x1dP0SHOP\x1b\x1dP2\x01TOTAL\x1b\x1dP7")) == []


def test_what_the_till_cancelled_is_named_only_when_there_was_something() -> None:
    assert whys(read(b"\x1b@\x18SHOP\n\x1bd\x00\x18\x18")) == []
    assert whys(read(b"SHOP\n\x18TOTAL\n")) == []
    assert whys(read(b"SHOP\nTOTAL\x18\n")) == [CANCELLED]


def test_text_for_a_customer_display_on_the_line_is_not_on_the_paper() -> None:
    for _, pieces in slicings(b"ITEM 5\n\x1bS\x1bi\x01\x01TOTAL 9\x1bGTOTAL 5\n\x1bd3"):
        events = read_in(pieces, Reader)
        assert [(event.text, event.cell) for event in events if isinstance(event, Text)] == [
            ("ITEM 5", 12),
            ("TOTAL 5", 12),
        ]
        assert whys(events) == []


@pytest.mark.parametrize("end", [b"", b"\n\x1bd3AFTER\n\x1bG", b"9" * LONGEST_DISPLAY + b"\x1bG"])
def test_what_no_customer_display_ends_is_kept_and_named(end: bytes) -> None:
    for _, pieces in slicings(b"ITEM 5\n\x1bSTOTAL 9" + end):
        events = read_in(pieces, Reader)
        assert whys(events) == [DISPLAY]
        assert "".join(texts(events)).startswith("ITEM 5TOTAL 9")


def test_document_start_initialises_and_prints_nothing() -> None:
    assert read(b"\x1bW1\x1b\x1d\x03\x03\x00\x00A\x1b\x1d\x03\x04\x00\x00") == [Text(9, "A")]


def test_characters_drawn_by_the_till_are_not_taken_for_letters() -> None:
    events = read(b"\x1b&\x01\x015" + bytes(48) + b"\x1b%\x0115.00")
    assert texts(events) == ["1\ufffd.00"]
    assert "not read" in whys(events)[0]


def test_the_page_lasts_from_one_receipt_to_the_next() -> None:
    first = Reader()
    first.feed(b"\x1b\x1dt\x20\x1bd\x00")
    assert texts(read(b"\x80", DialectState.from_json(first.state.as_json()))) == ["€"]


def test_a_page_set_before_the_language_is_known_is_kept() -> None:
    assert follow(DialectState(), b"\x1b\x1d", b"\x1b\x1dt\x20").page == "cp1252"


RECEIPT = b"\x1b@\x1bESHOP\x1bF\x1bi\x01\x01TOTAL 5.00\x1bi\x00\x00\n\x1bd"


def test_a_lane_set_to_star_is_held_at_stars_cuts() -> None:
    for _, pieces in slicings(RECEIPT + b"3"):
        scanner, cuts, fed = CutScanner(DialectName.STAR), list[int](), 0
        for piece in pieces:
            cuts += [fed + cut for cut in scanner.feed(piece)]
            fed += len(piece)
        assert cuts == [len(RECEIPT) + 1]


def test_a_star_cut_inside_pixels_is_none() -> None:
    scanner = CutScanner(DialectName.STAR)
    assert scanner.feed(b"\x1b*rAb\x03\x00\x1bd\x00\x1bX\x01\x00\x1bd\x00") == []
    assert CutScanner(DialectName.AUTO).feed((RECEIPT + b"\x03") * 3) == []


def test_lines_printed_upside_down_come_out_as_the_turned_paper_is_read() -> None:
    assert texts(read(b"\x1b@\x0fTOTAL 5.00\nSHOP\n\x12THANK YOU\n")) == ["SHOP", "TOTAL 5.00", "THANK YOU"]


def test_what_was_set_before_the_language_was_known_is_followed_again() -> None:
    job = b"\x1b@\x1b 0\x1bi\x01\x01BIG\n\x1b\x1dt\x20"
    state = state_behind(job, DialectState())
    assert (state.spacing, state.tall, state.wide, state.page) == (0, 2, 2, "cp1252")

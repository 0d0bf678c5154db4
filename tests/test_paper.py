"""Lines as a person reads them: columns by dots, overstrikes, pages out of order, paper fed back."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects import DialectName, DialectState, read_job
from agent.paper import MOST_BLANK_LINES, lay_out
from agent.print_events import PrintEvent, Text
from tests.dialects.streams import noise, real_streams
from tests.shared_data import shared_data


def paper_of(data: bytes, name: DialectName = DialectName.ESCPOS) -> list[str]:
    events, _ = read_job(data, DialectState(), name)
    return [line.text for line in lay_out(events).lines]


def test_absolute_position_columns_never_grow_together() -> None:
    assert paper_of(b"2 Cortado @4.25\x1b$\xc8\x018.50\n") == ["2 Cortado @4.25                       8.50"]
    assert paper_of(b"2 Cortado @4.25\x1b$\xb4\x008.50\n") == ["2 Cortado @4.25  8.50"]
    assert paper_of(b"2 Cortado @4.25\x1b\\\x03\x008.50\n") == ["2 Cortado @4.25  8.50"]
    assert paper_of(b"2 Cortado @4.25\x1b\\\x00\x00$8.50\n") == ["2 Cortado @4.25  $8.50"]


def test_columns_printed_from_right_to_left_come_out_from_left_to_right() -> None:
    assert paper_of(b"\x1b$\xc8\x018.50\x1b$\x00\x00Cortado\x1b$\xf0\x00@4.25\n") == [
        "Cortado             @4.25             8.50"
    ]


def test_columns_stay_apart_even_when_the_left_one_reaches_the_right_one() -> None:
    line = paper_of(b"\x1b$\xc8\x018.50\x1b$\x00\x00" + b"x" * 37 + b"1\n")[0]
    assert line.split() == ["x" * 37 + "1", "8.50"]


def test_words_placed_one_by_one_keep_single_spaces() -> None:
    assert paper_of(b"Sub\x1b$\x30\x00total\x1b$\x80\x01149.46\n") == ["Sub total                       149.46"]


def test_amounts_in_the_same_dots_stand_in_the_same_column() -> None:
    lines = paper_of(b"\x1d!\x10TOTAL\x1d!\x00\x1b$\xc8\x0118.50\nTax\x1b$\xc8\x01 1.50\n")
    assert [line.index(amount) for line, amount in zip(lines, ("18.50", "1.50"), strict=True)] == [38, 39]


def test_sizes_within_a_word_do_not_part_it() -> None:
    assert paper_of(b"\x1d!\x11T\x1d!\x00otal: \x1d!\x0112\x1d!\x00.50\n") == ["Total: 12.50"]


def test_double_width_is_not_letter_spaced() -> None:
    assert paper_of(b"\x1b!\x30TOTAL  12.50\n") == ["TOTAL  12.50"]


def test_two_byte_signs_take_two_columns() -> None:
    data = b"\x1c&" + "合计".encode("gb18030") + b"\x1b$\x78\x0012.50\n\x1c.Total\x1b$\x78\x0012.50\n"
    assert paper_of(data) == ["合计      12.50", "Total     12.50"]


def test_alignment() -> None:
    assert paper_of(b"\x1ba1SHOP\n\x1ba2RIGHT\n\x1ba0left\n") == [" " * 22 + "SHOP", " " * 43 + "RIGHT", "left"]


def test_an_alignment_in_the_middle_of_a_line_is_a_column() -> None:
    assert paper_of(b"2 @ 4.25\x1ba28.50\n") == ["2 @ 4.25  8.50"]


def test_tabs() -> None:
    assert paper_of(b"\x1bD\x14\x1e\x00Cortado\t2\t8.50\nx\t1\t4.25\n") == [
        "Cortado             2         8.50",
        "x                   1         4.25",
    ]
    assert paper_of(b"A\tB\tC\n") == ["A       B       C"]


def test_overstruck_text_counts_once() -> None:
    assert paper_of(b"TOTAL 12.00\rTOTAL 12.00\n") == ["TOTAL 12.00"]
    assert paper_of(b"TOTAL 12.00\r___________\r\n") == ["TOTAL 12.00"]
    assert paper_of(b"TOTAL\x1b$\x00\x00TOTAL 12.00\n") == ["TOTAL 12.00"]


def test_letters_underlined_one_by_one() -> None:
    word = b"".join(bytes((letter,)) + b"\b_" for letter in b"TOTAL 12.00")
    assert paper_of(word + b"\n", DialectName.PLAIN_TEXT) == ["TOTAL 12.00"]


def test_a_line_gone_over_without_end_loses_nothing() -> None:
    rng = random.Random(1)
    spots = b"".join(b"\x1b$" + rng.randrange(3000).to_bytes(2, "little") + b"x" for _ in range(6_000))
    assert 1500 < len("".join(paper_of(spots)).replace(" ", "")) <= 6_000


def test_red_words_printed_in_a_second_pass_fill_the_gaps() -> None:
    assert paper_of(b"Change      4.00\r\x1br1       of      \x1br0\n") == ["Change of   4.00"]


def test_a_carriage_return_with_other_text_behind_it_is_a_new_line() -> None:
    assert paper_of(b"SHOP\rTOTAL 12.00\rTAX 1.00\r") == ["SHOP", "TOTAL 12.00", "TAX 1.00"]
    assert paper_of(b"SHOP\r\nTAX\n\rTOTAL") == ["SHOP", "TAX", "TOTAL"]


def test_paper_fed_back_is_printed_on_again() -> None:
    assert paper_of(b"Cortado\n\n\x1be\x02\x1b$\xc8\x018.50\n\nTOTAL\n") == [
        "Cortado                               8.50",
        "",
        "TOTAL",
    ]
    assert paper_of(b"TOTAL 12.00\n\x1bK\x1eTOTAL 12.00\n") == ["TOTAL 12.00"]


def test_page_mode_comes_out_in_reading_order() -> None:
    at = b"\x1d$%c\x00\x1b$%c%c"
    page = [(90, 0x1C8, b"9.57"), (30, 0, b"Cortado"), (90, 0, b"TOTAL"), (30, 0x1C8, b"8.50"), (60, 0, b"Tax")]
    stream = b"".join(at % (y, x & 255, x >> 8) + text for y, x, text in page)
    assert paper_of(b"SHOP\n\x1bL" + stream + b"\x0cTHANKS\n") == [
        "SHOP",
        "Cortado                               8.50",
        "Tax",
        "TOTAL                                 9.57",
        "THANKS",
    ]


def test_blank_lines_between_text_are_kept_and_trailing_ones_are_not() -> None:
    assert paper_of(b"A\n\n\x1bd\x02B\n\n\n\x1bd\x05") == ["A", "", "", "", "B"]
    assert len(paper_of(b"A\n" + b"\x1bd\xff" * 2000 + b"B")) == MOST_BLANK_LINES + 2


def test_a_paper_with_pictures_only_has_no_lines() -> None:
    events, _ = read_job(b"\x1dv0\x00\x01\x00\x01\x00\xff\n\n\x1dV0", DialectState(), DialectName.AUTO)
    paper = lay_out(events)
    assert (paper.lines, paper.pictures, paper.cut) == ((), 1, True)


def test_a_line_knows_where_its_first_byte_stands() -> None:
    events, _ = read_job(b"\x1b@SHOP\n\x1ba1TOTAL\n", DialectState(), DialectName.AUTO)
    assert [line.at for line in lay_out(events).lines] == [2, 10]


def test_what_is_beside_the_text_is_counted() -> None:
    data = b"\x1dk\x04*1*\x00\x1b\x7f\x05A\n"
    events, _ = read_job(data, DialectState(), DialectName.ESCPOS)
    paper = lay_out(events)
    assert [code.data for code in paper.barcodes] == ["*1*"]
    assert [odd.why for odd in paper.unreadable] == ["unknown command"]
    assert not paper.cut


def test_the_width_of_the_paper_places_what_is_centred() -> None:
    events, _ = read_job(b"\x1ba1SHOP\n", DialectState(), DialectName.ESCPOS)
    assert lay_out(events, 384).lines[0].text == " " * 14 + "SHOP"


def test_every_stream_lays_out_with_all_its_letters() -> None:
    """Nothing that was text is dropped or doubled on the way to the paper, but for overstrikes."""
    for name, data in real_streams():
        events, _ = read_job(data, DialectState(), DialectName.AUTO)
        shown = "".join(line.text for line in lay_out(events).lines)
        assert _letters(shown) == _letters("".join(event.text for event in events if isinstance(event, Text))), name


def _letters(text: str) -> list[str]:
    return sorted(text.replace(" ", "").replace("\u00a0", ""))


def test_amounts_of_every_encoder_stand_alone() -> None:
    """The truth's total is a word of its own on some line of each paper that names one."""
    checked = 0
    for path in sorted((shared_data() / "encoders").rglob("01_*.bin")):
        events, _state = read_job(path.read_bytes(), DialectState(), DialectName.AUTO)
        words = {word.lstrip("$") for line in lay_out(events).lines for word in line.text.split()}
        if words:
            assert {"162.35", "149.46", "12.89"} <= words, path.name
            checked += 1
    assert checked > 10


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 30))
def test_noise_lays_out(seed: int) -> None:
    paper_of(noise(2000, seed))


def test_any_events_lay_out() -> None:
    rng = random.Random(3)
    pool: list[PrintEvent] = []
    for seed in range(30):
        pool += read_job(noise(3000, seed), DialectState(), DialectName.ESCPOS)[0]
    for _ in range(30):
        lay_out(rng.sample(pool, 400))


def test_a_page_in_two_directions_is_read_upright_first_and_then_turned() -> None:
    page = b"\x1bLSHOP\n\x1bT\x01TOTAL 12.50\x1bT\x00\x1d$\x64\x00Thank you\x0c"
    assert paper_of(page) == ["SHOP", "Thank you", "TOTAL 12.50"]

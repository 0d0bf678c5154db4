"""Code pages by number and name; a run never raises, whatever page it is read with."""

import codecs

import pytest

from agent.dialects.code_pages import JIS, KATAKANA, PAGES, STAR_NORMAL, decode, kanji_codec, multi_byte, page_named

EVERY_BYTE = bytes(range(0x20, 0x100))


@pytest.mark.parametrize(
    "codec", sorted({*PAGES.values(), JIS, STAR_NORMAL, "gb18030", "cp932", "cp949", "cp950", "utf_8"})
)
def test_every_page_reads_every_byte(codec: str) -> None:
    if codec not in (KATAKANA, STAR_NORMAL):
        codecs.lookup(codec)
    for international in range(20):
        decode(EVERY_BYTE, codec, international)


@pytest.mark.parametrize("codec", sorted(set(PAGES.values())))
def test_digits_and_points_are_the_same_in_every_page_and_country(codec: str) -> None:
    for international in range(20):
        assert decode(b"1,234.56 - 7", codec, international) == "1,234.56 - 7"


def test_the_euro_sign_where_encoders_put_it() -> None:
    assert {decode(b"\xd5", "cp858", 0), decode(b"\x80", "cp1252", 0), decode(b"\xa4", "iso8859_15", 0)} == {"€"}
    assert decode(b"12,90 \xd5\x81", "cp857", 0) == "12,90 €ü"


def test_a_byte_without_a_meaning_is_shown_as_unknown() -> None:
    assert decode(b"A\x81\x7fB", "cp1252", 0) == "A\ufffd\ufffdB"


def test_the_epson_katakana_page() -> None:
    assert decode(b"\x95\xa5\xb1\xdf\xf1\xf2", KATAKANA, 0) == "─･ｱﾟ円年"


def test_boxes_drawn_while_shift_jis_is_on() -> None:
    assert decode(b"\x9c" + b"\x95" * 8 + b"\x9d", "cp932", 8) == "╭────────╮"
    assert decode(b"\x96", "cp932", 8) == "│"
    assert decode("封 合計".encode("cp932"), "cp932", 8) == "封 合計"
    assert decode("封".encode("cp932"), "cp932", 8) == "封"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("GBK", "gb18030"), ("Shift-JIS", "cp932"), ("euc-kr", "cp949"), ("UTF-8", "utf_8"), ("cp437", "")],
)
def test_two_byte_pages_by_the_names_people_write(name: str, codec: str) -> None:
    assert multi_byte(name) == codec


def test_the_meaning_of_kanji_mode_comes_from_the_lane_then_the_country() -> None:
    assert kanji_codec("big5", 8, "") == "cp950"
    assert kanji_codec("cp437", 13, "") == "cp949"
    assert kanji_codec("cp437", 0, KATAKANA) == "cp932"
    assert kanji_codec("cp437", 0, "") == "gb18030"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        *(("cp437", "cp437"), ("PC858", "cp858"), ("WPC1252", "cp1252"), ("windows-1252", "windows_1252")),
        *(("858", "858"), ("Latin1", "latin1"), ("ISO-8859-15", "iso_8859_15"), ("katakana", KATAKANA)),
        *(("GBK", "gbk"), ("Shift-JIS", "shift_jis"), ("utf-8", "utf_8")),
        *(("nonsense", ""), ("", ""), ("utf-16", ""), ("cp037", ""), ("base64", ""), ("cp99999", "")),
    ],
)
def test_a_page_by_the_names_people_write(name: str, page: str) -> None:
    assert page_named(name) == page
    if page:
        assert decode(b"TOTAL 5.00 \x80", multi_byte(page) or page, 0).startswith("TOTAL 5.00 ")

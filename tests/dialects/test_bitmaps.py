"""Pixels turned upright, scaled, overlaid and set side by side: against drawing them dot by dot."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.bitmaps import LARGEST, from_bmp, from_columns, scaled, side_by_side, stride, together

Dots = set[tuple[int, int]]


def dots_of(rows: bytes, width: int) -> Dots:
    size = stride(width)
    return {
        (x, at // size)
        for at in range(0, len(rows), max(size, 1))
        for x in range(width)
        if rows[at + x // 8] << x % 8 & 0x80
    }


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 40), st.data())
def test_columns_come_out_as_rows(high: int, width: int, data: st.DataObject) -> None:
    columns = data.draw(st.binary(min_size=high * width, max_size=high * width))
    rows = from_columns(columns, high)
    assert len(rows) == stride(width) * 8 * high
    expected = {(x, y) for x in range(width) for y in range(8 * high) if columns[x * high + y // 8] << y % 8 & 0x80}
    assert dots_of(rows, width) == expected


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 3), st.data())
def test_each_dot_becomes_as_many_as_it_is_large(width: int, wide: int, tall: int, data: st.DataObject) -> None:
    rows = data.draw(st.binary(min_size=stride(width) * 3, max_size=stride(width) * 3))
    expected = {
        (x * wide + dx, y * tall + dy) for x, y in dots_of(rows, width) for dx in range(wide) for dy in range(tall)
    }
    assert dots_of(scaled(rows, width, wide, tall), width * wide) == expected


def test_two_colours_are_both_black() -> None:
    assert together(b"\x81\x00", b"\x10\x01") == b"\x91\x01"
    assert together(b"", b"\x10") == b"\x10"


def test_shapes_stand_side_by_side() -> None:
    rows = side_by_side([(3, b"\xa0\x40"), (12, b"\xff\xf0\x00\x10"), (2, b"\x40\x80")], 2)
    assert dots_of(rows, 17) == {(0, 0), (2, 0), *((x, 0) for x in range(3, 15)), (16, 0), (1, 1), (14, 1), (15, 1)}


def bmp(width: int, height: int, pixels: bytes, depth: int = 1, white: int = 0) -> bytes:
    colours = (b"\xff\xff\xff\x00\x00\x00\x00\x00", b"\x00\x00\x00\x00\xff\xff\xff\x00")[white]
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, depth, 0, len(pixels), 0, 0, 2, 2)
    return struct.pack("<2sIHHI", b"BM", 62 + len(pixels), 0, 0, 62) + header + colours + pixels


def test_a_windows_bitmap_is_read_from_the_bottom_and_by_its_colours() -> None:
    pixels = b"\x80\x00\x00\x00\x40\x00\x00\x00"
    assert from_bmp(bmp(10, 2, pixels)) == (10, 2, b"\x40\x00\x80\x00")
    assert from_bmp(bmp(10, -2, pixels)) == (10, 2, b"\x80\x00\x40\x00")
    assert from_bmp(bmp(10, 2, pixels, white=1)) == (10, 2, b"\xbf\xc0\x7f\xc0")


@pytest.mark.parametrize("data", [b"", b"BM", bmp(0, 2, b""), bmp(10, 2, b"\x80"), bmp(10, 2, b"\x80" * 800, depth=24)])
def test_a_bitmap_that_cannot_be_read_has_no_rows(data: bytes) -> None:
    assert from_bmp(data)[2] == b""


def test_what_is_larger_than_any_paper_has_no_rows() -> None:
    assert scaled(bytes(LARGEST // 2), 8, 2, 2) == b""
    assert from_columns(bytes(8 * 4), 4) == bytes(32)
    assert side_by_side([(1 << 13, b"")] * 10, 1 << 10) == b""

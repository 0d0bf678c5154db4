"""Every picture command of ESC/POS gives the same dots: one shape, sent in each way there is."""

import pytest

from agent.dialects.bitmaps import stride
from agent.dialects.escpos import Reader
from agent.dialects.reader import MOST_DRAWN
from agent.print_events import Raster
from tests.dialects.streams import read_in, slicings

WIDTH, HEIGHT = 16, 8
ROWS = bytes.fromhex("ffff8001a0055429aa95801180018fff")
"""Nothing in it is symmetric, so that a turn or a mirror shows."""
COLUMNS = bytes(sum((ROWS[y * 2 + x // 8] >> 7 - x % 8 & 1) << 7 - y for y in range(HEIGHT)) for x in range(WIDTH))


def pictures(data: bytes) -> list[Raster]:
    whole = read_in([data], Reader)
    for how, pieces in slicings(data):
        assert read_in(pieces, Reader) == whole, how
    return [event for event in whole if isinstance(event, Raster)]


def graphics(parameters: bytes, *, long: bool = False) -> bytes:
    size = len(parameters)
    return (
        b"\x1d8L" + size.to_bytes(4, "little") + parameters
        if long
        else (b"\x1d(L" + size.to_bytes(2, "little") + parameters)
    )


SIZE = b"\x10\x00\x08\x00"
BUFFER = b"0p0\x01\x011" + SIZE + ROWS
PRINT = graphics(b"02")
NAMED = {
    "gs ( L 112 raster": graphics(BUFFER) + PRINT,
    "gs 8 L 112 raster": graphics(BUFFER, long=True) + PRINT,
    "gs ( L 113 columns": graphics(b"0q0\x01\x011" + SIZE + COLUMNS) + graphics(b"0\x02"),
    "gs ( L 67 kept": graphics(b"0C0AB\x01" + SIZE + b"1" + ROWS) + graphics(b"0EAB\x01\x01"),
    "gs ( L 68 kept": graphics(b"0D0AB\x01" + SIZE + b"1" + COLUMNS) + graphics(b"0EAB\x01\x01"),
    "gs 8 L 83 downloaded": graphics(b"0S0AB\x01" + SIZE + b"1" + ROWS, long=True) + graphics(b"0UAB\x01\x01"),
    "gs ( L 84 downloaded": graphics(b"0T0AB\x01" + SIZE + b"1" + COLUMNS) + graphics(b"0UAB\x01\x01"),
    "gs v 0": b"\x1dv0\x00\x02\x00\x08\x00" + ROWS,
    "gs Q 0": b"\x1dQ0\x00\x10\x00\x01\x00" + COLUMNS,
    "gs * and gs /": b"\x1d*\x02\x01" + COLUMNS + b"\x1d/\x00",
    "fs q and fs p": b"\x1cq\x02\x01\x00\x01\x00" + bytes(8) + b"\x02\x00\x01\x00" + COLUMNS + b"\x1cp\x02\x00",
}


@pytest.mark.parametrize("stream", NAMED.values(), ids=NAMED)
def test_one_shape_sent_in_each_way(stream: bytes) -> None:
    (picture,) = pictures(b"SHOP\n" + stream + b"TOTAL\n")
    assert (picture.width, picture.height, picture.data.hex()) == (WIDTH, HEIGHT, ROWS.hex())
    assert 5 <= picture.at < 5 + len(stream)
    assert not picture.inline


def test_columns_of_eight_and_of_twenty_four_dots() -> None:
    tall = b"".join(bytes((column, 0, 0)) for column in COLUMNS)
    eight, eight_wide, full, full_wide = pictures(
        b"\x1b*\x01\x10\x00"
        + COLUMNS
        + b"\x1b*\x00\x10\x00"
        + COLUMNS
        + b"\x1b*\x21\x10\x00"
        + tall
        + b"\x1b*\x20\x10\x00"
        + tall
    )
    assert full.data == ROWS + bytes(2 * 16)
    assert eight.data == b"".join(ROWS[at : at + 2] * 3 for at in range(0, len(ROWS), 2))
    assert [(picture.width, picture.height) for picture in (eight, eight_wide, full, full_wide)] == [
        (16, 24),
        (32, 24),
        (16, 24),
        (32, 24),
    ]
    assert full_wide.data[:4] == b"\xff\xff\xff\xff"
    assert full_wide.data[4:8] == b"\xc0\x00\x00\x03"
    assert all(picture.inline for picture in (eight, eight_wide, full, full_wide))


@pytest.mark.parametrize(("mode", "wide", "tall"), [(0, 1, 1), (1, 2, 1), (50, 1, 2), (3, 2, 2)])
def test_a_picture_printed_larger_has_more_dots(mode: int, wide: int, tall: int) -> None:
    (picture,) = pictures(b"\x1dv0" + bytes((mode,)) + b"\x02\x00\x08\x00" + ROWS)
    assert (picture.width, picture.height) == (WIDTH * wide, HEIGHT * tall)
    assert len(picture.data) == stride(picture.width) * picture.height


def test_two_colours_stored_one_after_the_other_are_one_picture() -> None:
    black, red = b"\xf0" + bytes(15), b"\x0f" + bytes(15)
    stream = graphics(b"0p0\x01\x011" + SIZE + black) + graphics(b"0p0\x01\x012" + SIZE + red) + PRINT
    assert [picture.data for picture in pictures(stream)] == [b"\xff" + bytes(15)]


def test_a_bitmap_announced_and_printed_by_name() -> None:
    pixels = b"".join(ROWS[at : at + 2] + b"\0\0" for at in range(14, -2, -2))
    bmp = (
        b"BM"
        + (62 + 32).to_bytes(4, "little")
        + bytes(4)
        + b"\x3e\0\0\0"
        + b"\x28\0\0\0\x10\0\0\0\x08\0\0\0\x01\0\x01\0"
    )
    bmp += bytes(24) + b"\xff\xff\xff\0\0\0\0\0" + pixels
    stream = b"\x1dD0C0AB01" + bmp + graphics(b"0EAB\x01\x01")
    assert [(picture.width, picture.height, picture.data) for picture in pictures(stream)] == [(WIDTH, HEIGHT, ROWS)]


def test_a_logo_stored_long_ago_has_no_dots() -> None:
    assert pictures(b"\x1cp\x01\x00" + graphics(b"0EAB\x01\x01") + b"\x1d/\x00") == [
        Raster(0, 0, 0),
        Raster(4, 0, 0),
        Raster(15, 0, 0),
    ]


def test_nothing_is_printed_twice_from_the_buffer() -> None:
    assert len(pictures(graphics(BUFFER) + PRINT + PRINT)) == 1


def test_noise_of_pictures_fills_no_memory() -> None:
    """A logo printed again and again, larger; paper moved down in a raster mode, for a few bytes each."""
    logo = b"\x1cq\x01\x10\x00\x40\x00" + bytes(8 * 16 * 64) + b"\x1cp\x01\x03" * 20_000
    moved = (b"\x1b*rA" + b"b\x48\x00" + bytes(72) + b"\x1b*rY4096\x00" * 25 + b"\x1b*rB") * 400
    for data in (logo, moved):
        events = read_in([data], Reader)
        drawn = {id(event.data): len(event.data) for event in events if isinstance(event, Raster)}
        assert sum(drawn.values()) <= MOST_DRAWN
        assert len(events) >= 400

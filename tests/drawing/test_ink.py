"""The drawn paper against what was printed: ink where it belongs, pictures bit by bit, codes that a scanner reads."""

import random
from itertools import pairwise

import segno
from PIL import Image

from agent.dialects import DialectName, DialectState, read_job
from agent.drawing import draw
from agent.drawing.ink import AS_BARS, BORDER, UNDRAWN_PICTURE
from agent.paper.sheet import MOST_DOTS
from tests.dialects.streams import noise, real_streams

BLACK_BELOW = 128


def drawn(data: bytes, width: int = 576) -> Image.Image:
    return draw(read_job(data, DialectState(), DialectName.ESCPOS)[0], width).image


def notes(data: bytes) -> tuple[str, ...]:
    return draw(read_job(data, DialectState(), DialectName.ESCPOS)[0], 576).notes


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of all ink, in dots of the paper."""
    box = image.point(lambda dot: 255 if dot < BLACK_BELOW else 0).getbbox()
    assert box
    left, top, right, bottom = box
    return left - BORDER, top - BORDER, right - BORDER, bottom - BORDER


def test_text_stands_in_cells_of_its_font() -> None:
    left, _, right, bottom = ink(drawn(b"HHHHHHHHHH\n"))
    assert 0 <= left < 4
    assert 116 <= right <= 120
    assert bottom <= 24
    assert 86 <= ink(drawn(b"\x1bM\x01HHHHHHHHHH\n"))[2] <= 90


def test_double_size_is_twice_as_wide_and_high() -> None:
    once, twice = ink(drawn(b"HH\n")), ink(drawn(b"\x1d!\x11HH\n"))
    assert abs((twice[2] - twice[0]) - 2 * (once[2] - once[0])) <= 4
    assert abs((twice[3] - twice[1]) - 2 * (once[3] - once[1])) <= 4


def test_emphasis_has_more_ink() -> None:
    def ink_in(image: Image.Image) -> int:
        return sum(image.point(lambda dot: 1 if dot < BLACK_BELOW else 0).tobytes())

    assert ink_in(drawn(b"\x1bE\x01TOTAL\n")) > 1.1 * ink_in(drawn(b"TOTAL\n"))


def test_alignment_is_by_dots_of_the_paper() -> None:
    left, _, right, _ = ink(drawn(b"\x1ba\x01HH\n"))
    assert abs((left + right) / 2 - 288) <= 2
    assert 572 <= ink(drawn(b"\x1ba\x02HH\n"))[2] <= 576
    assert 380 <= ink(drawn(b"\x1ba\x02HH\n", 384))[2] <= 384


def test_absolute_positions_hold() -> None:
    image = drawn(b"\x1b$\xc8\x01H\n")
    assert 456 <= ink(image)[0] <= 460


def test_a_long_line_wraps_at_the_paper() -> None:
    image = drawn(b"H" * 60 + b"\n", 384)
    assert image.width == 384 + 2 * BORDER
    assert ink(image)[3] > 30


def test_a_picture_is_drawn_bit_by_bit() -> None:
    chance = random.Random(1)
    rows = chance.randbytes(10 * 40)
    image = drawn(b"\x1dv0\x00\x0a\x00\x28\x00" + rows)
    box = (BORDER, BORDER, BORDER + 80, BORDER + 40)
    found = image.crop(box).point(lambda dot: 255 if dot < BLACK_BELOW else 0).convert("1").tobytes()
    assert found == rows


def test_bands_of_a_picture_follow_one_another() -> None:
    band = b"\x1dv0\x00\x01\x00\x08\x00" + b"\xff" * 8
    assert ink(drawn(band * 3)) == (0, 0, 8, 24)


def test_a_qr_code_says_what_was_stored() -> None:
    stored = b"https://shop.example/r/42"
    size = len(stored) + 3
    image = drawn(b"\x1d(k" + bytes((size & 255, size >> 8)) + b"1P0" + stored + b"\x1d(k\x03\x001Q0")
    matrix = segno.make_qr(stored.decode(), error="m").matrix
    left, top, right, _ = ink(image)
    dots = (right - left) // len(matrix)
    read = [
        [image.getpixel((BORDER + left + x * dots, BORDER + top + y * dots)) == 0 for x in range(len(matrix))]
        for y in range(len(matrix))
    ]
    assert read == [[bool(module) for module in row] for row in matrix]


def test_barcodes_are_bars_and_said_to_be() -> None:
    assert notes(b"\x1dk\x02036000291452\x00") == (AS_BARS,)
    left, top, right, bottom = ink(drawn(b"\x1dk\x02036000291452\x00"))
    assert right - left > 100
    assert bottom - top > 60


def test_a_stored_logo_is_a_frame_and_said_to_be() -> None:
    assert notes(b"\x1cp\x01\x00") == (UNDRAWN_PICTURE,)


def test_a_cut_leaves_a_line_between_two_receipts() -> None:
    image = drawn(b"one\n\x1dV\x00two\n")
    greys = [y for y in range(image.height) if image.getpixel((4, y)) not in (0, 255)]
    assert len(greys) >= 2
    assert all(after - before == 1 for before, after in pairwise(greys))


def test_a_page_is_drawn_where_its_texts_stand() -> None:
    image = drawn(b"\x1bL\x1b$\x64\x00\x1d$\x78\x00H\x0c")
    left, _, _, bottom = ink(image)
    assert 100 <= left <= 104
    assert 120 <= bottom <= 146


def test_noise_and_every_real_stream_can_be_drawn() -> None:
    for data in [*(stream for _, stream in real_streams()), noise(4000, 2)]:
        image = drawn(data)
        assert image.height <= MOST_DOTS + 2 * BORDER

"""One picture out of many: bands, strips, stored graphics and rows give the same dots as one image."""

from collections.abc import Callable

import pytest

from agent.raster import joined
from tests.raster import pictures
from tests.raster.pictures import Look, Pictured, PixelTill
from tests.raster.reading import bitmap_of, events_in

PICTURE = PixelTill(Look("DejaVuSans.ttf", 20), 1).sale()


@pytest.mark.parametrize(
    "printed",
    [pictures.one_image, pictures.in_bands, pictures.as_graphics, pictures.as_strips, pictures.as_star_raster],
)
def test_every_way_of_printing_gives_the_same_rows(printed: Callable[[Pictured], bytes]) -> None:
    rows = [row for row in bitmap_of(printed(PICTURE)).rows if row]
    assert rows == [row for row in bitmap_of(pictures.one_image(PICTURE)).rows if row]


def test_star_keeps_the_height_of_blank_feeds() -> None:
    whole, rows = bitmap_of(pictures.one_image(PICTURE)).rows, bitmap_of(pictures.as_star_raster(PICTURE)).rows
    top = next(index for index, row in enumerate(whole) if row)
    assert rows == whole[top : top + len(rows)]


def test_rows_go_out_as_they_came_in() -> None:
    assert bitmap_of(pictures.one_image(PICTURE)).to_bytes() == PICTURE.rows


def test_what_is_larger_than_any_receipt_is_no_picture_to_read() -> None:
    band = b"\x1dv0\x00\x48\x00\xff\x0f" + bytes(0x48 * 0x0FFF)
    assert joined(events_in(band * 6), 576) is None
    assert joined([], 576) is None

"""Signs: the same letter has the same key wherever it stands; what is no writing is left out or one sign."""

import random

import segno
from PIL import Image, ImageDraw, ImageFont

from agent.raster import Bitmap, TextLine, text_lines
from agent.raster.signs import Key
from tests.raster.pictures import FONTS

FONT = ImageFont.truetype(str(FONTS / "DejaVuSans.ttf"), 22)


def lines_of(image: Image.Image) -> list[TextLine]:
    data, size = image.tobytes(), image.width // 8
    return text_lines(
        Bitmap(image.width, tuple(int.from_bytes(data[at : at + size]) for at in range(0, len(data), size)))
    )


def written(*texts: str, ink: int = 1) -> Image.Image:
    image = Image.new("1", (576, 20 + 40 * len(texts)), 1 - ink)
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    for number, text in enumerate(texts):
        pen.text((10, 10 + 40 * number), text, fill=ink, font=FONT)
    return image


def keys(line: TextLine) -> list[Key]:
    return [sign.key(line.foot) for sign in line.signs]


def test_the_same_letters_have_the_same_keys_anywhere() -> None:
    first, second = lines_of(written("mild 42.50", "42.50 mild"))
    assert set(keys(first)) == set(keys(second))
    assert len(keys(first)) == 9


def test_a_comma_and_an_apostrophe_differ_by_where_they_stand() -> None:
    (line,) = lines_of(written("a,a'a"))
    assert len(set(keys(line))) == 3


def test_white_on_black_is_read_as_black_on_white() -> None:
    (dark,) = lines_of(written("Total 42.50"))
    image = Image.new("1", (576, 60), 0)
    image.paste(1, (0, 5, 576, 50))
    ImageDraw.Draw(image).fontmode = "1"
    pen = ImageDraw.Draw(image)
    pen.fontmode = "1"
    pen.text((10, 10), "Total 42.50", fill=0, font=FONT)
    (light,) = lines_of(image)
    assert keys(light) == keys(dark)


def test_an_underline_is_not_a_part_of_the_letters() -> None:
    (plain,) = lines_of(written("Total 42.50"))
    image = written("Total 42.50")
    ImageDraw.Draw(image).line((10, 36, 200, 36), fill=1, width=2)
    assert [keys(line) for line in lines_of(image) if line.signs] == [keys(plain)]


def test_rules_say_nothing() -> None:
    assert lines_of(written("-" * 30, "*" * 30, "=" * 30)) == []
    image = Image.new("1", (576, 60), 0)
    ImageDraw.Draw(image).line((0, 20, 575, 20), fill=1, width=3)
    assert lines_of(image) == []


def test_codes_say_nothing() -> None:
    image = Image.new("1", (576, 300), 0)
    matrix = segno.make_qr("https://shop.example/42").matrix
    for y, row in enumerate(matrix):
        for x, module in enumerate(row):
            if module:
                image.paste(1, (100 + 6 * x, 10 + 6 * y, 106 + 6 * x, 16 + 6 * y))
    assert lines_of(image) == []
    bars = Image.new("1", (576, 80), 0)
    chance = random.Random(1)
    for x in range(40, 400, 4):
        if chance.random() < 0.5:
            bars.paste(1, (x, 5, x + 3, 70))
    assert lines_of(bars) == []


def test_a_drawing_is_one_sign_that_is_the_same_each_time() -> None:
    image = Image.new("1", (576, 200), 0)
    ImageDraw.Draw(image).ellipse((200, 20, 330, 150), fill=1)
    (once,) = lines_of(image)
    moved = Image.new("1", (576, 300), 0)
    ImageDraw.Draw(moved).ellipse((100, 90, 230, 220), fill=1)
    (twice,) = lines_of(moved)
    assert once.is_drawing
    assert keys(once) == keys(twice)
    assert keys(once)[0].is_drawing


def test_a_key_can_be_written_down() -> None:
    (line,) = lines_of(written("Total, 42.50"))
    assert [Key.from_text(key.to_text()) for key in keys(line)] == keys(line)

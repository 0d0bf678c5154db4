"""Pictures as paper: unknown signs hold the receipt, noise ends, card numbers are masked in what is read."""

import random

from agent.raster import Dictionary
from agent.raster.picture_paper import BEING_READ, NO_LETTERS, TOO_LARGE, picture_paper
from tests.raster.pictures import Look, PixelTill, one_image
from tests.raster.reading import events_in, learnt

LOOK = Look("DejaVuSans.ttf", 22)


def test_unknown_signs_are_shown_as_such_and_hold_the_receipt() -> None:
    found = picture_paper(events_in(one_image(PixelTill(LOOK, 1).sale())), 576, Dictionary())
    assert found.why == BEING_READ
    assert found.unknown > 30
    assert any("\ufffd" in line.text for line in found.paper.lines)


def test_a_card_number_in_a_picture_is_masked_in_its_text() -> None:
    dictionary = learnt(PixelTill(LOOK, 5, goods=2), 7).dictionary
    picture = PixelTill(LOOK, 6, goods=2).sale(phone="4111111111111111")
    text = "\n".join(line.text for line in picture_paper(events_in(one_image(picture)), 576, dictionary).paper.lines)
    assert "4111111111111111" not in text
    assert "************1111" in text


def test_noise_and_nothing_end_with_a_reason() -> None:
    chance = random.Random(4)
    noise = b"\x1dv0\x00\x48\x00\x00\x04" + chance.randbytes(0x48 * 0x400)
    speckles = b"\x1dv0\x00\x48\x00\x00\x04" + bytes(chance.choice((0, 0, 0, 0x18)) for _ in range(0x48 * 0x400))
    for data in (noise, speckles, noise * 4):
        assert picture_paper(events_in(data), 576, Dictionary()).why in (BEING_READ, NO_LETTERS, TOO_LARGE)
    blank = b"\x1dv0\x00\x48\x00\x00\x04" + bytes(0x48 * 0x400)
    assert picture_paper(events_in(blank), 576, Dictionary()).why == NO_LETTERS

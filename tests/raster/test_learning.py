"""A font learnt from receipts: read exactly then; and whatever OCR says, no wrong amount is ever accepted."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent.raster import Dictionary, Word
from tests.raster.pictures import Look, Pictured, PixelTill
from tests.raster.reading import Reader, learnt, outcome, page_of, perfect, words_in

LOOKS = [
    Look("DejaVuSans.ttf", 20),
    Look("DejaVuSansMono.ttf", 20, columns=42),
    Look("DejaVuSerif.ttf", 22),
    Look("DejaVuSerif-Bold.ttf", 18, dots=384),
    Look("DejaVuSansMono-Bold.ttf", 18, columns=48, dollar=False),
]


GOODS = 2


def outcomes(look: Look, ocr: Reader, receipts: int = 7, others: int = 5) -> Counter[str]:
    dictionary = learnt(PixelTill(look, 5, goods=GOODS), receipts, ocr).dictionary
    till = PixelTill(look, 6, first_number=7000, goods=GOODS)
    return Counter(outcome(till.sale(), dictionary) for _ in range(others))


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.face} {look.size}")
def test_a_font_is_learnt_and_others_are_read(look: Look) -> None:
    found = outcomes(look, perfect)
    assert found["wrong"] == 0
    assert found["right"] >= 4, found


def test_the_text_is_the_printed_one() -> None:
    look = Look("DejaVuSansMono.ttf", 20, columns=42)
    dictionary = learnt(PixelTill(look, 5, goods=2), 6).dictionary
    picture = PixelTill(look, 7, goods=2).sale()
    said = [" ".join(line.split()) for line in words_in(page_of(picture), dictionary) if line.strip()]
    assert said == [line for line in picture.lines if line and not line.startswith("---")]


def test_nothing_learnt_is_nothing_read() -> None:
    assert outcome(PixelTill(LOOKS[0], 5).sale(), Dictionary()) == "held"


def misread(pairs: str, chance: float, seed: int = 1) -> Reader:
    """An OCR that takes some characters for others: 'ab' in `pairs` = a for b, so often."""
    rng = random.Random(seed)
    table = {pairs[at]: pairs[at + 1] for at in range(0, len(pairs), 3)}

    def ocr(picture: Pictured) -> Sequence[Word]:
        return [
            replace(
                word,
                text="".join(table[sign] if sign in table and rng.random() < chance else sign for sign in word.text),
            )
            for word in picture.words
        ]

    return ocr


def test_a_dollar_that_ocr_takes_for_a_five_is_known_by_its_shape() -> None:
    found = outcomes(LOOKS[0], misread("$5", 0.7))
    assert found["wrong"] == 0
    assert found["right"] >= 4, found


@pytest.mark.parametrize("pairs", ["06 68 80", "38 83", "17", "71"])
@pytest.mark.parametrize("chance", [0.4, 1.0])
def test_digits_that_ocr_confuses_never_make_a_wrong_receipt(pairs: str, chance: float) -> None:
    assert outcomes(LOOKS[0], misread(pairs, chance), receipts=5)["wrong"] == 0


def test_an_ocr_that_says_anything_teaches_nothing_wrong() -> None:
    rng = random.Random(3)

    def ocr(picture: Pictured) -> Sequence[Word]:
        return [replace(word, text="".join(rng.choice("0123456789.$") for _ in word.text)) for word in picture.words]

    assert outcomes(LOOKS[1], ocr, receipts=4)["wrong"] == 0


def test_a_logo_is_an_ornament_once_it_was_on_three_receipts() -> None:
    look = Look("DejaVuSans.ttf", 22, logo=True)
    found = outcomes(look, perfect)
    assert found["right"] >= 4, found

"""No card number passes in the XML that tills send to web printers, where blanks are spelt out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.masking.card_escapes import blanks_spelt_out
from tests.dialects.xml_documents import epos, star_text, webprnt
from tests.test_masking import PUBLISHED, masked

SPELLINGS = (r"\x20", "&#32;", "&#x20;", "&#160;", "&nbsp;", "&#45;", r"\x2d", " ")


def grouped(number: str, blank: str) -> str:
    sizes = (4, 6, 5) if len(number) == 15 else (4, 4, 4, 4, 4)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(number[at : at + size])
        at += size
    return blank.join(filter(None, pieces))


def shows_only_the_end(text: bytes, number: str, blank: str) -> bool:
    """As a person reads it: the spelling of the blank is known here, not asked of the code under test."""
    read = text.decode("latin-1").replace(blank, "")
    return "*" * (len(number) - 4) + number[-4:] in read


@pytest.mark.parametrize("blank", SPELLINGS)
@pytest.mark.parametrize("number", PUBLISHED)
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_no_number_passes_however_its_blanks_are_spelt_and_it_is_sliced(
    number: str, blank: str, cuts: list[int]
) -> None:
    printed = epos(f"<text>VISA {grouped(number, blank)}&#10;</text>")
    out = masked(printed, cuts)
    assert len(out) == len(printed)
    assert shows_only_the_end(out, number, blank)


@pytest.mark.parametrize("number", PUBLISHED)
def test_no_number_passes_in_a_document_inside_a_document(number: str) -> None:
    out = masked(webprnt(f"<text>{star_text('CARD ' + grouped(number, ' '))}\\x0a</text>"))
    assert shows_only_the_end(out, number, r"\x20")


def test_what_is_spelt_out_and_no_blank_stays() -> None:
    text = rb"Tea \x26 cake 4.50 &amp; &#163;3 \x7f"
    assert blanks_spelt_out(text) == text
    assert masked(text) == text

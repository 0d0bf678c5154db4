"""test_words: one form for all the ways a till writes a word."""

import pytest

from agent.formats.words import any_of, plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Sub-Total (8.5%):", "sub total"),
        ("RÜCKGELD", "ruckgeld"),
        ("G.S.T. 5%", "gst"),
        ("T O T A L", "total"),
        ("Tax1", "tax"),
        ("VISA XXXXXXXXXXXX5555", "visa"),
        ("ｺﾞｳｹｲ", "コウケイ"),
        ("2x 36ct A0000", ""),
    ],
)
def test_plain_words(text: str, words: str) -> None:
    assert plain(text) == words


def test_latin_phrases_match_whole_words_only() -> None:
    ach = any_of(["ach"])
    assert ach.search("ach debit")
    assert not ach.search("each spinach")


def test_other_scripts_match_inside_a_run() -> None:
    assert any_of(["合計"]).search(plain("お買上合計額"))

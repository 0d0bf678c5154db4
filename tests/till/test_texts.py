"""Texts: every language has the same keys and the same blanks; what the templates and the code ask for is there."""

import re
from pathlib import Path
from string import Formatter

import pytest

from agent.till.texts import CATALOGUE, LANGUAGES, Texts, catalogue, wanted

TILL = Path(__file__).resolve().parents[2] / "agent" / "till"
ASKED_re = re.compile(r"""\bt(?:exts)?\(\s*["']([a-z_]+\.[\w ]+)["']\s*[,)]""")


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_catalogues_keys_and_blanks(language: str) -> None:
    ours = {key: text for key, text in catalogue(language).items() if not key.startswith("said.")}
    english = {key: text for key, text in catalogue(CATALOGUE).items() if not key.startswith("said.")}
    assert ours.keys() == english.keys()
    assert [key for key in english if blanks(ours[key]) != blanks(english[key])] == []


def test_spanish_is_spanish() -> None:
    same = [key for key, text in catalogue("es").items() if text == catalogue("en").get(key) and len(text) > 12]
    assert same == []


def test_every_key_that_is_asked_for_is_there() -> None:
    asked = {
        key
        for file in [*TILL.rglob("*.html"), *TILL.rglob("*.py")]
        for key in ASKED_re.findall(file.read_text(encoding="utf-8"))
    }
    assert len(asked) > 50
    assert asked - catalogue(CATALOGUE).keys() == set()


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("en-US,es;q=0.5", "en"),
        ("de,es;q=0.2,en;q=0.1", "es"),
        ("", "en"),
        ("de", "en"),
        ("es;q=x,,;", "en"),
    ],
)
def test_the_browsers_wish(header: str, language: str) -> None:
    assert wanted(header) == language


def test_what_the_box_says_is_translated_where_it_can_be() -> None:
    assert Texts("es").said("waits for a sign-up") != "waits for a sign-up"
    assert Texts("es").said("a cloud's own words") == "a cloud's own words"

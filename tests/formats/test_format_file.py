"""test_format_file: a fault in a format names file, line, what is wrong and which word was meant."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import FormatError
from agent.formats import StoreContext, format_from_text, load_format, read_paper
from agent.formats.format_file import SCHEMA, names

KEYS = st.sampled_from(sorted({part for place, keys in SCHEMA.items() for part in (*place.split("."), *keys) if part}))
HEAD = 'name = "shop"\nextends = "generic"\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[[labels]]\nrole = "total"\nphrases = ["a"]\n[[labels]]\nrole = "totl"\nphrases = ["b"]\n', 7, "'total'?"),
        ('[dates]\nordr = "mdy"\n', 4, "did you mean 'order'?"),
        ('[date]\norder = "mdy"\n', 3, "did you mean 'dates'?"),
        ('[dates]\norder = "mdyy"\n', 4, "did you mean 'mdy'?"),
        ('[labels]\nrole = "total"\nphrases = ["a"]\n', 3, "two brackets"),
        ('[[money]]\ndecimal = ","\n', 3, "one bracket"),
        ('[reprint]\ntitles = [\n  "copy",\n  "(again",\n]\n', 6, "no pattern"),
        ('[money]\ncurrency = "euro"\n', 4, "three capitals"),
        ('seen_in_service = "no"\n', 3, "true or false"),
        ('[[labels]]\nphrases = ["a"]\n', 3, "no 'role'"),
        ('[[labels]]\nrole = "total"\n', 3, "no 'phrases'"),
        ('[tax.rates]\nUS = [8.625]\n[[kinds]]\nkind = "sail"\n', 6, "did you mean 'sale'?"),
        ('[tax.rates]\nUS = ["eight"]\n', 4, "per cents"),
        ('[items]\npatterns = ["[A-Z]+"]\n', 4, "(?P<text>…)"),
        ('[items]\npatterns = ["(?P<text>.+) (?P<price>.+)"]\n', 4, "no other"),
        ('[lines]\nskip = "Batch"\n', 4, "list of phrases"),
        ('[lines]\nskip = ["(?i)batch"]\n', 4, "no pattern"),
        ('[reprint]\ntitles = ["(?P<a>copy)"]\n', 4, "without a name"),
        ('[reprint]\ntitles = ["(a)\\\\1"]\n', 4, "without a name"),
        ('[money.symbols]\n"" = "EUR"\n', 4, "empty"),
        ('[items]\npatterns = ["(?P<text"]\n', 4, "no pattern"),
    ],
)
def test_a_fault_names_line_and_the_word_that_was_meant(text: str, line: int, words: str) -> None:
    with pytest.raises(FormatError) as fault:
        format_from_text(HEAD + text, "shop.toml")
    assert f"shop.toml, line {line}:" in str(fault.value)
    assert words in str(fault.value)
    assert fault.value.hint


def test_one_phrase_cannot_be_two_things() -> None:
    text = '[[labels]]\nrole = "total"\nphrases = ["to pay"]\n'
    text += '[[labels]]\nrole = "due"\nphrases = [\n  "rest",\n  "to pay",\n]\n'
    with pytest.raises(FormatError, match=r"shop.toml, line 10: 'to pay' is a due here and a total in line 5"):
        format_from_text(HEAD + text, "shop.toml")


def test_broken_toml_names_line_and_column() -> None:
    with pytest.raises(FormatError, match=r"shop.toml, line 2, column 11: "):
        format_from_text('name = "shop"\nextends = \n', "shop.toml")


def test_what_it_extends_must_be_there() -> None:
    with pytest.raises(
        FormatError, match=r"shop.toml, line 2: there is no format 'genericc'; did you mean 'generic'\?"
    ):
        format_from_text('name = "shop"\nextends = "genericc"\n', "shop.toml")


def test_an_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="did you mean 'us-dispensary'") as fault:
        load_format("us-dispensery", tmp_path)
    assert str(tmp_path) in fault.value.hint


def test_the_stores_own_folder_comes_first_and_is_read_anew_when_it_changes(tmp_path: Path) -> None:
    own = tmp_path / "us-cstore.toml"
    own.write_text('name = "us-cstore"\nextends = "generic"\n[money]\ndecimal = ","\n')
    assert names(tmp_path)["us-cstore"] == own
    assert load_format("us-cstore", tmp_path).money.decimal == ","
    own.write_text('name = "us-cstore"\nextends = "generic"\n[money]\ndecimal = "."\n# longer by a line\n')
    assert load_format("us-cstore", tmp_path).money.decimal == "."
    assert load_format("us-cstore").seen_in_service is False


def test_a_format_may_extend_one_of_the_stores_own(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text('name = "base"\nextends = "de-restaurant"\n[dates]\norder = "ymd"\n')
    form = format_from_text('name = "mine"\nextends = "base"\n', "mine.toml", tmp_path)
    assert (form.dates.order, form.money.currency, form.drawn_from) == ("ymd", "EUR", "")


VALUES = st.recursive(
    st.one_of(
        st.text(max_size=12), st.integers(-3, 99), st.booleans(), st.sampled_from(["total", "mdy", "(a", "x{2}"])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_whatever_is_written_is_a_format_or_a_fault_in_words(tree: dict[str, Any]) -> None:
    text = HEAD + "".join(_toml(key, value) for key, value in tree.items() if not isinstance(value, dict))
    text += "".join(_table(key, value) for key, value in tree.items() if isinstance(value, dict))
    try:
        form = format_from_text(text, "shop.toml")
    except FormatError as fault:
        assert str(fault).startswith("shop.toml, line ")  # noqa: PT017 - either of the two is right
        return
    read_paper(["Bread   2.00", "TOTAL   2.00", "CASH   2.00"], form, StoreContext())


def _toml(key: str, value: Any) -> str:
    return f"{json.dumps(key)} = {_inline(value)}\n"


def _table(key: str, value: dict[str, Any]) -> str:
    return f"[{json.dumps(key)}]\n" + "".join(_toml(inner, one) for inner, one in value.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)

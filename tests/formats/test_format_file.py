"""test_format_file: a fault in a format names file, line, what is wrong and which word was meant."""

from pathlib import Path

import pytest

from agent.errors import FormatError
from agent.formats import format_from_text, load_format
from agent.formats.format_file import names

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

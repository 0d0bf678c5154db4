"""test_form: a format's file is checked as a whole; a fault is named by its line."""

from pathlib import Path

import pytest

from agent.errors import FormatError
from agent.formats import StoreContext, load_format, read_paper
from agent.formats.roles import Role


def written(folder: Path, text: str, name: str = "shop") -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_generic_loads() -> None:
    assert load_format("generic").name == "generic"


def test_a_shops_own_words_come_before_the_generic_ones(tmp_path: Path) -> None:
    own = """
name = "shop"
extends = "generic"

[[labels]]
role = "total"
phrases = ["zum mitnehmen"]
"""
    form = load_format("shop", written(tmp_path, own))
    assert form.labels[0].role is Role.TOTAL
    lines = ["Brot      2.00", "Zum Mitnehmen   2.00", "CASH   5.00", "CHANGE    3.00"]
    (taught,) = read_paper(lines, form, StoreContext())
    (untaught,) = read_paper(lines, load_format("generic"), StoreContext())
    assert (taught.total, taught.award_base) == (200, 200)
    assert untaught.award_base != 200 or untaught.total == 200


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('name = "shop"\nextends = "generic"\n\n[money]\ndecimal = ";"\n', 5, "decimal"),
        ('name = "shop"\nextends = "generic"\n\n[dates]\nordr = "mdy"\n', 5, "ordr"),
        ('name = "shop"\nextends = "generic"\n[[labels]]\nrole = "totl"\nphrases = ["x"]\n', 4, "totl"),
        ('name = "shop"\nextends = "generic"\n[reprint]\ntitles = ["(copy"]\n', 4, "(copy"),
        ('name = "shop"\nextends = "generic"\nfiller = "the"\n', 3, "list of phrases"),
        ('name = "shop"\nextends = "generic"\n[money.exponents]\nJPY = 9\n', 4, "0…3"),
        ('name = "shop"\nextends = "shop"\n', 2, "circle"),
        ('name = "shop"\n', 1, "missing"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(FormatError) as fault:
        load_format("shop", written(tmp_path, text))
    assert f"shop.toml, line {line}:" in str(fault.value)
    assert words in str(fault.value)


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="line 2"):
        load_format("shop", written(tmp_path, 'name = "shop"\nextends = \n'))


def test_a_missing_format_and_a_strange_name(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no format"):
        load_format("nobody", tmp_path)
    with pytest.raises(FormatError, match="no name of a format"):
        load_format("../generic", tmp_path)

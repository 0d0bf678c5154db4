"""The product list as CSV: any separator, named columns, faults by line, and what is exported can be imported."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.catalogue.file import Row, read_rows, write_rows
from agent.errors import TillpostError


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_go_by_name(separator: str) -> None:
    content = "name,sku\nDog food,A-1\n\nCat litter,A-2\n".replace(",", separator)
    assert read_rows(content, "list.csv") == [Row("A-1", "Dog food"), Row("A-2", "Cat litter")]


def test_an_exception_nobody_filled_in_stays_one() -> None:
    assert read_rows("text,sku\nMystery,\nKnown,A-1\n", "list.csv") == [Row("A-1", text="Known")]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("skuu,name\nA,B\n", 1, "did you mean 'sku'"),
        ("name\nB\n", 1, "'sku' is missing"),
        ("sku,name\nA,B\n,C\n", 3, "is empty"),
        ("sku,confidence\nA,often\n", 2, "no number"),
        ("sku,confidence\nA,1.5\n", 2, "not between"),
        ("sku\nA,B\n", 2, "more cells"),
        ("", 1, "'sku' is missing"),
        ('sku,name\nA,"no end\n', 2, "no good CSV"),
    ],
)
def test_a_fault_names_file_and_line(content: str, line: int, words: str) -> None:
    with pytest.raises(TillpostError) as fault:
        read_rows(content, "list.csv")
    assert f"list.csv, line {line}:" in str(fault.value)
    assert words in str(fault.value)


def test_what_one_box_writes_another_reads() -> None:
    row = {
        **{"text": 'Bowl "XL", blue', "sku": "B-7", "name": "Bowl", "upc": "", "price": 1250, "seen": 4},
        **{"confidence": 0.8, "source": "paper"},
    }
    content = "".join(write_rows([row], 2))
    assert "12.50" in content
    assert read_rows(content, "x.csv") == [Row("B-7", "Bowl", "", 'Bowl "XL", blue', 0.8)]


@given(st.text(alphabet=st.sampled_from('sku,name;text\t"\n\r\x00 0.5éA'), max_size=60))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_stands_in_a_file_is_rows_or_a_fault_in_words(content: str) -> None:
    for head in ("", "sku,name,confidence\n", "text;sku\n"):
        try:
            assert all(row.sku for row in read_rows(head + content, "x.csv"))
        except TillpostError as fault:
            assert str(fault).startswith("x.csv, line ")  # noqa: PT017 - either of the two is right

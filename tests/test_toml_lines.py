"""Where things stand in a TOML file, whatever stands between."""

import pytest

from agent.toml_lines import TomlLines

TEXT = """top = 1
[lanes."till-1"] # a comment
words = [
  "[not.a.table]",
  "key = value",
]
tap.kind = "x"
[[labels]]
role = "a"
[[labels]]
role = "b"
"""


@pytest.mark.parametrize(
    ("table", "key", "nth", "line"),
    [
        ("", "top", 0, 1),
        ("lanes.till-1", "", 0, 2),
        ("lanes.till-1", "words", 0, 3),
        ("lanes.till-1", "tap.kind", 0, 7),
        ("labels", "role", 0, 9),
        ("labels", "role", 1, 11),
        ("not.a.table", "", 0, None),
        ("lanes.till-1", "key", 0, None),
    ],
)
def test_tables_and_keys(table: str, key: str, nth: int, line: int | None) -> None:
    assert TomlLines(TEXT).of(table, key, nth) == line


def test_the_nearest_that_is_written() -> None:
    lines = TomlLines(TEXT)
    assert lines.nearest(("lanes", "till-1", "words", "0")) == 3
    assert lines.nearest(("lanes", "till-1", "missing")) == 2
    assert lines.nearest(("lanes", "till-1", "tap", "kind")) == 7
    assert lines.nearest(("nowhere",)) is None

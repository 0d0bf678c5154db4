"""A dotted path finds what stands there, and nothing where nothing does."""

from typing import Any

import pytest

from agent.providers.paths import at, objects_at, text_at, texts_in, whole_at

BODY: Any = {"data": {"id": 7, "rows": [{"a": "x"}, {"a": "y"}, 3], "flag": True, "half": "12.5"}, "none": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("data.id", 7),
        ("data.rows.1.a", "y"),
        ("data.rows.9.a", None),
        ("none.id", None),
        ("data.id.x", None),
        ("", BODY),
    ],
)
def test_at(path: str, found: Any) -> None:
    assert at(BODY, path) == found


def test_an_empty_path_is_the_whole() -> None:
    assert at(BODY, "") is BODY


def test_texts_numbers_and_objects() -> None:
    assert (text_at(BODY, "data.id"), text_at(BODY, "data.flag"), text_at(BODY, "")) == ("7", "", "")
    assert (whole_at(BODY, "data.half"), whole_at(BODY, "data.rows"), whole_at({"n": 1e400}, "n")) == (12, None, None)
    assert objects_at(BODY, "data.rows") == [{"a": "x"}, {"a": "y"}]
    assert objects_at(BODY, "data.rows.0") == [{"a": "x"}]
    assert objects_at(BODY, "data.id") == []
    assert sorted(texts_in(BODY)) == ["12.5", "3", "7", "x", "y"]

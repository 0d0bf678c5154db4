"""The table of features is what the tests say: no mark without a row, no page out of date."""

from tests.feature_table import PAGE, parts, proofs, written


def test_every_mark_names_a_row() -> None:
    rows = {row.number for part in parts() for row in part.rows}
    assert set(proofs()) <= rows


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == written(), "run scripts/features"

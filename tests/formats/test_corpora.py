"""test_corpora: the receipts with truth that lie beside the project: nothing accepted wrong, most of them read."""

from pathlib import Path

import pytest

from tests.formats.corpora import AMOUNTS, Case, american_texts, corpora_in, malaysian_texts, print_streams
from tests.shared_data import shared_data


@pytest.fixture(scope="module")
def streams() -> list[Case]:
    return print_streams(shared_data())


def test_no_print_stream_is_accepted_wrong(streams: list[Case]) -> None:
    wrong = {case.name: case.differences() for case in streams if case.accepted and case.differences()}
    assert wrong == {}


def test_every_print_stream_is_right_or_held(streams: list[Case]) -> None:
    wrong = {case.name: case.differences() for case in streams if case.stood and case.differences()}
    assert wrong == {}


def test_every_held_stream_says_why(streams: list[Case]) -> None:
    assert all(case.receipt and case.receipt.reason for case in streams if not case.stood)


def test_nearly_all_escpos_streams_are_right(streams: list[Case]) -> None:
    """What is held: katakana that its encoder printed as '?'."""
    escpos = [case for case in streams if "star" not in case.name]
    held = [case.name for case in escpos if not case.stood]
    assert all("escpos-buffer/13_jp_katakana" in name for name in held)
    assert len(escpos) - len(held) >= 160


def judged(cases: list[Case]) -> tuple[float, float]:
    """(share accepted, share wrong of the accepted)."""
    accepted = [case for case in cases if case.accepted]
    wrong = [case for case in accepted if set(case.differences()) & set(AMOUNTS)]
    return len(accepted) / len(cases), len(wrong) / len(accepted)


def test_malaysian_texts() -> None:
    """Totals. Wrong are four truths: three before the rounding that was paid, and a credit note without its sign."""
    share, wrong = judged(malaysian_texts(shared_data()))
    assert share >= 0.88
    assert wrong <= 0.01


def test_american_texts() -> None:
    share, wrong = judged(american_texts(shared_data()))
    assert share >= 0.75
    assert wrong <= 0.01


def test_scoring_without_the_data_says_so(tmp_path: Path) -> None:
    assert corpora_in(tmp_path) == []

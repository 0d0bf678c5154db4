"""test_papers: every kind of arithmetic a receipt can have, read right, and held when an amount is one unit off."""

import pytest

from agent.formats import read_paper
from agent.receipt import Receipt, State
from tests.formats.layouts import LAYOUTS
from tests.formats.one_off import one_digit, one_off
from tests.formats.papers import PAPERS, Paper
from tests.formats.printed import GENERIC, lines_of

EVERY = (*PAPERS, *LAYOUTS)
NAMES = [paper.name for paper in EVERY]


def read(lines: list[str], paper: Paper) -> Receipt:
    (receipt,) = read_paper(lines, GENERIC, paper.context)
    return receipt


@pytest.mark.parametrize("paper", EVERY, ids=NAMES)
def test_it_is_read_right(paper: Paper) -> None:
    receipt = read(lines_of(paper.text), paper)
    assert (receipt.state, receipt.reason) == (State.ACCEPTED, "")
    got = {name: getattr(receipt, name) for name in paper.expected}
    if "items" in got:
        got["items"] = tuple((item.text, item.quantity, item.amount) for item in receipt.items)
    assert got == paper.expected


@pytest.mark.parametrize("paper", EVERY, ids=NAMES)
def test_one_unit_off_it_is_not_accepted_with_another_base(paper: Paper) -> None:
    lines = lines_of(paper.text)
    for number, changed in one_off(lines, paper.context):
        receipt = read(changed, paper)
        right = receipt.award_base == paper.expected["award_base"]
        assert receipt.state is not State.ACCEPTED or right, changed[number]


@pytest.mark.parametrize("paper", EVERY, ids=NAMES)
def test_with_a_wrong_digit_it_is_not_accepted_with_another_base(paper: Paper) -> None:
    lines = lines_of(paper.text)
    for number, changed in one_digit(lines, paper.context, seed=len(paper.text)):
        receipt = read(changed, paper)
        right = receipt.award_base == paper.expected["award_base"]
        assert receipt.state is not State.ACCEPTED or right, changed[number]


@pytest.mark.parametrize("paper", EVERY, ids=NAMES)
def test_what_the_base_rests_on_is_guarded(paper: Paper) -> None:
    lines = lines_of(paper.text)
    for number, changed in one_off(lines, paper.context):
        if any(words in f"{lines[number]} " for words in paper.rests_on):
            assert read(changed, paper).state is State.HELD, changed[number]

"""test_mutations: one printed amount one unit off must never move an accepted award."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.formats import StoreContext, read_paper
from agent.receipt import Receipt, State
from tests.formats.corpora import HOME, MALAYSIA, american_lines, malaysian_lines, print_lines
from tests.formats.one_off import one_off
from tests.formats.printed import GENERIC, GERMANY, SALE, lines_of
from tests.formats.tills import Slip, slips
from tests.shared_data import shared_data

MOST_MUTATIONS = 20
"""Of one paper: a sample; `scripts/bench reading --one-off` moves every amount of every paper."""
RESTAURANT = """
    2 Cortado                             8.50
    1 Almond croissant                    4.50
    Subtotal                             13.00
    Service charge 10%                    1.30
    Tax 8%                                1.04
    Tip                                   3.00
    TOTAL                                18.34
    CASH                                 20.00
    CHANGE                                1.66
"""
TAX_INSIDE = """
    2 Flat White                      8,40
    1 Brezel                          2,90
    SUMME EUR                        11,30
    BAR                              20,00
    RÜCKGELD                          8,70
    Satz        Netto    MwSt   Brutto
    19%          7,06    1,34     8,40
     7%          2,71    0,19     2,90
"""


RIGHTLY_HELD = ("the amounts fit together in two different ways", "a tax is more than its rate of the whole")


def read(lines: list[str], context: StoreContext) -> Receipt:
    (receipt,) = read_paper(lines, GENERIC, context)
    return receipt


def moved_awards(lines: list[str], context: StoreContext) -> list[list[str]]:
    """The mutations that were accepted with another base than the paper's; [] for a paper that is not accepted."""
    true = read(lines, context)
    if true.state is not State.ACCEPTED:
        return []
    papers = [paper for _, paper in one_off(lines, context)]
    papers = random.Random(7).sample(papers, min(len(papers), MOST_MUTATIONS))
    changed = ((paper, read(paper, context)) for paper in papers)
    return [paper for paper, got in changed if got.state is State.ACCEPTED and got.award_base != true.award_base]


@pytest.mark.parametrize(("text", "context"), [(SALE, HOME), (RESTAURANT, HOME), (TAX_INSIDE, GERMANY)])
def test_made_up_receipts(text: str, context: StoreContext) -> None:
    lines = lines_of(text)
    assert read(lines, context).state is State.ACCEPTED
    assert moved_awards(lines, context) == []


@pytest.mark.parametrize("line", ["Subtotal", "Sales Tax", "TOTAL ", "VISA", "Rubber Toy", "Mfr coupon"])
def test_every_amount_that_the_base_rests_on_is_guarded(line: str) -> None:
    lines = lines_of(SALE)
    number = next(n for n, text in enumerate(lines) if line in text)
    changed = [paper for moved, paper in one_off(lines, HOME) if moved == number]
    assert changed
    assert all(read(paper, HOME).state is State.HELD for paper in changed)


def test_print_streams() -> None:
    """Every kind of paper once, by the first encoder that prints it; all encoders print the same words."""
    papers = list(print_lines(shared_data(), "python-escpos"))
    assert papers
    assert [name for name, lines in papers if moved_awards(lines, HOME)] == []


def test_american_texts() -> None:
    sample = random.Random(2).sample(list(american_lines(shared_data())), 25)
    assert [name for name, lines in sample if moved_awards(lines, HOME)] == []


def test_malaysian_texts() -> None:
    sample = random.Random(3).sample(list(malaysian_lines(shared_data())), 25)
    assert [name for name, lines in sample if moved_awards(lines, MALAYSIA)] == []


@given(st.lists(st.integers(1, 99_99), min_size=1, max_size=12), st.integers(0, 12), st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_any_receipt_that_adds_up_is_accepted_and_guarded(prices: list[int], rate: int, data: st.DataObject) -> None:
    subtotal = sum(prices)
    tax = (subtotal * rate + 50) // 100
    rows = [(f"Example toy {'abcdefghijkl'[n]}", price) for n, price in enumerate(prices)]
    rows += [("Subtotal", subtotal), (f"Tax {rate}%", tax), ("TOTAL", subtotal + tax), ("VISA", subtotal + tax)]
    lines = [f"{text:30}{amount / 100:10.2f}" for text, amount in rows]
    accepted = read(lines, HOME)
    assert (accepted.state, accepted.award_base, accepted.tax) == (State.ACCEPTED, subtotal, tax)
    changed = read(data.draw(st.sampled_from([paper for _, paper in one_off(lines, HOME)])), HOME)
    # Of a few cents the article may be moved into one that has its tax inside: the base is the same then.
    assert changed.state is State.HELD or changed.award_base == subtotal


@given(slips(), st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_till_is_read_right_or_held_and_guarded(slip: Slip, data: st.DataObject) -> None:
    """Held only where amounts of a few cents fit together in two ways, or the drawn tax is more than its rate says."""
    receipt = read(slip.lines, HOME)
    if receipt.state is State.ACCEPTED:
        assert (receipt.award_base, receipt.tax, receipt.total) == (slip.base, slip.tax, slip.total)
    else:
        assert receipt.reason in RIGHTLY_HELD
    moved = read(data.draw(st.sampled_from([paper for _, paper in one_off(slip.lines, HOME)])), HOME)
    assert moved.state is not State.ACCEPTED or moved.award_base == slip.base

"""test_mutations: one printed amount one unit off must never move an accepted award."""

import random
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.formats import StoreContext, read_paper
from agent.receipt import Receipt, State
from tests.formats.corpora import HOME, american_lines, print_lines
from tests.formats.printed import GENERIC, GERMANY, SALE, lines_of
from tests.shared_data import shared_data

PRINTED_AMOUNT = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*[.,]\d{2}(?!\d)|(?<=[¥\\])[\d,]+")
MOST_MUTATIONS = 60
"""Of one paper; the long ones repeat the same line."""
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


def one_off(lines: list[str]) -> Iterator[list[str]]:
    """The paper with each printed amount in turn one minor unit more and one less."""
    for number, line in enumerate(lines):
        for match in PRINTED_AMOUNT.finditer(line):
            for step in (1, -1):
                moved = _moved(match[0], step)
                if moved:
                    yield [*lines[:number], line[: match.start()] + moved + line[match.end() :], *lines[number + 1 :]]


def _moved(amount: str, step: int) -> str | None:
    digits = re.sub(r"\D", "", amount)
    value = int(digits) + step
    new = iter(str(value).rjust(len(digits), "0"))
    if value < 0 or len(str(value)) > len(digits):
        return None
    return "".join(next(new) if sign.isdigit() else sign for sign in amount)


def read(lines: list[str], context: StoreContext) -> Receipt:
    (receipt,) = read_paper(lines, GENERIC, context)
    return receipt


def moved_awards(lines: list[str], context: StoreContext) -> list[list[str]]:
    """The mutations that were accepted with another base than the paper's; [] for a paper that is not accepted."""
    true = read(lines, context)
    if true.state is not State.ACCEPTED:
        return []
    papers = list(one_off(lines))
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
    changed = [paper for paper in one_off(lines) if paper[number] != lines[number]]
    assert changed
    assert all(read(paper, HOME).state is State.HELD for paper in changed)


def test_print_streams() -> None:
    """Every kind of paper once, by the first encoder that prints it; all encoders print the same words."""
    papers = list(print_lines(shared_data(), "python-escpos"))
    assert papers
    assert [name for name, lines in papers if moved_awards(lines, HOME)] == []


def test_american_texts() -> None:
    sample = random.Random(2).sample(list(american_lines(shared_data())), 40)
    assert [name for name, lines in sample if moved_awards(lines, HOME)] == []


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
    changed = read(data.draw(st.sampled_from(list(one_off(lines)))), HOME)
    assert changed.state is State.HELD

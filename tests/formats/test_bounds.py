"""test_bounds: what no till prints is refused early, and any text at all gives an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.formats import read_paper
from agent.formats.reader import MAX_LINES
from agent.formats.sheet import MAX_AMOUNTS
from agent.receipt import State
from tests.formats.printed import GENERIC, HOME
from tests.formats.steps import steps_of

WORDS = [
    "TOTAL",
    "SUBTOTAL",
    "TAX 5%",
    "CASH",
    "CHANGE",
    "DISCOUNT",
    "TIP",
    "FEE",
    "ROUNDING",
    "VOID",
    "toy",
    "合計",
    "$",
    "(",
    "-",
]


@pytest.mark.parametrize(
    "lines",
    [
        [f"toy {number}.99" for number in range(10_000)],
        ["toy 1.00 2.00 3.00"] * (MAX_LINES + 1),
        ["TOTAL  1.00"] * (MAX_AMOUNTS + 1),
    ],
)
def test_more_than_any_receipt_is_held(lines: list[str]) -> None:
    (receipt,) = read_paper(lines, GENERIC, HOME)
    assert (receipt.state, receipt.award_base) == (State.HELD, 0)
    assert "more" in receipt.reason


@pytest.mark.parametrize(
    "lines",
    [
        ["9.99 " * 50_000],
        ["1234567890" * 2_000] * 50,
        ["(" * 500] * 50,
        ["ab " * 200] * 50,
        [f"TOTAL {number}.99" for number in range(300)],
        [f"TAX {number % 99}% {number}.99" for number in range(300)],
        [f"VISA {number}.99" for number in range(300)] + ["TOTAL 5.00"],
    ],
)
def test_poisoned_papers_get_an_answer_and_no_award(lines: list[str]) -> None:
    for receipt in read_paper(lines, GENERIC, HOME):
        assert receipt.award_base == 0


@given(st.lists(st.text(max_size=60), max_size=30))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_text_is_read_without_an_exception(lines: list[str]) -> None:
    read_paper(lines, GENERIC, HOME)


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.integers(-999, 99_99)), max_size=25))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_any_mixture_of_labels_is_held_or_proven(rows: list[tuple[str, int]]) -> None:
    for receipt in read_paper([f"{word}   {amount / 100:.2f}" for word, amount in rows], GENERIC, HOME):
        if receipt.state is State.ACCEPTED:
            assert receipt.proof
            assert all(abs(sum(one.parts) - one.whole) <= one.tolerance for one in receipt.proof)
        else:
            assert receipt.award_base == 0


def printed(*words: str) -> list[str]:
    return [f"{words[n % len(words)]}   {n}.{n % 90 + 10}" for n in range(1, LONG + 1)]


FEW, LONG = 40, 240
STEPS_PER_LINE = 15_000
"""Bytecode instructions; an ordinary line takes some 4,000."""


@pytest.mark.parametrize(
    "lines",
    [
        printed("toy"),
        printed("SUBTOTAL"),
        printed("CASH"),
        printed("FEE", "TOTAL DISCOUNT", "TOTAL", "TIP"),
        printed(
            "toy", "DISCOUNT", "SUBTOTAL", "TAX 5%", "FEE", "TIP", "ROUNDING", "TOTAL", "CASH", "CHANGE", "CASH BACK"
        ),
        [
            *printed("toy"),
            *(f"  coupon   -{n}.50" for n in range(LONG)),
            "SUBTOTAL 5.00",
            "SUBTOTAL 6.00",
            "TOTAL 6.00",
        ],
        ["TOTAL 5.00", "TAX SUMMARY NET TAX", *(f"A {n % 20}%   {n}.00  {n / 20:.2f}" for n in range(1, LONG))],
    ],
)
def test_work_grows_with_the_lines_and_no_faster(lines: list[str]) -> None:
    few, many = lines[-FEW:], lines
    for paper in (few, many):
        read_paper(paper, GENERIC, HOME)  # what is remembered from one paper to the next is not counted
    least = steps_of(lambda: read_paper(few, GENERIC, HOME), most=FEW * STEPS_PER_LINE * 2)
    most = steps_of(lambda: read_paper(many, GENERIC, HOME), most=len(many) * STEPS_PER_LINE)
    assert most < len(many) * STEPS_PER_LINE
    assert most <= 1.5 * least * len(many) / FEW

"""What is told at a glance is what measuring tells: every shortcut of every grammar, with every parameter."""

import itertools
import random

import pytest

from agent.dialects.escpos_table import ESCPOS
from agent.dialects.grammar import STARTS, Grammar
from agent.dialects.star_table import STAR

GRAMMARS = {"escpos": ESCPOS, "escpos, bare bold": ESCPOS.with_bare_bold, "star": STAR}
INTERESTING = (0x00, 0x01, 0x04, 0x05, 0x0A, 0x10, 0x1B, 0x1D, 0x30, 0x41, 0x61, 0x7F, 0xFF)


def is_measured_as(grammar: Grammar, window: bytes, length: int) -> bool:
    piece = grammar.measure(window)
    return piece is not None and (piece.head, piece.counted, piece.then, piece.why, piece.interrupted) == (
        length,
        0,
        None,
        "",
        0,
    )


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_every_simple_command_is_measured_the_same(grammar: Grammar) -> None:
    rng = random.Random(1)
    for prefix, second, third in itertools.product(STARTS, range(256), range(256)):
        window = bytes((prefix, second, third, *rng.choices(INTERESTING, k=4)))
        found, quick = grammar.simple_re.match(window), grammar.command_re.match(window)
        assert found
        assert quick
        if found.lastindex:
            assert is_measured_as(grammar, window, len(found[found.lastindex])), window.hex()
        if quick.lastindex:
            assert is_measured_as(grammar, window, len(quick[0])), window.hex()


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_most_of_what_tills_send_is_simple(grammar: Grammar) -> None:
    often = [b"\x1b@", b"\x1b-\x01", b"\x1bd\x03", b"\x1bR\x00", b"\x1ba\x01"]
    often += [b"\x1b\x1dA\x90\x01", b"\x1b\x1dt\x20", b"\x1b\x1da\x01"]
    assert all((found := grammar.simple_re.fullmatch(word)) and found.lastindex for word in often)


def test_bold_with_and_without_a_parameter() -> None:
    assert ESCPOS.simple_re.fullmatch(b"\x1bE\x01")
    assert not ESCPOS.simple_re.fullmatch(b"\x1bE")
    assert ESCPOS.with_bare_bold.simple_re.fullmatch(b"\x1bE")
    assert ESCPOS.with_bare_bold.with_bare_bold.simple_re.fullmatch(b"\x1bE")
    assert STAR.with_bare_bold is STAR

"""A little of what `scripts/bench dialect-fuzz` does at length: no bytes raise, whatever the language."""

import pytest

from agent.dialects import READERS, DialectState, Language
from tests.dialects.fuzz import fuzzed, read_fuzzed
from tests.dialects.streams import randomly_sliced, read_in, sliced


@pytest.mark.parametrize("language", READERS)
def test_no_bytes_raise(language: Language) -> None:
    for seed in range(4):
        events = [event for part in read_fuzzed(language, fuzzed(language, 60_000, seed), seed) for event in part]
        assert events


@pytest.mark.parametrize("language", READERS)
def test_a_seed_makes_the_same_bytes_and_events(language: Language) -> None:
    first, second = (
        (b"".join(fuzzed(language, 40_000, 7)), list(read_fuzzed(language, fuzzed(language, 40_000, 7), 7)))
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("language", READERS)
def test_slicing_changes_nothing(language: Language) -> None:
    for seed in range(8):
        for number, job in enumerate(fuzzed(language, 20_000, seed)):
            data = job[:2000]
            whole = read_in([data], lambda: READERS[language](DialectState()))
            for pieces in (sliced(data, 1), randomly_sliced(data, seed + number)):
                assert read_in(pieces, lambda: READERS[language](DialectState())) == whole, (seed, number)

"""A little of what `scripts/bench dialect-fuzz` does at length: no bytes raise, whatever the language."""

import pytest

from agent.dialects import READERS, Language
from tests.dialects.fuzz import fuzzed, read_fuzzed


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

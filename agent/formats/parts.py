"""parts: takes the lines of one paper, gives the parts that begin with the same heading; reads no amount."""

from collections.abc import Sequence
from itertools import pairwise

SHORTEST_HEADING = 6
"""Letters of a shop's name that are worth comparing; rules and 'TAX' stand anywhere."""
SHORTEST_PART = 4
"""Lines; a name repeated at the foot begins no receipt."""
MOST_PARTS = 8


def parts_of(lines: Sequence[str]) -> list[Sequence[str]]:
    """[] when the paper's first line is printed once: a till heads every receipt alike, cut or not."""
    heading = next((line.strip() for line in lines if line.strip()), "")
    if sum(character.isalpha() for character in heading) < SHORTEST_HEADING:
        return []
    begins = [number for number, line in enumerate(lines) if line.strip() == heading]
    if not 1 < len(begins) <= MOST_PARTS:
        return []
    parts = [lines[begin:end] for begin, end in pairwise([*begins, len(lines)])]
    return parts if all(len(part) >= SHORTEST_PART for part in parts) else []

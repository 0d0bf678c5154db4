"""likeness: takes signs, tells how much two of them differ and which are the same letter printed a little otherwise.

A till that draws letters at fractions of a dot, or dithers their grey edges, prints the same letter in many ways.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from agent.raster.signs import Key

STRIDE = 96
"""Bits a row takes in a packed sign: its width and room to be moved to the side."""
LOWEST = 24
"""Rows below the foot that are kept apart."""
SAME = 0.1
"""Parts of their dots in which two signs differ and are still one: the most that two letters' difference was below."""
KIN = 0.35
"""The same for signs that are known to mean the same."""
_SHIFTS = tuple(STRIDE * up + side + STRIDE + 1 for up in (-1, 0, 1) for side in (-1, 0, 1))


def packed(key: Key) -> int:
    """All its dots in one number, standing on its foot, so that two signs differ in as many bits as in dots."""
    number = 0
    bottom = LOWEST - min(key.foot, LOWEST)
    for index, row in enumerate(reversed(key.rows)):
        number |= row << (STRIDE * (bottom + index) + STRIDE // 2 - key.width)
    return number


class Likeness:
    """Differences between signs, each counted once."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._packed = {key: packed(key) for key in keys if not key.is_drawing and key.width < STRIDE // 2 - 2}
        self._by_size: dict[tuple[int, int], list[Key]] = defaultdict(list)
        for key in self._packed:
            self._by_size[key.width, key.height].append(key)

    def near(self, key: Key) -> Iterator[tuple[Key, float]]:
        """Other signs at most one dot wider or higher, each with the part of the dots that differs (0: none)."""
        if key not in self._packed:
            return
        own = self._packed[key]
        moved = [own << shift for shift in _SHIFTS]
        for width in range(key.width - 1, key.width + 2):
            for height in range(key.height - 1, key.height + 2):
                for other in self._by_size.get((width, height), ()):
                    if other is not key:
                        its = self._packed[other]
                        still = its << (STRIDE + 1)
                        apart = min((still ^ place).bit_count() for place in moved)
                        yield other, apart / max(own.bit_count(), its.bit_count())

    def families(self) -> dict[Key, Key]:
        """Each sign's family, named by one of its members: signs that hardly differ, link by link."""
        head = {key: key for key in self._packed}
        for key in self._packed:
            for other, apart in self.near(key):
                if apart <= SAME:
                    one, two = _head(head, key), _head(head, other)
                    head[one] = two
        return {key: _head(head, key) for key in head}

    def kin(self, meanings: Mapping[Key, str]) -> dict[Key, Key]:
        """Signs of the same meaning that look alike, link by link, under the name of one of them."""
        head = {key: key for key in meanings}
        for key, text in meanings.items():
            for other, apart in self.near(key):
                if apart <= KIN and meanings.get(other) == text:
                    one, two = _head(head, key), _head(head, other)
                    head[one] = two
        return {key: _head(head, key) for key in head}


def _head(head: dict[Key, Key], key: Key) -> Key:
    while head[key] is not key:
        head[key] = head[head[key]]
        key = head[key]
    return key

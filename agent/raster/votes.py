"""votes: takes a picture's lines and what OCR said of it, gives which sign was taken for what; decides nothing."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agent.raster.dictionary import Dictionary
from agent.raster.signs import Key, TextLine
from agent.raster.words import Word

SURE = 40.0
"""Words the program itself doubts have no vote."""
BESIDE = 3
"""Dots a word's box may be off."""
MOST_TOUCHING = 3
LETTER_REPEATS, MOST_PLACES = 3, 64
MOST_WAYS = 400
CLEARLY = 1.5
"""The best way to deal a word out must fit so much better than the next one."""
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]1/-"), frozenset("mwMW@%")
_TWO_STROKES = frozenset('"%')
"""Characters that may be two signs with a blank column between them."""


@dataclass(slots=True)
class Ballot:
    """What one sign was taken for. `leads`: times it stood first in a word with more behind it.

    `seen` counts its places in words, `receipts` the receipts it stands on. `places`: the words, dot for dot, in which
    it was voted on: the same word is read the same way each time, so that is one vote for a digit, three for others.
    """

    taken_for: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    leads: int = 0
    receipts: int = 0
    places: set[int] = field(default_factory=set)

    @property
    def votes(self) -> int:
        return self.taken_for.total()

    def vote(self, text: str, place: int) -> None:
        if place in self.places and (text.isdigit() or self.taken_for[text] >= LETTER_REPEATS):
            return
        self.taken_for[text] += 1
        if len(self.places) < MOST_PLACES:
            self.places.add(place)


Ballots = dict[Key, Ballot]


def cast(
    ballots: Ballots, lines: Sequence[TextLine], words: Sequence[Word], known: Dictionary, *, look: int = 0
) -> None:
    """Adds the votes of one receipt. `look` 0 is the first reading; later ones are asked about unknown signs."""
    for printed in lines if not look else ():
        for key in {sign.key(printed.foot) for sign in printed.signs}:
            ballots.setdefault(key, Ballot()).receipts += 1
    for word in words:
        middle = (word.top + word.bottom) / 2
        near = (line for line in lines if line.top - BESIDE <= middle <= line.bottom + BESIDE and not line.is_drawing)
        for line in islice(near, 1):
            _word(ballots, line, word, known, look)


def _word(ballots: Ballots, line: TextLine, word: Word, known: Dictionary, look: int) -> None:
    signs = [sign for sign in line.signs if word.left - BESIDE <= (sign.left + sign.right) / 2 <= word.right + BESIDE]
    keys = [sign.key(line.foot) for sign in signs]
    for index, key in enumerate(keys if not look else ()):
        ballot = ballots.setdefault(key, Ballot())
        ballot.seen += 1
        ballot.leads += index == 0 and len(keys) > 1
    if word.sure < SURE:
        return
    place = hash((look, *keys)) & 0xFFFFFFFF  # of whole numbers only: the same in every process
    for key, text in pairs(keys, word.text, known):
        if look and (key in known.known or _is_letter(ballots.get(key))):
            continue
        ballots.setdefault(key, Ballot()).vote(text, place)


def _is_letter(ballot: Ballot | None) -> bool:
    """The first look reads letters best; the others are there for digits, and for what it could not read."""
    return ballot is not None and ballot.votes > 0 and not any(map(str.isdigit, ballot.taken_for))


def pairs(keys: Sequence[Key], text: str, known: Dictionary) -> list[tuple[Key, str]]:
    """Which sign is which characters of the word; nothing when that cannot be told.

    As many signs as characters go one to one. Else letters touch: known signs fix their places, and of what is left
    the way counts that fits the signs' widths, when it does so better than any other.
    """
    if len(keys) == len(text):
        return list(zip(keys, text, strict=True))
    ways = list(islice(_ways(tuple(keys), text, known), MOST_WAYS))
    scored = sorted((_strain(keys, way), way) for way in ways)
    if not scored or (len(scored) > 1 and scored[1][0] < CLEARLY * scored[0][0] + 0.02):
        return []
    return list(zip(keys, scored[0][1], strict=True))


def _ways(keys: tuple[Key, ...], text: str, known: Dictionary) -> Iterator[tuple[str, ...]]:
    """Every way to deal the word out to the signs; each known one gets what it stands for."""
    if not keys and not text:
        yield ()
    if not keys or not text or len(text) > MOST_TOUCHING * len(keys) + 1:
        return
    meaning = known.look_up(keys[0])
    if meaning:
        sizes: Sequence[int] = (len(meaning),) if text.startswith(meaning) else ()
    else:
        sizes = range(1, min(MOST_TOUCHING, len(text)) + 1)
    for size in sizes:
        yield from ((text[:size], *rest) for rest in _ways(keys[1:], text[size:], known))
    if len(keys) > 1 and not meaning and text[:1] in _TWO_STROKES and not known.look_up(keys[1]):
        yield from ((text[:1], "", *rest) for rest in _ways(keys[2:], text[1:], known))


def _strain(keys: Sequence[Key], way: Sequence[str]) -> float:
    """How unevenly the signs are stretched when each stands for its part: 0 is a perfect fit."""
    dots = [key.width / width_of(part) for key, part in zip(keys, way, strict=True) if part]
    middle = sum(dots) / len(dots)
    return sum(abs(one - middle) for one in dots) / len(dots) / middle


def width_of(text: str) -> float:
    """In widths of a usual letter."""
    return sum(0.5 if sign in _NARROW else 1.4 if sign in _WIDE else 1.0 for sign in text)

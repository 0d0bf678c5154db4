"""text: takes a picture of a receipt and a dictionary, gives its text as print events; unknown signs are named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.print_events import Feed, Move, PrintEvent, Text
from agent.raster.dictionary import Dictionary, on_best_foot
from agent.raster.signs import Key, Sign, TextLine
from agent.raster.spacing import Spacing, spacing_of

UNKNOWN = "\ufffd"
_BEHIND_CAPITAL_I = frozenset("cdmnrst")
"""In, It, Is, Id, Ice: an 'l' at a word's beginning has a vowel behind it."""
LINE_OF_CAP = 3.2
"""Lines further apart than so many cap heights have a blank one between them."""


@dataclass(frozen=True, slots=True)
class PictureText:
    """`events` hold U+FFFD for each of the `unknown` signs; `unsure`: digits that nothing has proven yet."""

    events: tuple[PrintEvent, ...]
    lines: int
    unknown: tuple[Key, ...]
    unsure: tuple[Key, ...]

    @property
    def is_read(self) -> bool:
        return self.lines > 0 and not self.unknown and not self.unsure


def read_lines(lines: Sequence[TextLine], dictionary: Dictionary, at: int = 0) -> PictureText:
    spacing, events = spacing_of(tuple(lines)), list[PrintEvent]()
    unknown, unsure = dict[Key, None](), dict[Key, None]()
    bottom = None
    for line in lines:
        found = on_best_foot(line, dictionary)
        if not any(text != "" for _, _, text in found):
            continue  # an ornament, seen before
        unknown |= {key: None for _, key, text in found if text is None}
        unsure |= {key: None for _, key, text in found if not dictionary.is_sure(key)}
        apart = bottom is not None and line.top - bottom > LINE_OF_CAP * line.cap
        events += [Feed(at)] if apart else []
        for x, words, width in _phrases(line, _spelt(found, dictionary), spacing):
            events += [Move(at, x), Text(at, words, max(1, width // len(words)))]
        events.append(Feed(at))
        bottom = line.bottom
    return PictureText(tuple(events), len(lines), tuple(unknown), tuple(unsure))


def _spelt(found: Sequence[tuple[Sign, Key, str | None]], dictionary: Dictionary) -> list[tuple[Sign, str]]:
    """Each sign's text. Where 'l' and 'I' look the same, the letters beside it tell which it is."""
    texts = [UNKNOWN if text is None else text for _, _, text in found]
    for index, (_, key, _) in enumerate(found):
        if key in dictionary.upright:
            texts[index] = _l_or_i("".join(texts[max(0, index - 1) : index]), "".join(texts[index + 1 : index + 2]))
    return [(sign, text) for (sign, _, _), text in zip(found, texts, strict=True) if text]


def _l_or_i(before: str, after: str) -> str:
    if after[:1].isupper() or (before[-1:].isupper() and not after[:1].islower()):
        return "I"
    opens_word = not before[-1:].isalnum()
    return "I" if opens_word and after[:1] in _BEHIND_CAPITAL_I else "l"


def _phrases(line: TextLine, signs: Sequence[tuple[Sign, str]], spacing: Spacing) -> Iterator[tuple[int, str, int]]:
    """(left edge, words with single blanks between them, width in dots) of what stands in one column."""
    left, words, before = 0, "", None
    for sign, text in signs:
        blanks = spacing.blanks(line, before, (sign, text)) if before else 0
        if before and blanks > 1:
            yield left, words, before[0].right - left
            words = ""
        if not words:
            left = sign.left
        words += " " * (blanks if words else 0) + text
        before = sign, text
    if before:
        yield left, words, before[0].right - left

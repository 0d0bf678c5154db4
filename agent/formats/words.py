"""words: takes printed text, gives its plain words (no accents, digits or punctuation); knows no receipt."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_TOKEN_re = re.compile(r"[^\W_]+")
_DOTTED_re = re.compile(r"(?<![^\W\d_]{2})(?<=[^\W\d_])\.(?=[^\W\d_](?:[^\W\d_]?\b))")
_SPACED_re = re.compile(r"(?<![^\W_])(?:[^\W\d_] ){3,}[^\W\d_](?![^\W_])")
_SYLLABLE = "(?:[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|[^\\x00-\\x7f])"
_SPREAD_re = re.compile(rf"(?<![^ ])(?:{_SYLLABLE} )+{_SYLLABLE}(?![^ ])")
"""'合 計', '부 가 세': single letters of other scripts, spread over the line to fill it."""
_WITHOUT_STROKES = str.maketrans("łŁøØđĐıħ", "lLoOdDih")
"""Letters whose stroke is no accent that can be taken off."""
_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(0x5E)} | {0x3000: 0x20, 0xFFE5: 0xA5, 0xFFE6: 0x20A9}
_SHORTEST_NUMBERED_WORD = 3
"""Letters a token with a number behind it needs to count as a word: 'tax1' is one, 'x4' and 'A0000' are not; two are
enough before a single digit ('PB1', a tax)."""


def folded(text: str) -> str:
    """One form for all the ways a till writes a letter: full and half width, accents, case. Length may change."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(_WITHOUT_STROKES)
    return bare.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold()


def level(text: str) -> str:
    """Folded text of the same length, letter by letter, so that what is found can be cut out as printed."""
    if text.isascii():
        return text.lower()
    return "".join(one if len(one := folded(letter) or " ") == 1 else letter.casefold()[0] for letter in text)


def half_width(line: str) -> str:
    """Full-width digits, letters and signs as ASCII, letter for letter, so that places in the line stay true."""
    return line if line.isascii() else line.translate(_HALF_WIDTH)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """'Sub-Total (8.5%):' → 'sub total'; tokens with digits inside are no words; 'T O T A L' is 'total'."""
    text = folded(text)
    if "." in text:
        text = _DOTTED_re.sub("", text)
    if len(text) > 6:
        text = _SPACED_re.sub(lambda spread: spread.group().replace(" ", ""), text)
    said = " ".join(word for token in _TOKEN_re.findall(text) if (word := _word_of(token)))
    return said if said.isascii() else _SPREAD_re.sub(lambda spread: spread.group().replace(" ", ""), said)


def _word_of(token: str) -> str:
    if token.isalpha():
        return token if token.strip("x") or len(token) == 1 else ""
    letters = token.rstrip("0123456789")
    needed = _SHORTEST_NUMBERED_WORD - (len(token) - len(letters) == 1) if letters.isascii() else 1
    is_word = letters.isalpha() and len(letters) >= needed and letters.strip("x")
    return letters if is_word else ""  # 'xxxxxxxxxxxx5555' is a masked card


def any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for many phrases over plain words; Latin phrases match whole words, other scripts anywhere."""
    latin: list[str] = []
    other: list[str] = []
    for phrase in phrases:
        (other if re.search(r"[^\x00-\x7f]", phrase) else latin).append(_folded_phrase(phrase))
    choices = [rf"(?<![^ ])(?:{'|'.join(latin)})(?![^ ])"] if latin else []
    return re.compile("|".join(choices + other) or r"(?!)")


def _folded_phrase(phrase: str) -> str:
    return f"(?:{phrase})" if phrase.isascii() else f"(?:{folded(phrase)})"

"""learning: takes what OCR took each sign for, over several receipts, and the sums, gives the dictionary they prove.

OCR is one witness, and a poor one for '$', '5' and 'S'. So a sign's meaning is kept only where its votes agree over
several occurrences; a digit's is beyond doubt only once a receipt's sums fail with any other. What is not kept stays
unknown, and the receipt it stands on is held.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from agent.raster.dictionary import Dictionary
from agent.raster.signs import Key, TextLine
from agent.raster.votes import Ballot, Ballots

LETTER_VOTES, LETTER_SHARE = 3, 0.7
UNANIMOUS_VOTES = 2
"""Enough for a letter, when nothing was said against it."""
DIGIT_VOTES, DIGIT_SHARE = 4, 0.8
SURE_VOTES, SURE_SHARE, SURE_UNANIMOUS = 12, 0.97, 6
"""A digit read alike so often needs no sum: a phone number's font may not be the amounts'."""
PROOFS = 2
"""Receipts whose sums fail with another digit."""
OWNS = 0.9
TALL, ORNAMENT_RECEIPTS = 40, 3
"""Dots; letters as high as that are read by OCR, so what is not read is drawn."""
_UPRIGHT = ("l", "I", "|")
CURRENCY_LIKE = frozenset("$5S8s96B§&E€£")
CURRENCY = "$"
MOST_DOUBTED, MOST_MEANINGS = 4, 2
"""Digits in doubt that are tried out against the sums, and meanings of each."""

Page = Sequence[TextLine]
Closes = Callable[[Page, Dictionary], bool]
"""Whether the receipt on the page is accepted when read with that dictionary."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Why each sign means what it does: votes, sums, shape, ornament; `proofs`: receipts whose sums need the digit."""

    dictionary: Dictionary
    why: Mapping[Key, str] = field(default_factory=dict)
    proofs: Mapping[Key, frozenset[str]] = field(default_factory=dict)


def learn(ballots: Ballots, pages: Mapping[str, Page], closes: Closes, before: Lesson) -> Lesson:
    """The dictionary that votes and sums give; proofs of the lesson before hold as long as the digit means the same.

    `pages`: the latest receipts by name.
    """
    meanings, why, doubted = _by_votes(ballots)
    upright = frozenset(key for key, text in meanings.items() if text == "l" and ballots[key].taken_for["I"])
    by_sums = _by_sums(meanings, doubted, list(pages.values()), closes)
    meanings |= by_sums
    why |= dict.fromkeys(by_sums, "sums")
    proofs = _proofs(meanings, pages, closes, before)
    sure = [
        key for key, text in meanings.items() if _has_digit(text) and _is_sure(ballots[key], len(proofs.get(key, ())))
    ]
    return Lesson(Dictionary(meanings, frozenset(sure), upright), why, proofs)


def _by_votes(ballots: Ballots) -> tuple[dict[Key, str], dict[Key, str], dict[Key, list[str]]]:
    meanings, why, doubted = dict[Key, str](), dict[Key, str](), dict[Key, list[str]]()
    for key, ballot in ballots.items():
        if _is_ornament(key, ballot):
            meanings[key], why[key] = "", "ornament"
        elif _is_currency(key, ballot):
            meanings[key], why[key] = CURRENCY, "shape"
        elif (text := _agreed(_votes(ballot))) is not None:
            meanings[key], why[key] = text, "votes"
    for key in _rivals(meanings, ballots):
        doubted[key] = [meanings.pop(key)]
        del why[key]
    owned = _owned(meanings, ballots)
    for key, ballot in ballots.items():
        if key in meanings:
            continue
        left = Counter({text: count for text, count in _votes(ballot).items() if not _is_owned(text, key, owned)})
        if (text := _agreed(left)) is not None and left.total() * 2 > ballot.votes:
            meanings[key], why[key] = text, "votes"
        elif digits := [text for text, _ in left.most_common() if _is_digit(text)]:
            doubted[key] = digits[:MOST_MEANINGS]
    return meanings, why, {key: said for key, said in doubted.items() if key not in meanings}


def _votes(ballot: Ballot) -> Counter[str]:
    """Strokes that may be 'l', 'I' or '|' count as one letter, unless somebody says it is a '1'."""
    votes = ballot.taken_for
    if votes["1"] or not votes["l"] + votes["I"]:
        return votes
    rest = {text: count for text, count in votes.items() if text not in _UPRIGHT}
    together = sum(votes[text] for text in _UPRIGHT)
    return Counter({"l" if votes["l"] else "I": together, **rest})


def _agreed(votes: Counter[str]) -> str | None:
    if not votes:
        return None
    text, count = votes.most_common(1)[0]
    total = votes.total()
    if _has_digit(text):
        return text if count >= DIGIT_VOTES and count >= DIGIT_SHARE * total else None
    if total == count >= UNANIMOUS_VOTES or (count >= LETTER_VOTES and count >= LETTER_SHARE * total):
        return text
    return None


def _owned(meanings: Mapping[Key, str], ballots: Ballots) -> dict[str, list[Key]]:
    """Signs whose meaning hardly anybody doubts: others of their size cannot mean the same."""
    owned: dict[str, list[Key]] = defaultdict(list)
    for key, text in meanings.items():
        if text and ballots[key].taken_for[text] >= OWNS * ballots[key].votes:
            owned[text].append(key)
    return owned


def _is_owned(text: str, key: Key, owned: Mapping[str, Sequence[Key]]) -> bool:
    return any(abs(other.height - key.height) <= 1 and _unlike(key, other) for other in owned.get(text, ()))


def _is_ornament(key: Key, ballot: Ballot) -> bool:
    """A logo: large, on several receipts dot for dot the same, and nobody reads a letter in it."""
    return (key.is_drawing or key.height >= TALL) and not ballot.votes and ballot.receipts >= ORNAMENT_RECEIPTS


def _is_currency(key: Key, ballot: Ballot) -> bool:
    """OCR takes '$' for '5', 'S' or '8'. It is taller than digits, and never stands but in front of them."""
    if not ballot.votes or ballot.leads < ballot.seen or ballot.seen < LETTER_VOTES or key.foot < 1:
        return False
    return all(text in CURRENCY_LIKE for text in ballot.taken_for) and key.height >= 10


def _rivals(meanings: Mapping[Key, str], ballots: Ballots) -> list[Key]:
    """Of two signs of one size that are taken for the same digit and do not look alike, the one with fewer votes."""
    same: dict[tuple[str, int], list[Key]] = defaultdict(list)
    for key, text in meanings.items():
        if _is_digit(text):
            same[text, key.height].append(key)
    rivals = list[Key]()
    for keys in same.values():
        best = max(keys, key=lambda key: ballots[key].votes)
        rivals += [key for key in keys if key is not best and _unlike(key, best)]
    return rivals


def _unlike(one: Key, other: Key) -> bool:
    """More than a third of the dots differ: another sign, not the same one a little fatter or to the side."""
    if one.height != other.height:
        return abs(one.width - other.width) > 1
    return min(_difference(one, other, shift) for shift in (-1, 0, 1)) > 0.35


def _difference(one: Key, other: Key, shift: int) -> float:
    apart = 0
    for mine, its in zip(one.rows, other.rows, strict=True):
        left, right = mine << 2, its << (2 + one.width - other.width) if one.width >= other.width else 0
        if one.width < other.width:
            left, right = mine << (2 + other.width - one.width), its << 2
        apart += ((left << 1) ^ (right << 1 << shift if shift >= 0 else right << 1 >> -shift)).bit_count()
    return apart / max(1, sum(row.bit_count() for row in one.rows))


def _by_sums(
    meanings: Mapping[Key, str], doubted: Mapping[Key, list[str]], pages: Sequence[Page], closes: Closes
) -> dict[Key, str]:
    """Digits on which OCR does not agree: the meanings with which receipts close, when no others close any."""
    tried = sorted(doubted, key=lambda key: -len(doubted[key]))[:MOST_DOUBTED]
    if not tried:
        return {}
    outcome = dict[tuple[str, ...], int]()
    concerned = [page for page in pages if any(sign.key(line.foot) in doubted for line in page for sign in line.signs)]
    for chosen in product(*(doubted[key] for key in tried)):
        dictionary = Dictionary({**meanings, **dict(zip(tried, chosen, strict=True))})
        outcome[chosen] = sum(closes(page, dictionary) for page in concerned)
    best = max(outcome, key=lambda chosen: outcome[chosen])
    others = [count for chosen, count in outcome.items() if chosen != best]
    if outcome[best] < PROOFS or any(others):
        return {}
    return dict(zip(tried, best, strict=True))


def _proofs(
    meanings: Mapping[Key, str], pages: Mapping[str, Page], closes: Closes, before: Lesson
) -> dict[Key, frozenset[str]]:
    """For each digit, the receipts that close with it and not with another in its place."""
    known = before.dictionary.known
    proofs = {key: names for key, names in before.proofs.items() if known.get(key) == meanings.get(key)}
    dictionary = Dictionary(meanings)
    for name, page in pages.items():
        keys = {sign.key(line.foot) for line in page for sign in line.signs}
        digits = [key for key in keys if _has_digit(meanings.get(key, "")) and _wants(proofs.get(key), name)]
        if not digits or not closes(page, dictionary):
            continue
        for key in digits:
            other = Dictionary({**meanings, key: meanings[key].translate(_NEXT_DIGIT)})
            if not closes(page, other):
                proofs[key] = proofs.get(key, frozenset()) | {name}
    return proofs


def _wants(names: frozenset[str] | None, name: str) -> bool:
    return names is None or (len(names) < PROOFS and name not in names)


def _is_sure(ballot: Ballot, proofs: int) -> bool:
    best = max(ballot.taken_for.values(), default=0)
    if proofs >= PROOFS or best == ballot.votes >= SURE_UNANIMOUS:
        return True
    return best >= SURE_VOTES and best >= SURE_SHARE * ballot.votes


_NEXT_DIGIT = str.maketrans("0123456789", "1234567890")


def _has_digit(text: str) -> bool:
    return any(sign in "0123456789" for sign in text)


def _is_digit(text: str) -> bool:
    return len(text) == 1 and text in "0123456789"

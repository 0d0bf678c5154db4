"""learning: takes what OCR took each sign for, over several receipts, and the sums, gives the dictionary they prove.

OCR is one witness, and a poor one for '$', '5' and 'S'. So a sign's meaning is kept only where its votes agree over
several occurrences; a digit's is beyond doubt only once a receipt's sums fail with any other. What is not kept stays
unknown, and the receipt it stands on is held.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from agent.raster.dictionary import Dictionary
from agent.raster.likeness import Likeness
from agent.raster.signs import Key, TextLine
from agent.raster.votes import Ballot, Ballots

LETTER_VOTES, LETTER_SHARE = 3, 0.7
UNANIMOUS_VOTES = 2
"""Enough for a letter, when nothing was said against it."""
DIGIT_VOTES, DIGIT_SHARE = 4, 0.8
SURE_VOTES, SURE_SHARE, SURE_UNANIMOUS = 8, 0.85, 5
"""A digit read alike so often needs no sum: a phone number's font may not be the amounts'."""
WORD_GAP = 0.5
"""Of the cap height."""
PROOFS = 2
"""Receipts whose sums fail with another digit."""
LIKE, CLEARLY_LIKE, LIKE_SHARE, DISPUTED_SHARE, FAR = 0.32, 0.06, 0.6, 0.2, 9.0
"""Differences (see Likeness): at most this from a known sign of the same meaning, and so much less than from others;
where OCR is in dispute, half the difference, and for digits twice the distance from others."""
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
    rivals: frozenset[Key] = frozenset()
    """Digits that stood in one word with an unlike sign taken for the same digit: one of the two is read wrong."""


def learn(ballots: Ballots, pages: Mapping[str, Page], closes: Closes, before: Lesson) -> Lesson:
    """The dictionary that votes and sums give; proofs of the lesson before hold as long as the digit means the same.

    `pages`: the latest receipts by name.
    """
    alike = Likeness(ballots)
    families = alike.families()
    pooled = _pooled(ballots, families)
    meanings, why, doubted = _by_votes(ballots, pooled, families)
    for key, text in _by_likeness(meanings, pooled, families, alike).items():
        meanings[key], why[key] = text, "likeness"
        doubted.pop(key, None)
    upright = frozenset(key for key, text in meanings.items() if text == "l" and _is_upright(pooled, families, key))
    by_sums = _by_sums(meanings, doubted, list(pages.values()), closes)
    if pages:
        votes = {key: pooled[families.get(key, key)] for key in doubted}
        by_sums |= _by_one_sum(meanings | by_sums, doubted, votes, list(pages.values())[-1], closes)
    meanings |= by_sums
    why |= dict.fromkeys(by_sums, "sums")
    proofs = _proofs(meanings, pages, closes, before)
    kin = alike.kin({key: text for key, text in meanings.items() if _has_digit(text)})
    rivals = before.rivals | _rivals(meanings, kin, pages.values())
    proven = _proven(proofs, pooled, families, kin)
    doubtful = {kin.get(key) for key in rivals} - {
        kin.get(key) for key, names in proofs.items() if len(names) >= PROOFS
    }
    sure = _sure(meanings, why, pooled, families) | {key for key in kin if kin[key] in proven}
    sure = frozenset(key for key in sure if kin.get(key, key) not in doubtful)
    return Lesson(Dictionary(meanings, sure, upright), why, proofs, rivals)


Families = Mapping[Key, Key]
Pooled = Mapping[Key, Counter[str]]
"""Votes by family, under the name of its head; and of signs too large to have one, under their own."""


def _pooled(ballots: Ballots, families: Families) -> dict[Key, Counter[str]]:
    pooled: dict[Key, Counter[str]] = defaultdict(Counter)
    for key, ballot in ballots.items():
        pooled[families.get(key, key)].update(ballot.taken_for)
    return pooled


def _by_votes(
    ballots: Ballots, pooled: Pooled, families: Families
) -> tuple[dict[Key, str], dict[Key, str], dict[Key, list[str]]]:
    """Meanings and why, and for each sign on whose digit nobody agrees what it may be."""
    meanings, why, doubted = dict[Key, str](), dict[Key, str](), dict[Key, list[str]]()
    for key, ballot in ballots.items():
        votes = _votes(pooled[families.get(key, key)])
        if _is_ornament(key, ballot):
            meanings[key], why[key] = "", "ornament"
        elif _is_currency(key, ballot):
            meanings[key], why[key] = CURRENCY, "shape"
        elif (text := _agreed(votes) or _own_letter(ballot)) is not None:
            meanings[key], why[key] = text, "votes"
        elif digits := [said for said, _ in votes.most_common() if _is_digit(said)]:
            doubted[key] = digits[:MOST_MEANINGS]
    return meanings, why, doubted


def _by_likeness(meanings: Mapping[Key, str], pooled: Pooled, families: Families, alike: Likeness) -> dict[Key, str]:
    """Signs seen too seldom to be voted on, where two witnesses agree: what OCR takes them for, and that they look
    like a known sign of that meaning and like none of another."""
    found = dict[Key, str]()
    for key, head in families.items():
        if key in meanings or not (votes := _votes(pooled[head])):
            continue
        near = [(meaning, apart) for other, apart in alike.near(key) if (meaning := meanings.get(other)) is not None]
        for text, count in votes.most_common(MOST_MEANINGS):
            share = count / votes.total()
            is_disputed = share < LIKE_SHARE
            least = CLEARLY_LIKE * (2 if is_disputed and _has_digit(text) else 1)
            most = LIKE / 2 if is_disputed else LIKE
            same = min((apart for meaning, apart in near if meaning == text), default=FAR)
            other = min((apart for meaning, apart in near if meaning != text), default=FAR)
            if share >= DISPUTED_SHARE and same <= most and same + least <= other:
                found[key] = text
    return found


def _votes(votes: Counter[str]) -> Counter[str]:
    """Strokes that may be 'l', 'I' or '|' count as one letter, unless somebody says it is a '1'."""
    if votes["1"] or not votes["l"] + votes["I"]:
        return votes
    rest = {text: count for text, count in votes.items() if text not in _UPRIGHT}
    together = sum(votes[text] for text in _UPRIGHT)
    return Counter({"l" if votes["l"] else "I": together, **rest})


def _own_letter(ballot: Ballot) -> str | None:
    """Strokes are so alike that their family holds several letters; then each one's own votes count, if it is none."""
    text = _agreed(_votes(ballot.taken_for))
    return None if text is None or _has_digit(text) else text


def _is_upright(pooled: Pooled, families: Families, key: Key) -> bool:
    return pooled[families.get(key, key)]["I"] > 0


def _agreed(votes: Counter[str]) -> str | None:
    if not votes:
        return None
    text, count = votes.most_common(1)[0]
    total = votes.total()
    if _is_digit(text):
        return text if count >= DIGIT_VOTES and count >= DIGIT_SHARE * total else None
    if total == count >= UNANIMOUS_VOTES or (count >= LETTER_VOTES and count >= LETTER_SHARE * total):
        return text
    return None


def _is_ornament(key: Key, ballot: Ballot) -> bool:
    """A logo: large, on several receipts dot for dot the same, and nobody reads a letter in it."""
    return (key.is_drawing or key.height >= TALL) and not ballot.votes and ballot.receipts >= ORNAMENT_RECEIPTS


def _is_currency(key: Key, ballot: Ballot) -> bool:
    """OCR takes '$' for '5', 'S' or '8'. It never stands but in front of digits, and is taller than they are."""
    if not ballot.votes or ballot.leads < ballot.seen or ballot.seen < LETTER_VOTES:
        return False
    is_taken_for_one = all(text in CURRENCY_LIKE for text in ballot.taken_for)
    return is_taken_for_one and (key.foot >= 1 or ballot.taken_for[CURRENCY] * 2 >= ballot.votes)


def _by_sums(
    meanings: Mapping[Key, str], doubted: Mapping[Key, list[str]], pages: Sequence[Page], closes: Closes
) -> dict[Key, str]:
    """Digits on which OCR does not agree: the meanings with which receipts close, when no others close any."""
    tried = sorted(doubted, key=lambda key: -len(doubted[key]))[:MOST_DOUBTED]
    if not tried:
        return {}
    ways = list(product(*(doubted[key] for key in tried)))
    dictionaries = [Dictionary({**meanings, **dict(zip(tried, way, strict=True))}) for way in ways]
    outcome = [0] * len(ways)
    for page in pages:
        if any(sign.key(line.foot) in doubted for line in page for sign in line.signs):
            closed = [closes(page, dictionary) for dictionary in dictionaries]
            outcome = [count + (did and not all(closed)) for count, did in zip(outcome, closed, strict=True)]
    best = ways[outcome.index(max(outcome))]
    if max(outcome) < PROOFS or sum(map(bool, outcome)) > 1:
        return {}
    return dict(zip(tried, best, strict=True))


def _by_one_sum(
    meanings: Mapping[Key, str],
    doubted: Mapping[Key, list[str]],
    votes: Mapping[Key, Counter[str]],
    page: Page,
    closes: Closes,
) -> dict[Key, str]:
    """Digits seen too seldom, that OCR took for one thing at several looks: when this receipt closes with all of them
    as that, and with none of them as another."""
    keys = {sign.key(line.foot) for line in page for sign in line.signs}
    seldom = {key: doubted[key][0] for key in keys if key in doubted and _is_always_the_same(votes[key])}
    if not seldom or not closes(page, Dictionary({**meanings, **seldom})):
        return {}
    other = {key: text.translate(_NEXT_DIGIT) for key, text in seldom.items()}
    needed = (key for key in seldom if not closes(page, Dictionary({**meanings, **seldom, key: other[key]})))
    return {key: seldom[key] for key in needed}


def _is_always_the_same(votes: Counter[str]) -> bool:
    return len(votes) == 1 and votes.total() >= UNANIMOUS_VOTES


def _proofs(
    meanings: Mapping[Key, str], pages: Mapping[str, Page], closes: Closes, before: Lesson
) -> dict[Key, frozenset[str]]:
    """For each digit, the receipts that close with it and not with another in its place."""
    known = before.dictionary.known
    proofs = {key: names for key, names in before.proofs.items() if known.get(key) == meanings.get(key)}
    dictionary = Dictionary(meanings)
    newest = list(pages)[-1] if pages else ""
    for name, page in pages.items():
        keys = {sign.key(line.foot) for line in page for sign in line.signs}
        if name != newest and all(known.get(key) == meanings.get(key) for key in keys):
            continue  # asked before, with the same answer
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


def _rivals(meanings: Mapping[Key, str], kin: Mapping[Key, Key], pages: Iterable[Page]) -> frozenset[Key]:
    """A word is printed in one font, in which a digit has one shape: two that are not alike cannot both be a '7'."""
    found = set[Key]()
    for word in (word for page in pages for line in page for word in words_of(line)):
        shapes: dict[str, set[Key]] = defaultdict(set)
        for key in word:
            if key in kin and _is_digit(meanings[key]):
                shapes[meanings[key]].add(key)
        for keys in shapes.values():
            if len({kin[key] for key in keys}) > 1:
                found |= keys
    return frozenset(found)


def words_of(line: TextLine) -> Iterator[list[Key]]:
    """The line's signs between wide gaps."""
    word, end = list[Key](), 0
    for sign in line.signs:
        if word and sign.left - end > WORD_GAP * line.cap:
            yield word
            word = []
        word.append(sign.key(line.foot))
        end = sign.right
    yield word


def _proven(
    proofs: Mapping[Key, frozenset[str]], pooled: Pooled, families: Families, kin: Mapping[Key, Key]
) -> set[Key]:
    """Kin of which one is proven by two receipts' sums, or by one's where OCR never took it for anything else."""
    found = set[Key]()
    for key, names in proofs.items():
        never_else = len(pooled[families.get(key, key)]) == 1
        if key in kin and len(names) >= (1 if never_else else PROOFS):
            found.add(kin[key])
    return found


def _sure(meanings: Mapping[Key, str], why: Mapping[Key, str], pooled: Pooled, families: Families) -> frozenset[Key]:
    """Digits that need no sum: always read alike, or looking like a known one where OCR agrees."""
    sure = set[Key]()
    for key in (key for key, text in meanings.items() if _has_digit(text)):
        votes = pooled[families.get(key, key)]
        best, total = max(votes.values(), default=0), votes.total()
        enough = SURE_UNANIMOUS if _is_digit(meanings[key]) else LETTER_VOTES
        is_always_read_alike = best == total >= enough or (best >= SURE_VOTES and best >= SURE_SHARE * total)
        if why[key] == "likeness" or is_always_read_alike:
            sure.add(key)
    return frozenset(sure)


_NEXT_DIGIT = str.maketrans("0123456789", "1234567890")


def _has_digit(text: str) -> bool:
    return any(sign in "0123456789" for sign in text)


def _is_digit(text: str) -> bool:
    return len(text) == 1 and text in "0123456789"

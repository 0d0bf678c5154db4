"""labels: takes receipts that are not proven, tries what their unknown words can mean, gives what proves them all.

The search is small because the arithmetic is a strict judge: a wrong meaning closes no sum. Where two meanings prove
the same receipts with different amounts, nothing is chosen: a person says which.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from agent.formats.amounts import find_amounts, style_of
from agent.formats.context import StoreContext
from agent.formats.dates import blank
from agent.formats.form import Format
from agent.formats.labels import what_is_said
from agent.formats.reader import read_paper
from agent.formats.roles import SUMS, TAXES, Role
from agent.formats.words import plain
from agent.receipt import EARNING, Receipt, State
from agent.teaching.lesson import Lesson, escaped

Papers = Sequence[Sequence[str]]
Progress = Callable[[int, int], None]
"""Ways tried so far, and in all as far as is known."""

ROLES = (
    *(Role.TOTAL, Role.SUBTOTAL, Role.TAX, Role.TENDER, Role.CHANGE, Role.DUE, Role.FEE, Role.INFO),
    *(Role.DISCOUNT, Role.DISCOUNT_TOTAL, Role.TIP, Role.ROUNDING),
)
"""In the order they are preferred where several read the same."""
EVERYWHERE = ROLES[:8]
"""What a word that stands on every receipt can be: nobody gives a discount or a tip each time."""
MOST_WORDS = 12
MOST_FOR_PAIRS, MOST_FOR_TRIPLES = 7, 5
PAIRED = ROLES[:5]
SIZES = ((1, MOST_WORDS, EVERYWHERE), (2, MOST_FOR_PAIRS, PAIRED), (3, MOST_FOR_TRIPLES, PAIRED))
"""How many meanings at once, of how many words, among which roles: some thousand ways in all."""
MOST_STEPS = 4
NEARLY_ALL = 0.75
"""Share of the receipts a word must stand on to be a label and not an article: of three, all."""


@dataclass(frozen=True, slots=True)
class Found:
    """`others`: lessons that prove as much, with other amounts. `rare`: meanings of words that few receipts print."""

    lesson: Lesson
    readings: tuple[Receipt, ...]
    others: tuple[Lesson, ...] = ()
    rare: tuple[tuple[Role, str], ...] = ()

    @property
    def proven(self) -> int:
        return sum(1 for reading in self.readings if is_proven(reading))

    @property
    def sums(self) -> int:
        """How many sums prove them: the more words are understood, the more close."""
        return sum(len(reading.proof) for reading in self.readings)

    @property
    def amounts(self) -> tuple[tuple[int | None, ...], ...]:
        return tuple((reading.award_base, reading.tax, reading.total) for reading in self.readings)


Meanings = tuple[tuple[Role, str], ...]


def read_all(papers: Papers, form: Format, context: StoreContext) -> tuple[Receipt, ...]:
    """The first receipt of each paper."""
    return tuple(read_paper(lines, form, context)[0] for lines in papers)


def is_proven(reading: Receipt) -> bool:
    return reading.state is State.ACCEPTED and reading.kind in EARNING


class Search:
    """Over one set of papers; `progress` is called for every way tried."""

    def __init__(self, papers: Papers, base: Format, context: StoreContext, progress: Progress) -> None:
        self._papers, self._base, self._context, self._progress = papers, base, context, progress

    def run(self, given: Lesson) -> Found:
        """The fewest meanings that prove all; else, word by word, what proves more. Then all that adds a proof."""
        found = self._read(given)
        if found.proven < len(self._papers):
            found = self._all_at_once(found) or self._one_by_one(found)
        found = found if found.others else self._strengthened(found)
        return Found(found.lesson, found.readings, found.others, self._rare(found.lesson, given))

    def _rare(self, lesson: Lesson, given: Lesson) -> Meanings:
        """What was found for words that not nearly every receipt prints: an article may close a sum by chance."""
        form = lesson.over(self._base)
        printed = [set(_words_beside_amounts(lines, form, self._context)) for lines in self._papers]
        counts = Counter(escaped(word) for words in printed for word in words)
        learned = [one for one in lesson.labels if one not in given.labels]
        return tuple(one for one in learned if counts[one[1]] < NEARLY_ALL * len(self._papers))

    def without_meaning(self, found: Found) -> list[str]:
        """Words beside an amount below the first sum of every receipt that still say nothing."""
        form = found.lesson.over(self._base)
        below = [_below_the_first_sum(lines, form) for lines in self._papers]
        words = candidates(below, form, self._context, share=1.0)
        return [word for word in words if what_is_said(word, form).role is Role.LINE]

    def _read(self, lesson: Lesson) -> Found:
        return Found(lesson, read_all(self._papers, lesson.over(self._base), self._context))

    def _all_at_once(self, before: Found) -> Found | None:
        """One, two or three meanings of words that every unproven receipt prints, and then all are proven, or all but
        one: that one is another kind of receipt, or broken."""
        words, all_papers = self._words(before, share=1.0), len(self._papers)
        for sizes in (SIZES[:2], SIZES[2:]):  # three at once only when nothing smaller will do: they are many
            for wanted, skip in ((all_papers, 0), (all_papers - 1, 0), (all_papers - 1, 1)):
                for size, most, roles in sizes if wanted > before.proven else ():
                    single = [(role, word) for word, role in product(words[:most], roles)]
                    ways = [way for way in combinations(single, size) if len({word for _, word in way}) == size]
                    found = [one for one in self._tried(before, ways, skip) if one.proven >= wanted]
                    if found:
                        return _strongest(found)
        return None

    def _one_by_one(self, before: Found) -> Found:
        """Word by word, also those that only some receipts print, as a discount does."""
        found = before
        for _ in range(MOST_STEPS):
            single = [((role, word),) for word, role in product(self._words(found, share=0.0)[:MOST_WORDS], ROLES)]
            better = [one for one in self._tried(found, single) if one.proven > found.proven]
            if not better:
                break
            most = max(one.proven for one in better)
            found = _strongest([one for one in better if one.proven == most])
            if found.others or most == len(self._papers):
                break
        return found

    def _strengthened(self, found: Found) -> Found:
        """Meanings of shared words that change no amount: they close more sums, or say what was read without them."""
        for word in self._words(found, share=1.0, unproven=False)[:MOST_WORDS]:
            if what_is_said(word, found.lesson.over(self._base)).role is not Role.LINE:
                continue
            tried = self._tried(found, [((role, word),) for role in EVERYWHERE])
            same = [one for one in tried if one.amounts == found.amounts and one.sums >= found.sums]
            said = self._what_it_says(word, found)
            best = max(same, key=lambda one: (one.sums, one.lesson.labels[-1][0] is said), default=found)
            if best.sums > found.sums or (best is not found and best.lesson.labels[-1][0] is said):
                found = Found(best.lesson, best.readings, found.others)
        return found

    def _what_it_says(self, word: str, found: Found) -> Role | None:
        """The role whose amount stands beside the word on every receipt."""
        form = found.lesson.over(self._base)
        beside = [_amount_beside(word, lines, form, self._context) for lines in self._papers]
        for role, field in (
            (Role.TOTAL, "total"),
            (Role.SUBTOTAL, "award_base"),
            (Role.TAX, "tax"),
            (Role.CHANGE, "change"),
        ):
            if beside == [getattr(reading, field) for reading in found.readings]:
                return role
        return None

    def _words(self, found: Found, *, share: float, unproven: bool = True) -> list[str]:
        """Words beside amounts that nobody has given a meaning yet, on at least this share of the papers."""
        known = {phrase for _, phrase in found.lesson.labels}
        papers = [
            lines
            for lines, reading in zip(self._papers, found.readings, strict=True)
            if not (unproven and is_proven(reading))
        ]
        return [
            word
            for word in candidates(papers, found.lesson.over(self._base), self._context, share)
            if escaped(word) not in known
        ]

    def _tried(self, before: Found, ways: Sequence[Meanings], skip: int = 0) -> list[Found]:
        """Those that lose no proof and prove a paper that is not proven yet: the first one, behind `skip` others. It is
        read before the rest, for most ways fail on it."""
        unproven = [n for n, reading in enumerate(before.readings) if not is_proven(reading)][skip:]
        first = unproven[0] if unproven else None
        found = []
        for number, meanings in enumerate(ways):
            self._progress(number, len(ways))
            lesson = before.lesson
            for role, word in meanings:
                lesson = lesson.labelled(role, escaped(word))
            if first is not None and not self._proves(lesson, first):
                continue
            one = self._read(lesson)
            if one.proven >= before.proven:
                found.append(one)
        return found

    def _proves(self, lesson: Lesson, paper: int) -> bool:
        return is_proven(read_paper(self._papers[paper], lesson.over(self._base), self._context)[0])


def _below_the_first_sum(lines: Sequence[str], form: Format) -> Sequence[str]:
    said = (what_is_said(plain(line), form) for line in lines)
    first = next((n for n, one in enumerate(said) if one.sure and one.role in SUMS | TAXES), len(lines))
    return lines[first:]


def _strongest(ways: Sequence[Found]) -> Found:
    """The one with most sums, in the order tried; `others` are those as strong that say other amounts."""
    most = max(one.sums for one in ways)
    best = next(one for one in ways if one.sums == most)
    rivals = tuple(one.lesson for one in ways if one.sums == most and one.amounts != best.amounts)
    return Found(best.lesson, best.readings, rivals)


def candidates(papers: Papers, form: Format, context: StoreContext, share: float) -> list[str]:
    """Words beside amounts: those on most papers first, and of those the ones nearest the end, where the sums are."""
    counts: Counter[str] = Counter()
    for lines in papers:
        counts.update(dict.fromkeys(_words_beside_amounts(lines, form, context), 1))
    return [word for word, count in counts.most_common() if count >= share * len(papers)]


def _amount_beside(word: str, lines: Sequence[str], form: Format, context: StoreContext) -> int | None:
    found = (amount for words, amount in _amounts_with_words(lines, form, context) if words == word)
    return next(found, None)


def _words_beside_amounts(lines: Sequence[str], form: Format, context: StoreContext) -> Iterator[str]:
    return (words for words, _ in _amounts_with_words(lines, form, context))


def _amounts_with_words(lines: Sequence[str], form: Format, context: StoreContext) -> Iterator[tuple[str, int]]:
    """From the end: what stands below the articles matters more."""
    blanked = [blank(line, form.dates.months) for line in lines]
    money = form.money
    style = style_of(blanked, money.decimal, context.exponent, money.symbols, money.exponents)
    for line in reversed(blanked):
        amounts = find_amounts(line, style)
        if amounts and (words := plain(line[: amounts[0].start])):
            yield words, amounts[-1].value

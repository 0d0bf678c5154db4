"""notebook: all that was learnt of one till's font, and how; as plain values that can be kept; opens no file."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from agent.raster.dictionary import Dictionary
from agent.raster.learning import Closes, Lesson, Page, learn
from agent.raster.signs import Key
from agent.raster.votes import Ballot, Ballots, cast
from agent.raster.words import Word

SHAPE = 1
"""Of the kept text; another number is not read."""
REMEMBERED = 200
"""Receipts it was taught by, and entries of its history; a font is learnt from the first ten."""
MOST_SIGNS = 1500
"""A font has a hundred; more is a till whose dots never come out alike."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One receipt's lesson: which signs it made known, and which it took back."""

    version: int
    at: datetime
    receipt: str
    learnt: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notebook:
    """`version` counts its lessons; `taught_by`: names of the receipts, the latest last. Ballots are added to."""

    version: int = 0
    lesson: Lesson = field(default_factory=lambda: Lesson(Dictionary()))
    ballots: Ballots = field(default_factory=dict)
    taught_by: tuple[str, ...] = ()
    history: tuple[Entry, ...] = ()

    @property
    def dictionary(self) -> Dictionary:
        return self.lesson.dictionary

    def taught(  # noqa: PLR0917 - one receipt, and what is asked about it
        self,
        name: str,
        page: Page,
        words: Sequence[Word],
        earlier: Mapping[str, Page],
        closes: Closes,
        at: datetime,
        look: int = 0,
    ) -> "Notebook":
        """One more receipt, as OCR read it; or the same one as OCR reads it at another `look`.

        `earlier`: pages it was taught by before, for the sums.
        """
        ballots = {
            key: replace(ballot, taken_for=Counter(ballot.taken_for), places=set(ballot.places))
            for key, ballot in self.ballots.items()
        }
        cast(ballots, page, words, self.dictionary, look=look)
        ballots = _kept(ballots)
        lesson = learn(ballots, {**earlier, name: page}, closes, self.lesson)
        before, after = self.dictionary.known, lesson.dictionary.known
        entry = Entry(
            self.version + 1,
            at,
            name,
            tuple(sorted(text for key, text in after.items() if before.get(key) != text)),
            tuple(sorted(text for key, text in before.items() if after.get(key) != text)),
        )
        names = (*(one for one in self.taught_by if one != name), name)[-REMEMBERED:]
        return Notebook(entry.version, lesson, ballots, names, (*self.history, entry)[-REMEMBERED:])

    def to_json(self) -> str:
        lesson, dictionary = self.lesson, self.dictionary
        signs = [
            {
                "sign": key.to_text(),
                "means": dictionary.known.get(key),
                "why": lesson.why.get(key, ""),
                "sure": key in dictionary.sure_digits,
                "upright": key in dictionary.upright,
                "rival": key in lesson.rivals,
                "proofs": sorted(lesson.proofs.get(key, ())),
                "votes": dict(ballot.taken_for),
                "seen": ballot.seen,
                "leads": ballot.leads,
                "receipts": ballot.receipts,
                "places": sorted(ballot.places),
            }
            for key, ballot in self.ballots.items()
        ]
        history = [
            {
                "version": one.version,
                "at": one.at.isoformat(),
                "receipt": one.receipt,
                "learnt": one.learnt,
                "lost": one.lost,
            }
            for one in self.history
        ]
        kept = {
            "shape": SHAPE,
            "version": self.version,
            "taught_by": self.taught_by,
            "signs": signs,
            "history": history,
        }
        return json.dumps(kept, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> "Notebook":
        """The inverse of `to_json`. Raises ValueError."""
        try:
            return _read(json.loads(text))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"this is no dictionary of signs: {error}") from error


def _kept(ballots: Ballots) -> Ballots:
    """At most `MOST_SIGNS`: those that were seen on most receipts."""
    if len(ballots) <= MOST_SIGNS:
        return ballots
    return dict(sorted(ballots.items(), key=lambda one: -one[1].receipts)[:MOST_SIGNS])


def _read(kept: dict[str, Any]) -> Notebook:
    if kept["shape"] != SHAPE:
        raise ValueError(f"a dictionary of signs of another shape ({kept['shape']}), made by another version")
    rows = [(Key.from_text(row["sign"]), row) for row in kept["signs"]]
    known = {key: str(row["means"]) for key, row in rows if row["means"] is not None}
    sure = frozenset(key for key, row in rows if row["sure"])
    upright = frozenset(key for key, row in rows if row["upright"])
    lesson = Lesson(
        Dictionary(known, sure, upright),
        {key: str(row["why"]) for key, row in rows if row["why"]},
        {key: frozenset(row["proofs"]) for key, row in rows if row["proofs"]},
        frozenset(key for key, row in rows if row["rival"]),
    )
    ballots = {key: _ballot(row) for key, row in rows}
    history = [
        Entry(
            **row
            | {"at": datetime.fromisoformat(row["at"]), "learnt": tuple(row["learnt"]), "lost": tuple(row["lost"])}
        )
        for row in kept["history"]
    ]
    return Notebook(int(kept["version"]), lesson, ballots, tuple(kept["taught_by"]), tuple(history))


def _ballot(row: Mapping[str, Any]) -> Ballot:
    return Ballot(Counter(row["votes"]), int(row["seen"]), int(row["leads"]), int(row["receipts"]), set(row["places"]))

"""cards: takes one receipt as the ledger's till question gives it, gives how its card looks; asks nobody.

A card is in exactly one state; the least finished fact decides, as in the day's account.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from agent.ledger.schema import OPEN_STATES
from agent.receipt import EARNING, Kind

CLOUD_AWAY = ("away", "stopped")


class Gives(NamedTuple):
    """What stands in one programme; `amount` in its own unit: points, punches, or minor units of money."""

    programme: str
    unit: str
    amount: int


class State(StrEnum):
    ASKS = "asks"
    """Somebody must answer."""
    HELD = "held"
    ERROR = "error"
    WAITING = "waiting"
    OPEN = "open"
    """Nobody is named: a person can be attached."""
    SENT = "sent"
    COUNTED = "counted"
    """Printed again, or removed as a duplicate."""
    NOTHING = "nothing"
    """Nothing to earn on it."""


ORDER = (
    (State.HELD, ("held",)),
    (State.ERROR, ("refused",)),
    (State.WAITING, ("unknown", "parked", "due", "attempt")),
    (State.SENT, ("delivered",)),
)
"""What a fact makes of its card, the least finished first."""


@dataclass(frozen=True, slots=True)
class Look:
    """`why` is the box's own words, '' when the state says it all; `key` the catalogue's words for it, with values."""

    state: State
    key: str
    why: str = ""
    gives: tuple[Gives, ...] = ()
    until: str = ""


def look(card: Mapping[str, Any]) -> Look:
    """How a card stands now."""
    return next(_looks(card))


def can_attach(card: Mapping[str, Any]) -> bool:
    """It counts, and is nobody's yet."""
    counts = card["state"] == "accepted" and Kind(card["kind"]) in EARNING
    return counts and card["duplicate"] in ("", "added") and not can_undo(card)


def can_undo(card: Mapping[str, Any]) -> bool:
    """Something stands that was given for it, or will be."""
    return any(fact["live"] for fact in card["facts"])


def _looks(card: Mapping[str, Any]) -> Iterator[Look]:
    """All that could be said of it, the most pressing first."""
    facts: Sequence[Mapping[str, Any]] = card["facts"]
    counts = [fact for fact in facts if fact["live"] or fact["state"] == "refused"]
    if card["duplicate"] in ("reprint", "removed"):
        yield Look(State.COUNTED, f"card.{card['duplicate']}")
    if any(question["choices"] for question in card["questions"]):
        yield Look(State.ASKS, "card.asks", card["questions"][0]["title"])
    if card["state"] == "held":
        yield Look(State.HELD, "card.held", card["reason"])
    yield from (_of_fact(state, fact, card) for state, of in ORDER for fact in counts if fact["state"] in of)
    if any(fact["role"] == "undo" and fact["state"] in OPEN_STATES for fact in facts):
        yield Look(State.WAITING, "card.undoing")
    why = next(iter(card["reasons"].values()), "")
    if card["state"] == "noted":
        yield Look(State.NOTHING, "card.noted", why)
    if not card["person"]:
        yield Look(State.OPEN, "card.open")
    yield Look(State.NOTHING, "card.nothing", why)


def _of_fact(state: State, fact: Mapping[str, Any], card: Mapping[str, Any]) -> Look:
    gives = _given(card["facts"])
    if state is State.SENT:
        return Look(state, "card.sent", gives=gives)
    if fact["by_hand"]:
        return Look(State.WAITING, "card.by_hand", gives=gives)
    if state is not State.WAITING:
        return Look(state, f"card.{fact['state']}", fact["reason"], gives)
    if fact["cloud"] in CLOUD_AWAY:
        return Look(state, "card.offline", "", gives, fact["cloud_since"] or "")
    key = {"parked": "card.parked", "unknown": "card.unknown"}.get(fact["state"], "card.on_its_way")
    return Look(state, key, "", gives, fact["sign_up_until"] if fact["state"] == "parked" else "")


def _given(facts: Sequence[Mapping[str, Any]]) -> tuple[Gives, ...]:
    """Per programme, what its live facts add up to."""
    sums: dict[tuple[str, str], int] = {}
    for fact in facts:
        if fact["live"] and fact["points"]:
            key = (fact["programme"], fact["unit"])
            sums[key] = sums.get(key, 0) + fact["points"]
    return tuple(Gives(programme, unit, amount) for (programme, unit), amount in sums.items())

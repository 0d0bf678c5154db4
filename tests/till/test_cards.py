"""Cards: the least finished thing decides how a receipt looks, and it looks like exactly one thing."""

from typing import Any

import pytest

from agent.till.cards import Gives, Look, State, can_attach, can_undo, look


def fact(state: str = "delivered", **more: Any) -> dict[str, Any]:
    plain = {"programme": "points", "unit": "points", "points": 18, "live": 1, "role": "", "by_hand": 0, "reason": ""}
    return {**plain, "state": state, "cloud": "ok", "cloud_since": None, "sign_up_until": "", **more}


def card(*facts: dict[str, Any], **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"kind": "sale", "state": "accepted", "reason": "", "duplicate": ""}
    return {**plain, "person": {"phone": "***1"}, "questions": [], "reasons": {}, "facts": list(facts), **more}


ASKED = {"title": "Possible existing transaction", "choices": {"Remove": "cancelled"}}
CASES: dict[str, tuple[dict[str, Any], State, str]] = {
    "sent": (card(fact()), State.SENT, "card.sent"),
    "one cloud has it, another not yet": (card(fact(), fact("due")), State.WAITING, "card.on_its_way"),
    "offline": (card(fact("due", cloud="away")), State.WAITING, "card.offline"),
    "parked": (card(fact("parked")), State.WAITING, "card.parked"),
    "unknown": (card(fact("unknown")), State.WAITING, "card.unknown"),
    "refused beside a sent one": (card(fact(), fact("refused", live=0)), State.ERROR, "card.refused"),
    "a question before all": (card(fact("held"), questions=[ASKED]), State.ASKS, "card.asks"),
    "held by the reader": (card(state="held", reason="it does not add up"), State.HELD, "card.held"),
    "to be keyed in": (card(fact("held", by_hand=1)), State.WAITING, "card.by_hand"),
    "a reprint": (card(duplicate="reprint"), State.COUNTED, "card.reprint"),
    "nobody": (card(person={}), State.OPEN, "card.open"),
    "undone, not there yet": (
        card(fact(live=0), fact("due", role="undo", live=0), person={}),
        State.WAITING,
        "card.undoing",
    ),
    "undone": (card(fact(live=0), fact(role="undo", live=0), person={}), State.OPEN, "card.open"),
    "noted": (card(kind="x_report", state="noted"), State.NOTHING, "card.noted"),
    "too small": (card(reasons={"points": "0.40 USD at 1 gives no whole point"}), State.NOTHING, "card.nothing"),
}


@pytest.mark.parametrize("case", CASES)
def test_how_it_looks(case: str) -> None:
    shown, state, key = CASES[case]
    assert (look(shown).state, look(shown).key) == (state, key)


def test_what_it_gives_is_summed_per_programme_in_its_own_unit() -> None:
    facts = (fact(), fact(points=-5, role="correction"), fact(programme="toys", unit="punches", points=2))
    assert look(card(*facts)) == Look(
        State.SENT, "card.sent", gives=(Gives("points", "points", 13), Gives("toys", "punches", 2))
    )


def test_what_can_be_done_to_it() -> None:
    assert can_attach(card(person={}))
    assert not can_attach(card(fact()))
    assert not can_attach(card(kind="x_report", state="noted"))
    assert not can_attach(card(state="held"))
    assert not can_attach(card(duplicate="reprint"))
    assert can_attach(card(fact(live=0)))
    assert can_undo(card(fact("parked")))
    assert not can_undo(card(fact(live=0)))

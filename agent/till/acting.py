"""acting: takes a form that asks for an act, gives who does it, or which PIN is missing; does nothing itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.acts import Act, Actor
from agent.errors import NotAllowed
from agent.till.door import Door
from agent.till.sessions import Session
from agent.till.texts import Texts


class PinNeeded(Exception):
    """`own_is_enough`: the person's own PIN once more; else somebody's whose part it is."""

    def __init__(self, *, own_is_enough: bool) -> None:
        super().__init__("a PIN is needed")
        self.own_is_enough = own_is_enough


@dataclass(frozen=True, slots=True)
class Typed:
    """A PIN that came with the form ('' for none), from which address, and when."""

    pin: str
    source: str
    at: datetime


async def who_acts(  # noqa: PLR0917 - what, who, with which PIN
    door: Door, act: Act, session: Session, body: Mapping[str, str], typed: Typed, fresh_for: timedelta
) -> tuple[Actor, Session]:
    """The session's own person, or the one whose PIN came with the form; the session, its PIN renewed if it was theirs.

    Raises PinNeeded, WrongPin, NotAllowed.
    """
    own = session.actor
    allowed, fresh = own.role in act.may, typed.at - session.pin_at <= fresh_for
    if allowed and (fresh or not act.asks_pin(body)):
        return own, session
    if not typed.pin:
        raise PinNeeded(own_is_enough=allowed)
    other = door.sessions.actor(await door.check(typed.pin, typed.source))
    if other.role not in act.may:
        raise NotAllowed(f"a {other.role.value}'s PIN is not enough for this")
    if other.name == own.name:
        return own, door.sessions.pin_again(session, typed.at)
    return Actor(other.role, other.name, for_whom=own.who, place=own.place), session


def in_words(texts: Texts, act: str, said: Any) -> str:
    """What the page says after an act; nothing where the page itself shows what it came to."""
    if said == "":
        return ""
    if said is False:
        return texts("done.too_late")
    key = f"done.{act}"
    return texts(key) if texts.has(key) else texts("done.any")

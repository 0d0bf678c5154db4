"""parts: what an act is handed: the parts it may take hold of, and who asks; does nothing by itself."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from agent.booking import Rules
from agent.clock import Clock
from agent.front_desk import FrontDesk
from agent.ledger import Ledger
from agent.providers import Provider
from agent.settings import Settings

Body = Mapping[str, Any]
"""What comes with an act: JSON from the command line, form fields (text) from a page. Missing or odd: ValueError."""


class Role(StrEnum):
    CASHIER = "cashier"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    OWNER = "owner"
    COMMAND_LINE = "command line"
    """Whoever may open the agent's socket on the box itself."""


TILL = frozenset({Role.CASHIER, Role.MANAGER, Role.OWNER, Role.COMMAND_LINE})
"""Everyday work at the register."""
MANAGERS = frozenset({Role.MANAGER, Role.OWNER, Role.COMMAND_LINE})
"""What needs somebody to answer for it."""
BOX = frozenset({Role.TECHNICIAN, Role.OWNER, Role.COMMAND_LINE})
"""The box itself."""
OWNERS = frozenset({Role.OWNER, Role.COMMAND_LINE})
"""What cannot be undone."""
EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks; `name` as in [page.staff.NAME], `for_whom` the cashier whose act a manager lets pass with a PIN."""

    role: Role
    name: str = ""
    for_whom: str = ""
    place: str = ""
    """Which browser, for what is kept between two taps; '' on the command line."""

    @property
    def who(self) -> str:
        """As the audit keeps it."""
        words = f"{self.role.value} {self.name}".strip()
        return f"{words} for {self.for_whom}" if self.for_whom else words


COMMAND_LINE = Actor(Role.COMMAND_LINE)


@dataclass(frozen=True, slots=True)
class Parts:
    """The agent's parts that acts use. `queued`: ring it when something new is due. `read_again`: see Intake."""

    ledger: Ledger
    clock: Clock
    settings: Settings
    rules: Rules
    providers: Mapping[str, Provider]
    queued: asyncio.Event
    people: FrontDesk
    read_again: Callable[[Collection[int]], Awaitable[list[dict[str, Any]]]]
    settings_file: Path | None = None


Does = Callable[[Parts, Actor, Body], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """`does` it: one commit (what a cloud must be told goes through the outbox, or is asked first). `may`: whose it is.

    Raises TillpostError with a hint for the person, ValueError or LookupError for a body that is not right.
    """

    does: Does
    may: frozenset[Role] = TILL
    asks_pin: Callable[[Body], bool] = lambda _: False
    """For this body the page asks for the PIN again when it was typed some time ago."""


def whole_number(body: Body, name: str) -> int:
    """Raises ValueError naming it."""
    try:
        return int(body[name])
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{name} must be a whole number") from None


def words(body: Body, name: str, *, longest: int = 200, needed: bool = True) -> str:
    """A text without control characters at its ends; raises ValueError naming it."""
    text = str(body.get(name) or "").strip()
    if needed and not text:
        raise ValueError(f"{name} is missing")
    if len(text) > longest:
        raise ValueError(f"{name} is longer than {longest} characters")
    return text

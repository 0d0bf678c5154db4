"""visit: what every view is handed of the person who looks: who, where, in which language; holds no view."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.acts import Parts, Role
from agent.till.sessions import Session
from agent.till.texts import Texts


@dataclass(frozen=True, slots=True)
class Visit:
    """`query`: the address's own, as text. `lane`: the register this tablet stands at; '' for all."""

    session: Session
    texts: Texts
    path: str
    query: Mapping[str, str]
    lane: str
    now: datetime

    def number(self, name: str) -> int:
        """0 when it is not there or no number."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


Shows = Callable[[Parts, Visit], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class View:
    """`shows` asks the ledger and gives what `template` needs; it changes nothing. `may`: whose page it is."""

    template: str
    shows: Shows
    may: frozenset[Role]
    only_when_needed: bool = False
    """In the menu only while its list holds something."""

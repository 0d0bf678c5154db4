"""book: a sandbox cloud's members, points and every key it applied or was asked about; knows nothing of HTTP."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

IDENTIFIERS = ("phone", "email", "card")


@dataclass(slots=True)
class Member:
    id: str
    phone: str = ""
    email: str = ""
    card: str = ""
    points: int = 0


@dataclass(slots=True)
class Entry:
    """One key that was applied, `times` over."""

    id: str
    key: str
    kind: str
    programme: str
    points: int
    member: str
    times: int = 1


@dataclass(slots=True)
class Book:
    members: dict[str, Member] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def sign_up(self, *, phone: str = "", email: str = "", card: str = "") -> Member:
        member = Member(f"m{len(self.members) + 1}", phone, email, card)
        self.members[member.id] = member
        return member

    def find(self, customer: Mapping[str, Any]) -> list[Member]:
        """All that any of the identifiers fits."""
        wanted = {name: customer[name] for name in IDENTIFIERS if customer.get(name)}
        return [
            member
            for member in self.members.values()
            if member.id == customer.get("member_id")
            or any(getattr(member, name) == value for name, value in wanted.items())
        ]

    def apply(self, fact: Mapping[str, Any], member: Member) -> Entry:
        """Gives or takes the points, also when the key was applied before: whoever calls decides that."""
        member.points += fact["points"]
        entry = self.entries.get(fact["key"])
        if entry is not None:
            entry.times += 1
            return entry
        entry = Entry(
            f"e{len(self.entries) + 1}", fact["key"], fact["kind"], fact["programme"], fact["points"], member.id
        )
        self.entries[entry.key] = entry
        return entry

    def points(self, **identifier: str) -> int:
        """Of the one member with this phone, email or card."""
        (member,) = self.find(identifier)
        return member.points

    def applied(self, key: str) -> int:
        """How often; 1 is right."""
        return self.entries[key].times if key in self.entries else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "members": [asdict(member) for member in self.members.values()],
            "entries": [asdict(entry) | {"asked": self.asked[entry.key]} for entry in self.entries.values()],
            "asked": dict(self.asked),
            "points": sum(member.points for member in self.members.values()),
        }

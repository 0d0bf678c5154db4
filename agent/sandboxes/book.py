"""book: a sandbox cloud's members, points, rewards and every key it applied or was asked about; knows no HTTP."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

IDENTIFIERS = ("phone", "email", "card")
CALLS_KEPT = 200


@dataclass(slots=True)
class Member:
    """`wallet`: money that can be spent, minor units. `punches`: purchases on frequent-buyer cards, by programme."""

    id: str
    phone: str = ""
    email: str = ""
    card: str = ""
    first_name: str = ""
    last_name: str = ""
    points: int = 0
    wallet: int = 0
    punches: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Entry:
    """One key that was applied, `times` over. `amount` in minor units where the cloud was told one."""

    id: str
    key: str
    kind: str
    programme: str
    points: int
    member: str
    times: int = 1
    amount: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward anybody with enough points may take."""

    code: str
    name: str
    cost: int = 0
    value: int | None = None
    percent: int | None = None
    item: str = ""


@dataclass(slots=True)
class Reserved:
    """`state`: reserved, redeemed or released."""

    id: str
    key: str
    member: str
    offer: Offer
    state: str = "reserved"


OFFERS = (Offer("TEN", "10% off", 100, percent=10), Offer("FIVE", "$5 off", 50, value=500))


@dataclass(slots=True)
class Book:
    members: dict[str, Member] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    offers: list[Offer] = field(default_factory=lambda: list(OFFERS))
    reserved: dict[str, Reserved] = field(default_factory=dict)
    checked_in: list[str] = field(default_factory=list)
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: deque[str] = field(default_factory=lambda: deque(maxlen=CALLS_KEPT))

    def sign_up(self, **fields: Any) -> Member:
        """A new member with these fields of `Member`."""
        member = Member(f"m{len(self.members) + 1}", **fields)
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
        entry = self.book(fact["key"], member, fact["points"], kind=fact["kind"], programme=fact["programme"])
        entry.detail["items"] = list(fact.get("receipt", {}).get("items", ()))
        return entry

    def book(
        self, key: str, member: Member | None, points: int, *, kind: str, programme: str = "", amount: int = 0
    ) -> Entry:
        """One booking; of nobody where the cloud takes receipts without a customer."""
        if member is not None:
            member.points += points
        entry = self.entries.get(key)
        if entry is not None:
            entry.times += 1
            return entry
        number, owner = f"e{len(self.entries) + 1}", member.id if member else ""
        entry = Entry(number, key, kind, programme, points, owner, amount=amount)
        self.entries[entry.key] = entry
        return entry

    def reserve(self, key: str, member: Member, offer: Offer) -> Reserved:
        """Takes its points out of the member's account; the same key again changes nothing."""
        if key not in self.reserved:
            member.points -= offer.cost
            self.reserved[key] = Reserved(f"r{len(self.reserved) + 1}", key, member.id, offer)
        return self.reserved[key]

    def settle(self, reservation_id: str, state: str) -> Reserved | None:
        """Redeemed, or released with its points given back; None when there is none of this id."""
        found = next((one for one in self.reserved.values() if one.id == reservation_id), None)
        if found is not None and found.state == "reserved":
            found.state = state
            self.members[found.member].points += found.offer.cost if state == "released" else 0
        return found

    def offer(self, code: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.code == code), None)

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
            "reserved": [asdict(one) for one in self.reserved.values()],
            "checked_in": list(self.checked_in),
            "products": list(self.products.values()),
            "calls": list(self.calls),
        }

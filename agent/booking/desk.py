"""desk: where a receipt is booked, by which rules and when, and all that was found out about it; does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from agent.booking.person import MEMBER, NOBODY, Person, printed
from agent.business_day import deadline
from agent.customer import identify
from agent.duplicates import Sameness, Verdict
from agent.ledger import attachments
from agent.ledger.moment import Moment
from agent.ledger.personal import HASHED, hashed
from agent.ledger.receipts import Captured, StoredReceipt
from agent.providers import Call, Idempotency, Traits
from agent.receipt import Receipt
from agent.settings import Catalogue, Programme, Store

NEW = Verdict(Sameness.NEW)


@dataclass(frozen=True, slots=True)
class Rules:
    """What booking goes by. `idempotency` and `traits`: per provider, as its adapter declares."""

    device: str
    store: Store
    programmes: Mapping[str, Programme]
    idempotency: Mapping[str, Mapping[Call, Idempotency]]
    catalogue: Catalogue = field(default_factory=Catalogue)
    traits: Mapping[str, Traits] = field(default_factory=dict)
    person_key: bytes = field(default=b"", repr=False)
    """This box's key for hashing whom cards and flags belong to, and for claim codes (`personal.device_key`)."""

    def mark_of(self, person: str) -> str:
        """The keyed hash of a person's key; '' for nobody."""
        return hashed(person, self.person_key) or ""

    def repeats(self, provider: str, call: Call) -> Idempotency:
        return self.idempotency.get(provider, {}).get(call, Idempotency.NONE)


@dataclass(frozen=True, slots=True)
class Case:
    """One receipt being booked, with all that was found out about it."""

    id: int
    captured: Captured
    receipt: Receipt
    business_day: date
    deadline: datetime
    verdict: Verdict
    who: Person
    sale: StoredReceipt | None
    spends: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Per programme, wallet money this receipt shows to be spent, for clouds where that travels inside the award."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it is booked, by which rules, and when."""

    db: Database
    rules: Rules
    now: Moment


def whose(desk: Desk, receipt_id: int, receipt: Receipt) -> Person:
    """Whom a person attached it to, else whom it prints."""
    attached = attachments.latest(desk.db, receipt_id)
    if attached is not None:
        kept = {name: value for name, value in attached.customer.items() if not value.startswith(HASHED)}
        return Person(kept, attached.key or f"member:{kept.get(MEMBER, '')}") if kept else NOBODY
    return printed_customer(desk.rules, receipt)


def printed_customer(rules: Rules, receipt: Receipt) -> Person:
    """Nobody where the store goes only by what its tablet says."""
    if rules.store.customer_source == "tablet":
        return NOBODY
    return printed(identify(receipt, rules.store.country, rules.store.nobody))


def reopened(desk: Desk, stored: StoredReceipt, who: Person, sale: StoredReceipt | None) -> Case:
    """A receipt of earlier, looked at again now: what it earns now is due by a closing that is still ahead."""
    due = stored.deadline if stored.deadline > desk.now.wall else deadline(desk.now.wall, desk.rules.store)
    return Case(stored.id, stored.captured, stored.receipt, stored.business_day, due, NEW, who, sale)

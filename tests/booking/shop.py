"""shop: a ledger file with rules around it, where receipts are booked as the intake books them; prints nothing."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from agent.booking import Rules, book
from agent.ledger import dispatch, outbox, outcomes, receipts
from agent.ledger.moment import Moment
from agent.ledger.outbox import OutboxRow
from agent.providers import Answer, Call, Done, Idempotency
from agent.receipt import Item, Kind, Receipt
from agent.settings import Programme, Store
from tests.ledger.facts import CLOUD, NOW, captured, moment, sale

ANN, BEN = {"phone": "4155550101"}, {"phone": "4155550102"}
ANN_KEY, BEN_KEY = "phone:+14155550101", "phone:+14155550102"
KEYED = {Call.AWARD: Idempotency.KEY, Call.TAKE_BACK: Idempotency.KEY}
VOIDING = {**KEYED, Call.VOID: Idempotency.KEY}
STORE = Store(timezone="UTC", id="shop")


def rules(store: Store = STORE, ways: Any = None, **programmes: Programme) -> Rules:
    """One programme 'points' at one cloud when none is named."""
    named = programmes or {"points": Programme(provider=CLOUD)}
    clouds = {programme.provider for programme in named.values()}
    return Rules("TP-1", store, named, dict.fromkeys(clouds, KEYED if ways is None else ways))


def nobody(number: int = 1, **changes: Any) -> Receipt:
    return sale(number, **{"phone": None, "name": None, **changes})


@dataclass
class Shop:
    """Books receipts by `rules` at a time moved by hand; `sent` = what went to the clouds, in order."""

    db: Database
    rules: Rules = field(default_factory=rules)
    after_s: float = 0
    sent: list[dict[str, Any]] = field(default_factory=list)
    booked: int = 0
    boot: str = "b0070001"

    @property
    def now(self) -> Moment:
        return moment(self.after_s, boot=self.boot)

    def book(self, receipt: Receipt) -> int:
        self.booked += 1
        where = replace(
            captured(self.booked, NOW + timedelta(seconds=self.after_s)),
            boot=self.now.boot,
            monotonic_ns=self.now.ms * 10**6,
        )
        number = book(self.db, self.rules, where, receipt, form="generic", now=self.now)
        assert number is not None
        return number

    def deliver(self, answer: Answer | None = None, provider: str = CLOUD) -> list[dict[str, Any]]:
        """Everything that is ready is sent and answered, in order; gives the bodies."""
        bodies = []
        while rows := dispatch.take(self.db, provider, self.now, 1):
            (row,) = rows
            bodies.append(dict(row.body) | {"call": row.call.value})
            given = answer or Done(f"r{row.id}")
            outcomes.settle(self.db, [outcomes.Answered(row, given, 0)], self.now, outcomes.Rules())
            if answer is not None:
                break
        self.sent += bodies
        return bodies

    def rows(self, receipt_id: int) -> list[OutboxRow]:
        found = self.db.query("SELECT * FROM outbox WHERE receipt_id = ? ORDER BY id", [receipt_id])
        return [outbox.outbox_row(row) for row in found]

    def states(self, receipt_id: int) -> list[tuple[int, str]]:
        return [(row.body["points"], row.state) for row in self.rows(receipt_id)]

    def points(self) -> dict[str, int]:
        """Per customer, as a cloud that believes all it was sent would count."""
        totals: dict[str, int] = {}
        for body in self.sent:
            who = body["customer"].get("phone", "")
            totals[who] = totals.get(who, 0) + body["points"]
        return {who: points for who, points in totals.items() if points}

    def why_not(self, receipt_id: int) -> dict[str, str]:
        rows = self.db.execute("SELECT programme, why FROM decisions WHERE receipt_id = ?", [receipt_id])
        return dict(rows.fetchall())


def goods(*lines: tuple[str, int, int], kind: Kind = Kind.SALE, **changes: Any) -> Receipt:
    """A receipt over these (text, quantity, amount) lines, without tax."""
    total = sum(amount for _, _, amount in lines)
    items = tuple(Item(*line) for line in lines)
    plain = {"items": items, "award_base": total, "subtotal": total, "tax": 0, "total": total}
    return sale(1, kind=kind, **{**plain, "tenders": (("CASH", total),), **changes})


def at(hour: int, minute: int = 0, day: int = 14) -> datetime:
    """A printed time."""
    return datetime(2026, 11, day, hour, minute)  # noqa: DTZ001 - as printed, local


def stored(db: Database, receipt_id: int) -> Receipt:
    return receipts.load(db, receipt_id).receipt

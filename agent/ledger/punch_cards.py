"""punch_cards: the frequent-buyer punches of each person and programme, and the free goods they have earned.

A person is a keyed hash (`personal.hashed`), so that a card outlives the week after which phones are hashed. A punch
stands while the fact that gave it does and none that stands took it; nothing here is ever counted twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.awards import Punch
from agent.ledger import tasks
from agent.ledger.outbox import LIVE

FREE_ITEM = "free_item"
"""Kind of the task about a full card; subject 'programme/person/which one'. It stays until somebody answers it."""
NO_LONGER_FULL = "the card is no longer full"
TAKEN = LIVE.replace("o.", "t.")
STANDS = f"""FROM punches p JOIN outbox o ON o.id = p.outbox_id WHERE {LIVE} AND NOT EXISTS (
    SELECT 1 FROM outbox t WHERE t.id = p.taken_by AND {TAKEN} AND (t.state <> 'held' OR :offered))"""
"""`:offered` 1: a punch that a return is about to take, and a person has not confirmed, is spoken for."""


@dataclass(frozen=True, slots=True)
class Card:
    """`have` of `need` on the card that is being filled; `free` goods earned so far, handed out or not."""

    programme: str
    have: int
    need: int
    free: int


def give(  # noqa: PLR0917 - whose card, by which fact
    db: Database, row_id: int, receipt_id: int, fact: Mapping[str, Any], person: str, size: int
) -> None:
    for one in fact.get("punches", ()):
        punch = (one["id"], row_id, receipt_id, fact["programme"], person, size, one["text"], one["sku"])
        db.execute(
            "INSERT INTO punches (id, outbox_id, receipt_id, programme, person, size, text, sku, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [*punch, fact["captured_at"]],
        )


def take(db: Database, row_id: int, fact: Mapping[str, Any]) -> None:
    for punch in fact.get("punches", ()):
        db.execute("UPDATE punches SET taken_by = ? WHERE id = ?", [row_id, punch["id"]])


def standing(db: Database, programme: str, person: str, sale_id: int | None = None) -> list[Punch]:
    """The person's punches that a return may take off, latest first; those of the named sale are marked."""
    one = f"SELECT p.id, p.text, p.sku, p.receipt_id, p.at {STANDS} AND p.programme = :programme"
    rows = db.query(
        f"SELECT * FROM ({one} AND p.person = :person AND :person <> '' UNION {one} AND p.receipt_id = :sale)"
        " ORDER BY at DESC, id DESC",
        {"offered": 1, "programme": programme, "person": person, "sale": sale_id},
    )
    return [Punch(row["id"], row["text"], row["sku"], row["receipt_id"] == sale_id) for row in rows]


def cards(db: Database, person: str) -> list[Card]:
    """One a programme in which this person has punches."""
    rows = db.query(
        f"SELECT p.programme, count(*) AS number, max(p.size) AS size {STANDS} AND p.person = :person"
        " GROUP BY p.programme ORDER BY p.programme",
        {"offered": 0, "person": person},
    )
    return [
        Card(row["programme"], row["number"] % row["size"], row["size"], row["number"] // row["size"]) for row in rows
    ]


def purchases(db: Database, person: str, programme: str, limit: int = 100) -> list[dict[str, Any]]:
    """What stands on the card, latest first: when, what, on which receipt."""
    rows = db.query(
        f"SELECT p.at, p.text, p.sku, p.receipt_id {STANDS} AND p.person = :person AND p.programme = :programme"
        " ORDER BY p.at DESC, p.id DESC LIMIT :limit",
        {"offered": 0, "person": person, "programme": programme, "limit": limit},
    )
    return list(rows)


def announce(db: Database, programme: str, person: str, shown: str, at: datetime) -> list[int]:
    """Opens a task for each free good that is earned and was never announced. `shown`: the customer, masked."""
    found = [card for card in cards(db, person) if card.programme == programme]
    subjects = [f"{programme}/{person}/{number}" for card in found for number in range(1, card.free + 1)]
    return [_announce(db, subject, programme, shown, at) for subject in subjects if not _known(db, subject)]


def close_emptied(db: Database, at: datetime) -> int:
    """Free goods that are earned no more, because a return or an undoing took punches off: their tasks close."""
    closed = 0
    for task in tasks.waiting(db, limit=500):
        if task["kind"] == FREE_ITEM:
            programme, person, number = task["subject"].rsplit("/", 2)
            free = sum(card.free for card in cards(db, person) if card.programme == programme)
            closed += free < int(number) and tasks.close(db, task["id"], NO_LONGER_FULL, at)
    return closed


def _announce(db: Database, subject: str, programme: str, shown: str, at: datetime) -> int:
    return tasks.open(
        db,
        tasks.Role.CASHIER,
        FREE_ITEM,
        subject,
        "Free item earned",
        "Ring it up at price 0 or with its discount key, then choose 'Handed out'. It waits as long as they like.",
        at,
        what=f"The card of {shown} in {programme} is full.",
        choices={"Handed out": "", "Not wanted": ""},
    )


def _known(db: Database, subject: str) -> bool:
    query = "SELECT 1 FROM tasks WHERE kind = ? AND subject = ? AND resolution <> ?"
    return db.execute(query, [FREE_ITEM, subject, NO_LONGER_FULL]).fetchone() is not None

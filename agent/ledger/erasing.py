"""erasing: takes what one person is known by, takes them out of the ledger at their own wish; asks no cloud.

Receipts, amounts and points stay, because the store's books do; whose they were does not. What replaces a phone here is
hashed with a key that is thrown away: not even this box could tell who it was, or that two receipts were one person's.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from agent.customer import email_address, phone_number
from agent.errors import TillpostError
from agent.ledger import audit
from agent.ledger.moment import iso
from agent.ledger.personal import FIELDS, HASHED, KEY_BYTES, hashed
from agent.ledger.undoing import cancel

REASON = "erased at the customer's own request"
WAITING = ("due", "parked", "held", "unknown")


@dataclass(frozen=True, slots=True)
class Known:
    """What one person is known by: comparable forms, and `country` for how receipts print phones."""

    phone: str = ""
    email: str = ""
    country: str = "US"

    @property
    def key(self) -> str:
        return f"phone:{self.phone}" if self.phone else f"email:{self.email}"

    def fits(self, customer: Mapping[str, Any]) -> bool:
        """A customer of a fact, or the phone and e-mail as a receipt prints them."""
        phone, email = str(customer.get("phone") or ""), str(customer.get("email") or "")
        if HASHED in (phone[: len(HASHED)], email[: len(HASHED)]):
            return False
        by_phone = bool(self.phone) and phone_number(phone, self.country) == self.phone
        return by_phone or (bool(self.email) and email_address(email) == self.email)


@dataclass(slots=True)
class Erased:
    """What was found: receipts, facts (and of those, how many had not been sent and are not any more), names to be
    starred in the journal too."""

    receipts: int = 0
    facts: int = 0
    cancelled: int = 0
    cards: int = 0
    names: set[str] = field(default_factory=set)

    def as_json(self) -> dict[str, int]:
        return {name: value for name, value in asdict(self).items() if name != "names"}


def look(db: Database, known: Known, mark: str) -> Erased:
    """What there is of this person; changes nothing. `mark`: the keyed hash of `known.key` (cards, flags)."""
    receipts = list(_receipts(db, known))
    facts = list(_facts(db, known))
    waiting = sum(row["state"] in WAITING for row in facts)
    cards = db.execute("SELECT count(*) FROM punches WHERE person = ?", [mark]).fetchone()[0]
    names = {row["name"] for row in receipts if row["name"]}
    return Erased(len(receipts), len(facts), waiting, cards, names)


def erase(db: Database, known: Known, mark: str, who: str, at: datetime) -> Erased:
    """Raises TillpostError while an award of theirs is on its way this very moment."""
    found = look(db, known, mark)
    if any(row["state"] == "attempt" for row in _facts(db, known)):
        raise TillpostError("an award of this customer is on its way just now", hint="Try again in a minute.")
    key = secrets.token_bytes(KEY_BYTES)
    for row in list(_facts(db, known)):
        if row["state"] in WAITING:
            cancel(db, row["id"], REASON, at)
    for row in list(_receipts(db, known)):
        values = [hashed(row[name], key) for name in FIELDS]
        db.execute(
            "UPDATE receipts SET phone = ?, email = ?, name = ?, card = NULL, purged_at = ? WHERE id = ?",
            [*values, iso(at), row["id"]],
        )
    _nameless_facts(db, known, key)
    for table, column in (("attachments", "customer"), ("bindings", "customer"), ("redemptions", "frame")):
        _nameless(db, table, column, known)
    db.execute("DELETE FROM punches WHERE person = ?", [mark])
    db.execute("DELETE FROM flags WHERE subject LIKE ?", [f"%{mark}"])
    db.execute(
        "UPDATE tasks SET closed_at = ?, resolution = ?, closed_by = ? WHERE closed_at IS NULL AND subject LIKE ?",
        [iso(at), REASON, who, f"%/{mark}/%"],
    )
    detail = f"{found.receipts} receipts, {found.facts} facts, {found.cancelled} of them not sent any more"
    audit.note(db, who, "forgot a customer", f"person/{mark.rpartition(':')[0]}", detail, at)
    return found


def _receipts(db: Database, known: Known) -> Iterator[dict[str, Any]]:
    rows = db.query(
        "SELECT id, phone, email, name FROM receipts"
        " WHERE purged_at IS NULL AND (phone IS NOT NULL OR email IS NOT NULL)"
    )
    return (row for row in rows if known.fits(row))


def _facts(db: Database, known: Known) -> Iterator[dict[str, Any]]:
    rows = db.query("SELECT id, state, body FROM outbox WHERE customer_key <> ''")
    return (row for row in rows if known.fits(json.loads(row["body"]).get("customer", {})))


def _nameless_facts(db: Database, known: Known, key: bytes) -> None:
    """A member's number at the cloud goes as well: with it, the cloud could be asked who it was."""
    for row in list(_facts(db, known)):
        body = json.loads(row["body"])
        customer = {name: hashed(value, key) for name, value in body["customer"].items() if name in FIELDS}
        body["customer"] = customer
        db.execute("UPDATE outbox SET body = ?, customer_key = '' WHERE id = ?", [json.dumps(body), row["id"]])


def _nameless(db: Database, table: str, column: str, known: Known) -> None:
    for row in list(db.query(f"SELECT id, {column} AS kept FROM {table} WHERE customer_key <> ''")):
        kept = json.loads(row["kept"])
        customer = kept if column == "customer" else kept.get("customer", {})
        if known.fits(customer):
            empty = {} if column == "customer" else {**kept, "customer": {}}
            db.execute(
                f"UPDATE {table} SET {column} = ?, customer_key = '' WHERE id = ?", [json.dumps(empty), row["id"]]
            )

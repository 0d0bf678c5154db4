"""claims: codes by which a receipt that named nobody can be claimed later; a code says nothing to who finds it."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlite_utils import Database

from agent.ledger.moment import iso, parse


@dataclass(frozen=True, slots=True)
class Claim:
    code: str
    receipt_id: int
    until: datetime
    claimed: bool


def code_of(key: bytes, place: str) -> str:
    """A UUID that only this box can make: the same for the same receipt, so that one printed before the ledger was
    rebuilt still holds. `place`: device, lane and journal position of the receipt's first byte."""
    return str(UUID(bytes=hmac.new(key, f"claim/{place}".encode(), hashlib.sha256).digest()[:16], version=4))


def offer(db: Database, code: str, receipt_id: int, until: datetime) -> None:
    db.execute("INSERT INTO claims (code, receipt_id, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
               [code, receipt_id, iso(until)])  # fmt: skip


def find(db: Database, code: str) -> Claim | None:
    row = db.execute("SELECT * FROM claims WHERE code = ?", [code.strip().lower()]).fetchone()
    return Claim(row[0], row[1], parse(row[2]), row[3] is not None) if row else None


def of_receipt(db: Database, receipt_id: int) -> Claim | None:
    row = db.execute("SELECT code FROM claims WHERE receipt_id = ?", [receipt_id]).fetchone()
    return find(db, row[0]) if row else None


def claimed(db: Database, code: str, at: datetime) -> None:
    db.execute("UPDATE claims SET claimed_at = ? WHERE code = ?", [iso(at), code])

"""claims: the table of codes by which somebody who was not identified can claim a receipt later."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS


@MIGRATIONS()
def claim_tables(db: Database) -> None:
    db.execute(
        """CREATE TABLE claims (
            code TEXT PRIMARY KEY,
            receipt_id INTEGER NOT NULL UNIQUE REFERENCES receipts (id) ON DELETE CASCADE,
            until TEXT NOT NULL, claimed_at TEXT
        ) STRICT, WITHOUT ROWID"""
    )

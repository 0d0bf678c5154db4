"""people: tables for what people do to a receipt: whom it is attached to, what undoes or corrects what."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

STATEMENTS = (
    # The latest row of a receipt counts; customer '{}' = taken off, the receipt belongs to nobody, whatever it prints.
    """CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        receipt_id INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
        customer TEXT NOT NULL, customer_key TEXT NOT NULL, how TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX attachments_receipt ON attachments (receipt_id)",
    "ALTER TABLE outbox ADD COLUMN undoes INTEGER REFERENCES outbox (id)",
    # '' what the receipt itself gives or takes, 'correction' a person's signed difference, 'undo' takes a row back
    "ALTER TABLE outbox ADD COLUMN role TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX outbox_undoes ON outbox (undoes) WHERE undoes IS NOT NULL",
)


@MIGRATIONS()
def people_tables(db: Database) -> None:
    for statement in STATEMENTS:
        db.execute(statement)

"""cards: the table of frequent-buyer punches: one a unit bought, with the facts that gave and took it."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

STATEMENTS = (
    """CREATE TABLE punches (
        id TEXT PRIMARY KEY,
        outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
        receipt_id INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
        programme TEXT NOT NULL, person TEXT NOT NULL, size INTEGER NOT NULL,
        text TEXT NOT NULL, sku TEXT, at TEXT NOT NULL,
        taken_by INTEGER REFERENCES outbox (id) ON DELETE SET NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX punches_person ON punches (programme, person)",
    "CREATE INDEX punches_receipt ON punches (receipt_id)",
    "CREATE INDEX punches_outbox ON punches (outbox_id)",
    "CREATE INDEX punches_taken ON punches (taken_by) WHERE taken_by IS NOT NULL",
)


@MIGRATIONS()
def card_tables(db: Database) -> None:
    for statement in STATEMENTS:
        db.execute(statement)


@MIGRATIONS()
def cards_of_a_person(db: Database) -> None:
    db.execute("CREATE INDEX punches_of_person ON punches (person, programme)")

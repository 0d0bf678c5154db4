"""register: tables for what waits at a register for its next receipt: a person, reserved rewards; and flags."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

STATEMENTS = (
    "ALTER TABLE receipts ADD COLUMN discounts TEXT NOT NULL DEFAULT '[]'",
    """CREATE TABLE bindings (
        id INTEGER PRIMARY KEY, register TEXT NOT NULL,
        customer TEXT NOT NULL, customer_key TEXT NOT NULL, who TEXT NOT NULL,
        at TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL, lasts_ms INTEGER NOT NULL,
        receipt_id INTEGER REFERENCES receipts (id) ON DELETE SET NULL, ended TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX bindings_open ON bindings (register) WHERE ended = ''",
    """CREATE TABLE redemptions (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
        register TEXT NOT NULL, provider TEXT NOT NULL, programme TEXT NOT NULL,
        reward TEXT NOT NULL, expected TEXT NOT NULL, reservation TEXT NOT NULL DEFAULT '{}',
        frame TEXT NOT NULL, customer_key TEXT NOT NULL, in_award INTEGER NOT NULL,
        redeem TEXT NOT NULL, release TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('asked', 'reserved', 'refused', 'proven', 'released', 'unproven')),
        why TEXT NOT NULL DEFAULT '', who TEXT NOT NULL,
        at TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL, lasts_ms INTEGER NOT NULL,
        receipt_id INTEGER REFERENCES receipts (id) ON DELETE SET NULL,
        shown INTEGER, outbox_id INTEGER REFERENCES outbox (id) ON DELETE SET NULL, ended_at TEXT
    ) STRICT""",
    """CREATE TABLE flags (
        id INTEGER PRIMARY KEY, receipt_id INTEGER REFERENCES receipts (id) ON DELETE CASCADE,
        kind TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL, business_day TEXT NOT NULL, at TEXT NOT NULL,
        UNIQUE (kind, subject)
    ) STRICT""",
    "CREATE INDEX flags_day ON flags (business_day)",
    "CREATE INDEX redemptions_open ON redemptions (register) WHERE state IN ('asked', 'reserved')",
)


@MIGRATIONS()
def register_tables(db: Database) -> None:
    for statement in STATEMENTS:
        db.execute(statement)


@MIGRATIONS()
def receipts_of_a_customer_in_a_day(db: Database) -> None:
    db.execute("CREATE INDEX outbox_day_customer ON outbox (business_day, customer_key)")

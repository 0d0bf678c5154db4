"""catalogue: the tables of printed texts and what they are: lines, products, and what went out without a code."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

CATALOGUE = (
    """CREATE TABLE catalogue_lines (
        key TEXT PRIMARY KEY, text TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('unknown', 'known', 'ignored', 'gone')),
        sku TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '', said_by TEXT NOT NULL DEFAULT '',
        agree INTEGER NOT NULL DEFAULT 0, contradict INTEGER NOT NULL DEFAULT 0, doubt REAL NOT NULL DEFAULT 1,
        seen INTEGER NOT NULL DEFAULT 0, price INTEGER,
        first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, gone_on TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX catalogue_lines_state ON catalogue_lines (state, last_seen)",
    """CREATE TABLE products (
        sku TEXT PRIMARY KEY, name TEXT NOT NULL, upc TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE sent_without_code (
        receipt_id INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE, line INTEGER NOT NULL,
        key TEXT NOT NULL, text TEXT NOT NULL, quantity INTEGER NOT NULL, amount INTEGER NOT NULL,
        business_day TEXT NOT NULL, sku TEXT NOT NULL DEFAULT '', found_on TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (receipt_id, line)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX sent_without_code_day ON sent_without_code (business_day)",
    "CREATE INDEX sent_without_code_open ON sent_without_code (key) WHERE sku = ''",
)


@MIGRATIONS()
def catalogue_tables(db: Database) -> None:
    for statement in CATALOGUE:
        db.execute(statement)

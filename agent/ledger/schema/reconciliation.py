"""reconciliation: the tables of what Z-reports say, and of what was found when a day was held beside itself."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

RECONCILIATION = (
    """CREATE TABLE report_figures (
        receipt_id INTEGER PRIMARY KEY REFERENCES receipts (id) ON DELETE CASCADE,
        gross INTEGER, net INTEGER, tax INTEGER, total INTEGER, transactions INTEGER
    ) STRICT""",
    """CREATE TABLE findings (
        day TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        good INTEGER NOT NULL, words TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (day, kind, subject)
    ) STRICT, WITHOUT ROWID""",
)


@MIGRATIONS()
def reconciliation_tables(db: Database) -> None:
    for statement in RECONCILIATION:
        db.execute(statement)

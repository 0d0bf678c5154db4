"""training: the table of when which register was in training."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS

STATEMENTS = (
    """CREATE TABLE training (
        id INTEGER PRIMARY KEY, lane TEXT NOT NULL, who TEXT NOT NULL,
        at TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL, lasts_ms INTEGER NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX training_lane ON training (lane, id)",
)


@MIGRATIONS()
def training_tables(db: Database) -> None:
    for statement in STATEMENTS:
        db.execute(statement)

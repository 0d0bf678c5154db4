"""notes: takes and gives single named words the ledger keeps about itself; no lists, no history."""

from sqlite_utils import Database


def read_note(db: Database, name: str) -> str:
    """The note, '' when there is none."""
    row = db.execute("SELECT value FROM notes WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else ""


def write_note(db: Database, name: str, value: str) -> None:
    db.execute("INSERT INTO notes VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", [name, value])

"""cursor: how far the journal has been read, moved in the same commit as what was read; knows no journal."""

from sqlite_utils import Database

from agent.journal.record import Position
from agent.ledger.notes import read_note, write_note

NAME = "cursor"


def get(db: Database) -> Position | None:
    """Position of the last record taken in; None when nothing was."""
    text = read_note(db, NAME)
    return Position.parse(text) if text else None


def move(db: Database, position: Position) -> None:
    write_note(db, NAME, str(position))

"""cursor: how far the journal has been read, moved in the same commit as what was read; knows no journal."""

from sqlite_utils import Database

from agent.ledger.notes import read_note, write_note

NAME = "cursor"


def get(db: Database) -> str:
    """The place as its owner wrote it (see reading_place); empty when nothing was read yet."""
    return read_note(db, NAME)


def move(db: Database, place: str) -> None:
    write_note(db, NAME, place)

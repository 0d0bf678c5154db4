"""counters: numbers that only grow and survive restarts; each is named once, here or by its caller."""

from sqlite_utils import Database

from agent.ledger.notes import read_note, write_note

RECEIPTS = "rx_receipts_total"
HELD_RECEIPTS = "parse_fail_total"
DUPLICATES_ASKED = "dup_held_total"
SENT = "awards_sent_total"
REFUSED = "awards_refused_total"
MISSED = "deadline_miss_total"
FAULTS = "prov_err_total"
TOTALS = (RECEIPTS, HELD_RECEIPTS, DUPLICATES_ASKED, SENT, REFUSED, MISSED, FAULTS)


NUMBERS_START_AT = "numbers start at"


def start_numbers_at(db: Database, number: int) -> None:
    """Connection and message numbers must not come twice; seconds since 1970 are more than any box ever counted."""
    write_note(db, NUMBERS_START_AT, str(number))


def next_number(db: Database, name: str, step: int = 1) -> int:
    """Counts `name` up and gives the new value; the first is `step`, on a rebuilt ledger higher than any before.

    Totals begin at nothing again: whoever adds them up knows resets.
    """
    if name not in TOTALS:
        first = int(read_note(db, NUMBERS_START_AT) or 0)
        db.execute("INSERT INTO counters VALUES (?, ?) ON CONFLICT DO NOTHING", [name, first])
    db.execute(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value", [name, step]
    )
    return value(db, name)


def value(db: Database, name: str) -> int:
    row = db.execute("SELECT value FROM counters WHERE name = ?", [name]).fetchone()
    return int(row[0]) if row else 0

"""rebuild: what a ledger begun anew must believe and what it must ask; reads no journal (the agent does, again).

A fact named in the sent log was delivered. One that is not may have been: resent where the cloud deduplicates (K),
looked up where it can be read back (R), asked of a person where neither (W, N). That holds for facts captured before
the rebuild, that is up to `until`; as long as nobody has said how far that is, for all.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from agent.journal.record import Position
from agent.ledger.counters import start_numbers_at
from agent.ledger.events import record
from agent.ledger.events import start_at as events_start_at
from agent.ledger.moment import iso
from agent.ledger.notes import read_note, write_note
from agent.ledger.sent_log import Sent
from agent.ledger.tasks import Role
from agent.ledger.tasks import open as open_task

REREAD = "reread until"
EVERYTHING = "everything"


def begin(db: Database, sent: Iterable[Sent], at: datetime, folder: str, damage: str) -> None:
    """Marks this ledger as a rebuilt one, and takes over what the sent log proves."""
    believe(db, sent)
    start_numbers_at(db, int(at.timestamp()))
    events_start_at(db, int(at.timestamp()))
    write_note(db, REREAD, EVERYTHING)
    record(db, "ledger_rebuilt", {"damage": damage[:200]}, at)
    open_task(
        db,
        Role.TECHNICIAN,
        "ledger_rebuilt",
        folder.rpartition("/")[2],
        "The box's ledger was damaged and is being rebuilt",
        "Nothing to do now; replace the memory card if this happens again. Do not delete the folder 'quarantine'.",
        at,
        what=f"{damage[:200]}. The old files are kept in {folder}.",
    )


def reread_until(db: Database, end: Position | None) -> None:
    """The journal's end when the rebuilt ledger began: facts behind it are new and need no question."""
    if read_note(db, REREAD) == EVERYTHING:
        write_note(db, REREAD, str(end) if end else "")


def may_have_been_sent(db: Database, origin: str) -> bool:
    """Whether a fact from this place in the journal could have gone out under the ledger that was lost."""
    limit = read_note(db, REREAD)
    if not limit or limit == EVERYTHING:
        return bool(limit)
    try:
        return Position.parse(origin) <= Position.parse(limit)
    except ValueError:
        return True  # a key of another make: it cannot be shown to be new


def believe(db: Database, sent: Iterable[Sent]) -> None:
    """What the cloud has taken is delivered, whatever an older state of this ledger says."""
    for line in sent:
        known = db.execute("SELECT state FROM outbox WHERE key = ?", [line.key]).fetchone()
        if known is None:
            db.execute(
                "INSERT INTO already_sent VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [line.key, line.remote_id, line.at]
            )
        elif known[0] != "delivered":
            db.execute(
                "UPDATE outbox SET state = 'delivered', remote_id = ?, finished_at = ?, reason = '' WHERE key = ?",
                [line.remote_id, iso(datetime.fromisoformat(line.at)), line.key],
            )

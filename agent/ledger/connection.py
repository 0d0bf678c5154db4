"""connection: takes a path, gives the one SQLite connection whose promises were read back; repairs nothing.

Why each pragma: DESIGN section 3 'Ledger'. WAL + FULL is one sync per commit and loses nothing at a power cut; NORMAL
loses the last commits, OFF everything. EXCLUSIVE keeps a second process out, so that no lock is ever waited for.
"""

import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database

from agent.errors import LedgerBusy, LedgerDamaged, LedgerUnsafe, StorageFull

PRAGMAS = (
    "locking_mode=EXCLUSIVE",
    "auto_vacuum=INCREMENTAL",  # only takes before the first table, and before WAL writes the header
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "mmap_size=0",
    "temp_store=MEMORY",
    "secure_delete=ON",  # purged personal data is zeroed, not only unlinked
)
PROMISED = {
    "locking_mode": "exclusive",
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "auto_vacuum": 2,
    "secure_delete": 1,
    "temp_store": 2,
}
QUICK_CHECK_S = 2.0
"""A large ledger on a slow card is checked this long before the store's work goes on; the night checks all of it."""
STEPS_BETWEEN_LOOKS = 10_000
"""SQLite's virtual-machine steps between two looks at the time (a few milliseconds)."""

NOT_A_LEDGER = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
FULL = {sqlite3.SQLITE_FULL}


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without the extended part; 0 when the error is Python's own."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def is_full(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and primary_code(error) in FULL


def is_damage(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and primary_code(error) in NOT_A_LEDGER


def open_connection(path: Path) -> Database:
    """Opens (and creates) `path` and takes the exclusive lock at once.

    Raises LedgerBusy when another process has it, LedgerDamaged when it cannot be read, LedgerUnsafe when a promise
    was not kept, StorageFull when there is no room to begin.
    """
    connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=True)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        _read_back(connection, path)
        _quick_check(connection, path)
        return Database(connection, strict=True)
    except sqlite3.Error as error:
        connection.close()
        raise _in_our_words(error, path) from error
    except BaseException:
        connection.close()
        raise


def _in_our_words(error: sqlite3.Error, path: Path) -> Exception:
    if is_damage(error):
        return LedgerDamaged(f"{path}: {error}")
    if primary_code(error) in BUSY:
        return LedgerBusy(f"{path}: another process holds the ledger")
    if is_full(error):
        return StorageFull(f"{path}: {error}")
    return LedgerUnsafe(f"{path}: {error}")


def _read_back(connection: sqlite3.Connection, path: Path) -> None:
    for name, promised in PROMISED.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != promised:
            raise LedgerUnsafe(f"{path}: PRAGMA {name} answers {found!r}, not {promised!r}")


def _quick_check(connection: sqlite3.Connection, path: Path, seconds: float = QUICK_CHECK_S) -> None:
    give_up = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > give_up, STEPS_BETWEEN_LOOKS)
    try:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError as error:
        if primary_code(error) != sqlite3.SQLITE_INTERRUPT:
            raise
        return
    finally:
        connection.set_progress_handler(None, 0)
    if verdict != "ok":
        raise LedgerDamaged(f"{path}: {verdict}")

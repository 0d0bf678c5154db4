"""migrations: the one list of the ledger's migrations, and the words its tables share; each file beside adds to it.

Money is integer minor units, times are ISO-8601 UTC text, JSON is text. All tables are strict. A migration that was
released is never edited: a new file is added.
"""

from sqlite_utils import Migrations

MIGRATIONS = Migrations("tillpost")

OPEN_STATES = ("due", "attempt", "unknown", "parked", "held")
"""Outbox states in which a fact is neither delivered nor given up; what an earlier fact in one of these blocks is
every later one of the same customer at the same cloud."""
OPEN = "('due', 'attempt', 'unknown', 'parked', 'held')"

"""first: the ledger's first tables."""

from sqlite_utils import Database

from agent.ledger.schema.migrations import MIGRATIONS, OPEN

FIRST = (
    """CREATE TABLE receipts (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL, lane TEXT NOT NULL, origin TEXT NOT NULL, size INTEGER NOT NULL, session INTEGER NOT NULL,
        captured_at TEXT NOT NULL, trusted INTEGER NOT NULL, boot TEXT NOT NULL, monotonic_ns INTEGER NOT NULL,
        cause TEXT NOT NULL, gap TEXT NOT NULL, dialect_state TEXT NOT NULL,
        business_day TEXT NOT NULL, deadline TEXT NOT NULL, fingerprint TEXT NOT NULL, format TEXT NOT NULL,
        kind TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, reprint INTEGER NOT NULL,
        number TEXT, register TEXT, cashier TEXT, printed_at TEXT, currency TEXT, exponent INTEGER NOT NULL,
        original TEXT, subtotal INTEGER, discount INTEGER, tax INTEGER, fees INTEGER, tip INTEGER, total INTEGER,
        change INTEGER, award_base INTEGER NOT NULL, tenders TEXT NOT NULL, items TEXT NOT NULL, proof TEXT NOT NULL,
        phone TEXT, email TEXT, card TEXT, name TEXT, identified INTEGER NOT NULL,
        duplicate_of INTEGER REFERENCES receipts (id), duplicate TEXT NOT NULL DEFAULT '',
        purged_at TEXT,
        UNIQUE (device, lane, origin)
    ) STRICT""",
    "CREATE INDEX receipts_day ON receipts (business_day, id)",
    "CREATE INDEX receipts_fingerprint ON receipts (fingerprint)",
    "CREATE INDEX receipts_number ON receipts (number, register) WHERE number IS NOT NULL",
    "CREATE INDEX receipts_unpurged ON receipts (deadline) WHERE purged_at IS NULL",
    """CREATE TABLE decisions (
        receipt_id INTEGER NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
        programme TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (receipt_id, programme)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tasks (
        id INTEGER PRIMARY KEY,
        role TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
        title TEXT NOT NULL, what TEXT NOT NULL, fix TEXT NOT NULL, choices TEXT NOT NULL,
        opened_at TEXT NOT NULL, opened_boot TEXT NOT NULL, opened_ms INTEGER NOT NULL,
        decide_after_ms INTEGER, decide_as TEXT NOT NULL,
        closed_at TEXT, resolution TEXT NOT NULL DEFAULT '', closed_by TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE UNIQUE INDEX tasks_open ON tasks (kind, subject) WHERE closed_at IS NULL",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        receipt_id INTEGER REFERENCES receipts (id), provider TEXT NOT NULL, programme TEXT NOT NULL,
        original_id INTEGER REFERENCES receipts (id),
        call TEXT NOT NULL, idempotency TEXT NOT NULL, points INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('due', 'attempt', 'unknown', 'parked', 'held', 'delivered', 'refused', 'cancelled')),
        v INTEGER NOT NULL, body TEXT NOT NULL, customer_key TEXT NOT NULL,
        captured_at TEXT NOT NULL, business_day TEXT NOT NULL, deadline TEXT NOT NULL,
        sign_up_until TEXT NOT NULL DEFAULT '',
        hold_ms INTEGER NOT NULL DEFAULT 0, timer_boot TEXT NOT NULL DEFAULT '', timer_ms INTEGER NOT NULL DEFAULT 0,
        next_at TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0, faults INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0,
        reason TEXT NOT NULL DEFAULT '', remote_id TEXT NOT NULL DEFAULT '', finished_at TEXT,
        task_id INTEGER REFERENCES tasks (id),
        warned INTEGER NOT NULL DEFAULT 0, missed INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    f"CREATE INDEX outbox_customer ON outbox (provider, customer_key, id) WHERE state IN {OPEN}",
    f"CREATE INDEX outbox_open ON outbox (provider, id) WHERE state IN {OPEN}",
    "CREATE INDEX outbox_hold ON outbox (provider) WHERE hold_ms > 0",
    f"CREATE INDEX outbox_deadline ON outbox (deadline) WHERE state IN {OPEN}",
    "CREATE INDEX outbox_receipt ON outbox (receipt_id)",
    "CREATE INDEX outbox_original ON outbox (original_id) WHERE original_id IS NOT NULL",
    "CREATE INDEX outbox_day ON outbox (business_day)",
    "CREATE INDEX outbox_task ON outbox (task_id) WHERE task_id IS NOT NULL",
    "CREATE INDEX outbox_finished ON outbox (state, finished_at)",
    """CREATE TABLE attempts (
        outbox_id INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE, n INTEGER NOT NULL,
        key TEXT NOT NULL, started_at TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL,
        ended_at TEXT, outcome TEXT NOT NULL DEFAULT '', detail TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (outbox_id, n)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE already_sent (
        key TEXT PRIMARY KEY, remote_id TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE clouds (
        name TEXT PRIMARY KEY, state TEXT NOT NULL, why TEXT NOT NULL, since TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT""",
    """CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TABLE events (
        id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT""",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


@MIGRATIONS()
def first_tables(db: Database) -> None:
    for statement in FIRST:
        db.execute(statement)

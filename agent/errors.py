"""errors: the one tree of everything tillpost raises on purpose; each says what happened and who can mend it how.

TillpostError            message + hint (what the person who must act should do)
├─ SettingsError         the settings file or environment is wrong      → technician edits it, nothing starts
├─ FormatError           a receipt format file is wrong                 → technician edits it, generic is used
├─ PortUnavailable       a tap's port or printer cannot be had now      → retried by itself, technician if it lasts
├─ StorageFull           no room on the disk                            → waits in RAM, recovers by itself
├─ JournalBusy           another tap writes this journal                → does not start until that one is gone
├─ LedgerUnsafe          the database refuses the promises we need      → does not start, technician
├─ LedgerBusy            another process holds the ledger               → ask that process instead
├─ LedgerDamaged         the database is damaged                        → set aside and rebuilt from the journal
├─ ProviderMisconfigured a cloud's settings cannot work                 → that provider stops, queue is kept
└─ NotAllowed            this person may not do that                    → somebody whose part it is does it
"""


class TillpostError(Exception):
    """Base of the tree; `hint` is one sentence telling the person who must act what to do."""

    default_hint = "Run 'tillpost doctor' on the box; it checks each part and says what to do."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint or self.default_hint


class SettingsError(TillpostError):
    default_hint = "Correct the settings file; 'tillpost settings' lists every name with its default."


class FormatError(TillpostError):
    default_hint = "Correct the format file at the line named, or remove it to fall back to 'generic'."


class PortUnavailable(TillpostError):
    default_hint = "Check the cable and the address; the tap keeps trying by itself."


class StorageFull(TillpostError):
    default_hint = "Free space on the data partition; the box goes on by itself once there is room."


class JournalBusy(TillpostError):
    default_hint = "Another tap writes this journal; stop that one, or wait until it has ended."


class LedgerUnsafe(TillpostError):
    default_hint = "The data folder must be on a local disk (not a network share) that SQLite can lock and sync."


class LedgerBusy(TillpostError):
    default_hint = "The agent is running: ask it (the command does so by itself), or stop it first."


class LedgerDamaged(TillpostError):
    default_hint = "The damaged file is kept in 'quarantine/'; the ledger is rebuilt from the journal."


class ProviderMisconfigured(TillpostError):
    default_hint = "Correct this provider's settings; its queue is kept and goes out afterwards."


class NotAllowed(TillpostError):
    default_hint = "Ask somebody whose part it is: a manager's PIN lets it pass."

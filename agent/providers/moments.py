"""moments: takes a moment as clouds write it, gives it aware; knows no cloud."""

from datetime import UTC, datetime
from typing import Any


def moment_of(value: Any) -> datetime | None:
    """Epoch seconds or ISO 8601 (without a zone: UTC, the most common reading); None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

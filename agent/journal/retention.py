"""retention: tells which segments may go, and deletes them; never the newest, never one with unread or open bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.journal.record import Position, Stamp
from agent.journal.segment import SegmentFile, SegmentName, segments

KEEP_DAYS = 7


@dataclass(frozen=True, slots=True)
class Usage:
    """What the journal takes on the disk."""

    bytes: int
    segments: int
    over_cap: bool
    """Alarm value: more than the cap although nothing more may go; unread bytes are never deleted for it."""


def expendable(
    folder: Path, final_before: Position, *, now: datetime, trusted: bool, keep_days: float = KEEP_DAYS
) -> list[Path]:
    """Closed segments, oldest first, whose every byte lies before `final_before` and is older than `keep_days`.

    A segment is as old as the creation of the next one. With an untrusted clock nothing is: a box that believes it is
    2036 would delete all. A creation noted by an untrusted clock is taken to be that of the next trusted one.
    """
    if not trusted:
        return []
    existing = segments(folder)
    line = now - timedelta(days=keep_days)
    created = [_created(name) for name in existing]
    found = []
    for index, name in enumerate(existing[:-1]):
        closed = next((stamp for stamp in created[index + 1 :] if stamp and stamp.trusted), None)
        before = name.journal == final_before.journal and name.segment < final_before.segment
        if not before or closed is None or closed.wall_us >= line.timestamp() * 1_000_000:
            break
        found.append(name.path)
    return found


def delete(paths: Sequence[Path]) -> int:
    """Removes them; gives the bytes that became free."""
    freed = 0
    for path in paths:
        freed += path.stat().st_size
        path.unlink()
    return freed


def usage(folder: Path, cap_bytes: int) -> Usage:
    sizes = [name.path.stat().st_size for name in segments(folder)]
    return Usage(sum(sizes), len(sizes), sum(sizes) > cap_bytes)


def _created(name: SegmentName) -> Stamp | None:
    with SegmentFile(name) as file:
        header = file.header()
    return header.created if header else None

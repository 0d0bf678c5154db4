"""quarantine: takes a damaged ledger's files, puts them under the moment and boot that found them; deletes nothing."""

import os
from pathlib import Path

from agent.clock import Clock

SUFFIXES = ("", "-wal", "-shm", "-journal")


def set_aside(path: Path, clock: Clock) -> Path:
    """Renames `path` and its companions into quarantine/<utc>-<boot>[-n]/ and gives that folder."""
    stem = f"{clock.wall():%Y%m%dT%H%M%SZ}-{clock.boot}"
    folder = _fresh_folder(path.parent / "quarantine", stem)
    for suffix in SUFFIXES:
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(folder / file.name)
    _sync_folder(folder)
    _sync_folder(path.parent)
    return folder


def _fresh_folder(parent: Path, stem: str) -> Path:
    """The clock may stand still or go back: a name already taken gets a number."""
    for number in range(1_000_000):
        folder = parent / (f"{stem}-{number}" if number else stem)
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(parent / stem)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

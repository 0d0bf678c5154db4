"""entries: what the journal's tests write and how they look at it again."""

import json
import shutil
from pathlib import Path

from agent.journal.reader import JournalReader
from agent.journal.record import Direction, Position, Record, RecordKind
from agent.journal.writer import JournalWriter
from tests.hand_clock import HandClock

TO, FROM = Direction.TO_PRINTER, Direction.FROM_PRINTER
SMALL = 8192
"""Bytes of a segment in these tests, so that there are many."""


def writer(folder: Path, boot: str = "b0070001", segment_bytes: int = SMALL) -> JournalWriter:
    return JournalWriter(folder, HandClock(boot=boot), segment_bytes=segment_bytes)


def write(journal: JournalWriter, payload: bytes, offset: int = 0, session: int = 1, lane: str = "front") -> Position:
    return journal.append(RecordKind.BYTES, lane, session, TO, offset, payload)


def fill(journal: JournalWriter, count: int, session: int = 1, size: int = 300) -> list[tuple[Position, bytes]]:
    """`count` records of one session, each with its own bytes."""
    wrote = []
    for number in range(count):
        payload = f"{session}/{number}:".encode().ljust(size, b"%x" % (number % 16))
        wrote.append((write(journal, payload, number * size, session), payload))
    return wrote


def read_all(folder: Path, after: Position | None = None, limit: int = 7) -> list[tuple[Position, Record]]:
    """In small pages, by one reader that goes on."""
    reader, found = JournalReader(folder), list[tuple[Position, Record]]()
    while page := reader.read(after, limit):
        assert len(page) <= limit
        found += page
        after = page[-1][0]
    reader.close()
    return found


def payloads(found: list[tuple[Position, Record]]) -> list[tuple[Position, bytes]]:
    return [(position, record.payload) for position, record in found if record.kind is RecordKind.BYTES]


def gaps(found: list[tuple[Position, Record]]) -> list[Record]:
    return [record for _, record in found if record.kind is RecordKind.GAP]


def cause(record: Record) -> str:
    return str(json.loads(record.payload)["cause"])


def copy(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(folder, folder.parent / name))

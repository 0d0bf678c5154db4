"""log_check: takes a write-ahead log left by a stop, says whether commits in it would be lost without a word.

SQLite reads such a log up to the first frame whose checksum fails and passes over the rest in silence. That is right
for a transaction torn by a power cut, the last one. It is wrong when whole commits stand behind the break: with
synchronous=FULL each of them was on disk before the next began, so the break is damage done since.
Layout: SQLite's 'Database File Format', section 4 (WAL header 32 bytes, frame header 24 bytes).
"""

import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAGIC = 0x377F0682
HEADER = struct.Struct(">8I")
FRAME = struct.Struct(">6I")
LONGEST_CHECK_S = 2.0
"""Checksums are slow in Python: a log of many megabytes is believed beyond this."""


@dataclass(frozen=True, slots=True)
class _Log:
    word_order: str
    page_size: int
    salts: tuple[int, int]
    checksum: tuple[int, int]


def hides_commits(path: Path) -> bool:
    """True when a whole commit and the beginning of another stand behind a broken frame, or a broken header."""
    if not path.exists() or path.stat().st_size <= HEADER.size:
        return False
    data = path.read_bytes()
    log = _read_header(data)
    if log is None:
        return _first_frame_fits_header(data)
    sound = _sound_frames(data, log)
    return sound is not None and _whole_commit_behind(data, log, sound)


def _read_header(data: bytes) -> _Log | None:
    """None when the header is not what SQLite wrote."""
    magic, _, page_size, _, salt1, salt2, *checksum = HEADER.unpack_from(data)
    order = ">" if magic & 1 else "<"
    if magic & ~1 != MAGIC or page_size < 512 or page_size > 65536:
        return None
    if _add((0, 0), data[:24], order) != tuple(checksum):
        return None
    return _Log(order, page_size, (salt1, salt2), (checksum[0], checksum[1]))


def _first_frame_fits_header(data: bytes) -> bool:
    """Frames were written under this very header, so it was whole once."""
    if len(data) < HEADER.size + FRAME.size:
        return False
    return HEADER.unpack_from(data)[4:6] == FRAME.unpack_from(data, HEADER.size)[2:4]


def _frames(data: bytes, log: _Log) -> Iterator[int]:
    size = FRAME.size + log.page_size
    yield from range(HEADER.size, len(data) - size + 1, size)


def _sound_frames(data: bytes, log: _Log) -> int | None:
    """How many frames SQLite will accept; None when that took too long to find out."""
    checksum, count, give_up = log.checksum, 0, time.monotonic() + LONGEST_CHECK_S
    for start in _frames(data, log):
        _, _, *salts, sum1, sum2 = FRAME.unpack_from(data, start)
        body = data[start : start + 8] + data[start + FRAME.size : start + FRAME.size + log.page_size]
        checksum = _add(checksum, body, log.word_order)
        if tuple(salts) != log.salts or checksum != (sum1, sum2):
            return count
        count += 1
        if time.monotonic() > give_up:
            return None
    return count


def _whole_commit_behind(data: bytes, log: _Log, sound: int) -> bool:
    committed = False
    for number, start in enumerate(_frames(data, log)):
        _, pages_after_commit, *salts, _, _ = FRAME.unpack_from(data, start)
        if number < sound or tuple(salts) != log.salts:
            continue
        if committed:
            return True
        committed = pages_after_commit > 0
    return False


def _add(checksum: tuple[int, int], data: bytes, order: str) -> tuple[int, int]:
    one, two = checksum
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for word in words:
        one = (one + word + two) & 0xFFFFFFFF
        two = (two + next(words) + one) & 0xFFFFFFFF
    return one, two

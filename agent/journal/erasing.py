"""erasing: takes what one person is known by, stars it in the journal's records where they stand; moves no byte.

Only records behind `before` are touched: what the agent has not read yet is still an award to be decided. A record is
written over as a whole with its checks computed anew, so every other byte keeps its place, and every key with it. A
power cut in that instant costs this one record, which has been read long before, and a replay names it as damaged.
"""

import os
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.journal.layout import SEGMENT_HEADER_BYTES, Place, encode
from agent.journal.record import Position, Record, RecordKind
from agent.journal.segment import SegmentFile, SegmentName, Whole, segments

APART = rb"(?:[\x1b\x1d][ -~][\x00-\xff]|[^0-9A-Za-z]){0,4}"
"""What may stand between two digits of a phone on paper: brackets, dashes, spaces, or a printer's short command."""
REACH_BYTES = 256
"""How far the end of one record is kept to be read together with the next: longer than anything that is searched."""

Stream = tuple[str, int, int]


def phone_pattern(national: str) -> re.Pattern[bytes]:
    """The national digits of a phone, however they are spaced; not as part of a longer number."""
    digits = APART.join(b"(" + digit.encode() + b")" for digit in national)
    return re.compile(rb"(?<![0-9])" + rb"(?:[0-9]{1,3}[^0-9A-Za-z]{1,2})?" + digits + rb"(?![0-9])")


def text_pattern(text: str) -> re.Pattern[bytes]:
    """An e-mail address or a name, in any case and with any spacing."""
    words = (re.escape(word.encode("cp437", "replace")) for word in text.split())
    return re.compile(rb"\s+".join(words), re.IGNORECASE)


@dataclass
class _Piece:
    """A record that may still be changed. `start`: where it begins in its segment."""

    name: SegmentName
    start: int
    record: Record
    payload: bytearray
    changed: bool = False


@dataclass
class _Stream:
    pieces: deque[_Piece] = field(default_factory=deque)
    size: int = 0


def erase(folder: Path, patterns: Sequence[re.Pattern[bytes]], before: Position) -> int:
    """Stars every letter and digit of what the patterns find in records before that position; how many places.

    Also where one number came in several records. Raises OSError when the disk does not take it; asked again, it goes
    on where it was.
    """
    streams, found = defaultdict[Stream, _Stream](_Stream), 0
    for name in segments(folder):
        if name.journal == before.journal and name.segment <= before.segment:
            found += _erase_in(name, patterns, before, streams)
    for stream in streams.values():
        _write(stream.pieces)
    return found


def _erase_in(
    name: SegmentName, patterns: Sequence[re.Pattern[bytes]], before: Position, streams: defaultdict[Stream, _Stream]
) -> int:
    found = 0
    for whole in _wholes(name, before):
        record = whole.decoded.record
        stream = streams[record.lane, record.session, record.direction]
        stream.pieces.append(_Piece(name, whole.start, record, bytearray(record.payload)))
        stream.size += len(record.payload)
        found += _star(stream.pieces, patterns)
        done = []
        while stream.size - len(stream.pieces[0].payload) > REACH_BYTES:
            piece = stream.pieces.popleft()
            stream.size -= len(piece.payload)
            done.append(piece)
        _write(done)
    return found


def _wholes(name: SegmentName, before: Position) -> Iterable[Whole]:
    at = SEGMENT_HEADER_BYTES
    try:
        with SegmentFile(name) as file:
            while (found := file.step(at, None)) and found.position < before:
                at = found.end
                if isinstance(found, Whole) and found.decoded.whole and found.decoded.record.kind is RecordKind.BYTES:
                    yield found
    except FileNotFoundError:  # retention was faster: it is gone altogether
        return


def _star(pieces: Iterable[_Piece], patterns: Sequence[re.Pattern[bytes]]) -> int:
    pieces = list(pieces)
    text, found = b"".join(bytes(piece.payload) for piece in pieces), 0
    for pattern in patterns:
        for match in pattern.finditer(text):
            found += 1
            for group in range(1, pattern.groups + 1) if pattern.groups else (0,):  # a command between digits stays
                _star_between(pieces, *match.span(group))
    return found


def _star_between(pieces: Sequence[_Piece], start: int, end: int) -> None:
    base = 0
    for piece in pieces:
        for at in range(max(start - base, 0), min(end - base, len(piece.payload))):
            if piece.payload[at : at + 1].isalnum():
                piece.payload[at] = ord("*")
                piece.changed = True
        base += len(piece.payload)


def _write(pieces: Iterable[_Piece]) -> None:
    for piece in pieces:
        if piece.changed:
            record = replace(piece.record, payload=bytes(piece.payload))
            place = Place(piece.name.journal, piece.name.segment, piece.start)
            file = os.open(piece.name.path, os.O_WRONLY | os.O_CLOEXEC)
            try:
                os.pwrite(file, b"".join(encode(record, place)), piece.start)
                os.fsync(file)
            finally:
                os.close(file)
            piece.changed = False

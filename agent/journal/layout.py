"""layout: records and segment headers to bytes and back, each checked by CRC; does no I/O.

A record: mark | size | head crc | payload crc, kind, direction, trusted, lane length, session, offset, boot, monotonic,
wall | payload | lane. All little-endian. The head has a CRC of its own, so that a damaged payload is still known by
lane, session and length, and the reader finds the next record without searching. The payload stands at a fixed
distance from the record's start, so that a position (of the payload's first byte) leads straight back to its record.
Both CRCs begin with the place (journal, segment, offset): bytes that look like a record anywhere else are not one.
"""

import struct
import zlib
from dataclasses import dataclass, replace

from agent.journal.record import Direction, Record, RecordKind, Stamp

MARK = b"\xd5TPj"
"""Begins every record; searched for behind damage. 0xD5 keeps it out of plain text."""
UNWRITTEN = bytes(len(MARK))
_START = struct.Struct("<4sII")
_FIELDS = struct.Struct("<IBBBBIQ8sQq")
_PLACE = struct.Struct("<IIQ")
HEAD_BYTES = _START.size + _FIELDS.size
MAX_PAYLOAD = 128 << 10
"""Longer writes are cut into several records: bounds what a reader holds and what one flipped bit can cost."""
MAX_LANE = 255
_KINDS = frozenset(RecordKind)
MAX_RECORD = HEAD_BYTES + MAX_PAYLOAD + MAX_LANE

SEGMENT_MAGIC = b"tillpost"
SEGMENT_VERSION = 1
_HEADER = struct.Struct("<8sIIIIQ8sQqB")
_HEADER_CRC = struct.Struct("<I")
SEGMENT_HEADER_BYTES = 64
"""Where the first record of a segment begins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record begins: part of what its CRCs are computed over."""

    journal: int
    segment: int
    start: int

    @property
    def seed(self) -> int:
        return zlib.crc32(_PLACE.pack(self.journal, self.segment, self.start))


@dataclass(frozen=True, slots=True)
class Decoded:
    """`whole` False: the head is sound, the payload is damaged (and empty in `record`); `length` is what it was."""

    record: Record
    size: int
    length: int
    whole: bool


def encoded_size(record: Record) -> int:
    return HEAD_BYTES + len(record.payload) + len(record.lane.encode())


def encode(record: Record, place: Place) -> tuple[bytes, bytes, bytes]:
    """Head, payload and lane, to be written one behind the other. ValueError when a field does not fit."""
    lane, boot = record.lane.encode(), record.boot.encode()
    if len(lane) > MAX_LANE or len(boot) > 8 or len(record.payload) > MAX_PAYLOAD:
        raise ValueError(
            f"a record's lane, boot or payload is too long: {len(lane)}, {len(boot)}, {len(record.payload)}"
        )
    size = encoded_size(record)
    seed = place.seed
    fields = _FIELDS.pack(
        zlib.crc32(record.payload, seed),
        record.kind,
        record.direction,
        record.trusted,
        len(lane),
        record.session,
        record.offset,
        boot,
        record.monotonic_ns,
        record.wall_us,
    )
    return _START.pack(MARK, size, _head_crc(size, fields, lane, seed)) + fields, record.payload, lane


def decode(data: bytes, at: int, place: Place) -> Decoded | None:
    """The record that begins at `data[at]`, or None when no sound head is there. Never raises."""
    if len(data) - at < HEAD_BYTES or not data.startswith(MARK, at):
        return None
    _, size, head_crc = _START.unpack_from(data, at)
    if not HEAD_BYTES <= size <= MAX_RECORD or at + size > len(data):
        return None
    fields = data[at + _START.size : at + HEAD_BYTES]
    payload_crc, kind, direction, trusted, lane_length, session, offset, boot, monotonic, wall = _FIELDS.unpack(fields)
    length = size - HEAD_BYTES - lane_length
    lane, seed = data[at + size - lane_length : at + size], place.seed
    if length < 0 or kind not in _KINDS or _head_crc(size, fields, lane, seed) != head_crc:
        return None
    payload = data[at + HEAD_BYTES : at + HEAD_BYTES + length]
    record = Record(
        RecordKind(kind),
        lane.decode(),
        session,
        Direction(direction),
        offset,
        boot.rstrip(b"\0").decode(),
        monotonic,
        wall,
        bool(trusted),
        payload,
    )
    if zlib.crc32(payload, seed) == payload_crc:
        return Decoded(record, size, length, True)
    return Decoded(replace(record, payload=b""), size, length, False)


def _head_crc(size: int, fields: bytes, lane: bytes, seed: int) -> int:
    return zlib.crc32(lane, zlib.crc32(fields, zlib.crc32(size.to_bytes(4, "little"), seed)))


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """Written once, before the segment gets its name."""

    journal: int
    segment: int
    first_session: int
    """No record of an earlier segment has this session number or a higher one."""
    previous_end: int
    """Where the last whole record of the segment before ended; 0: there was none. Tells damage from a torn tail."""
    created: Stamp


def encode_header(header: SegmentHeader) -> bytes:
    stamp = header.created
    body = _HEADER.pack(
        SEGMENT_MAGIC,
        SEGMENT_VERSION,
        header.journal,
        header.segment,
        header.first_session,
        header.previous_end,
        stamp.boot.encode(),
        stamp.monotonic_ns,
        stamp.wall_us,
        stamp.trusted,
    )
    return (body + _HEADER_CRC.pack(zlib.crc32(body))).ljust(SEGMENT_HEADER_BYTES, b"\0")


def decode_header(data: bytes) -> SegmentHeader | None:
    """None when it is damaged or of another version. Never raises."""
    if len(data) < SEGMENT_HEADER_BYTES:
        return None
    body = data[: _HEADER.size]
    magic, version, journal, segment, first_session, previous_end, boot, monotonic, wall, trusted = _HEADER.unpack(body)
    (crc,) = _HEADER_CRC.unpack_from(data, _HEADER.size)
    if magic != SEGMENT_MAGIC or version != SEGMENT_VERSION or zlib.crc32(body) != crc:
        return None
    created = Stamp(boot.rstrip(b"\0").decode(), monotonic, wall, bool(trusted))
    return SegmentHeader(journal, segment, first_session, previous_end, created)

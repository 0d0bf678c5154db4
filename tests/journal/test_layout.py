"""Records and headers come back as they were written, and nothing that is damaged comes back as sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.journal.layout import (
    HEAD_BYTES,
    MAX_PAYLOAD,
    Place,
    SegmentHeader,
    decode,
    decode_header,
    encode,
    encode_header,
)
from agent.journal.record import Direction, Position, Record, RecordKind, Stamp

U32, U64 = st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1)
BOOTS = st.text("0123456789abcdef", min_size=8, max_size=8)
RECORDS = st.builds(
    Record,
    st.sampled_from(RecordKind),
    st.text(max_size=40).filter(lambda lane: len(lane.encode()) <= 255),
    U32,
    st.sampled_from(Direction),
    U64,
    BOOTS,
    U64,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.binary(max_size=500),
)
PLACES = st.builds(Place, U32, U32, U32)


@given(RECORDS, PLACES, st.binary(max_size=20), st.binary(max_size=20))
def test_a_record_comes_back(record: Record, place: Place, before: bytes, behind: bytes) -> None:
    data = before + b"".join(encode(record, place)) + behind
    decoded = decode(data, len(before), place)
    assert decoded is not None
    assert decoded.record == record
    assert decoded.whole
    assert len(before) + decoded.size + len(behind) == len(data)


@given(RECORDS, PLACES, st.data())
def test_one_flipped_bit_never_goes_unnoticed(record: Record, place: Place, data: st.DataObject) -> None:
    sound = b"".join(encode(record, place))
    bit = data.draw(st.integers(0, len(sound) * 8 - 1))
    damaged = bytearray(sound)
    damaged[bit // 8] ^= 1 << bit % 8
    decoded = decode(bytes(damaged), 0, place)
    in_payload = HEAD_BYTES <= bit // 8 < HEAD_BYTES + len(record.payload)
    if decoded is None:
        assert not in_payload
    else:
        assert in_payload
        assert not decoded.whole
        assert (decoded.record.lane, decoded.record.session, decoded.length) == (
            record.lane,
            record.session,
            len(record.payload),
        )


@given(RECORDS, PLACES, PLACES)
def test_a_record_is_one_only_where_it_was_written(record: Record, place: Place, elsewhere: Place) -> None:
    found = decode(b"".join(encode(record, place)), 0, elsewhere)
    assert (found is not None) == (place == elsewhere)


@given(st.binary(max_size=200), PLACES)
def test_noise_is_no_record(noise: bytes, place: Place) -> None:
    assert decode(noise, 0, place) is None


@given(RECORDS, PLACES, st.data())
def test_a_record_cut_short_is_none(record: Record, place: Place, data: st.DataObject) -> None:
    sound = b"".join(encode(record, place))
    assert decode(sound[: data.draw(st.integers(0, len(sound) - 1))], 0, place) is None


def test_what_does_not_fit_is_refused() -> None:
    record = Record(
        RecordKind.BYTES, "front", 1, Direction.TO_PRINTER, 0, "b0070001", 0, 0, True, bytes(MAX_PAYLOAD + 1)
    )
    with pytest.raises(ValueError, match="too long"):
        encode(record, Place(1, 1, 64))


STAMPS = st.builds(Stamp, BOOTS, U64, U64, st.booleans())


@given(st.builds(SegmentHeader, U32, U32, U32, U32, STAMPS))
def test_a_header_comes_back_and_a_damaged_one_does_not(header: SegmentHeader) -> None:
    data = encode_header(header)
    assert decode_header(data) == header
    assert decode_header(data[:9] + bytes((data[9] ^ 1,)) + data[10:]) is None


@given(U32, st.integers(0, 999_999), st.integers(0, 9_999_999))
def test_a_position_comes_back_from_its_text(journal: int, segment: int, offset: int) -> None:
    position = Position(journal, segment, offset)
    assert Position.parse(str(position)) == position

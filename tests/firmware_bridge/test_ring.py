"""The ring against a plain list: chunks in order, each byte once or counted as lost, nothing forgotten too early."""

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.firmware.ring import CHUNK_BYTES, HEAD_BYTES, Ring
from firmware_bridge.firmware.tap import WRAP, elapsed


def taken(ring: Ring) -> list[tuple[int, int, bool, int, int, bytes]]:
    found = []
    while (chunk := ring.take()) is not None:
        found.append(chunk)
    return found


def put(ring: Ring, data: bytes, low: int = 5, errors: int = 0) -> None:
    ring.put(bytearray(data), len(data), 0, low, errors)


def test_chunks_are_numbered_stamped_and_in_order() -> None:
    ring = Ring(4096)
    ring.put(bytearray(b"first"), 5, 1, 7, 0)
    ring.close()
    ring.put(bytearray(b"second"), 6, 1, 9, 4)
    assert ring.unsent == 1
    ring.close()
    assert taken(ring) == [(0, 0, False, 0, WRAP + 7, b"first"), (1, 5, False, 4, WRAP + 9, b"second")]


def test_a_long_stretch_becomes_chunks_of_256() -> None:
    ring = Ring(4096)
    put(ring, bytes(range(256)) * 3)
    assert [chunk[5] for chunk in taken(ring)] == [bytes(range(256))] * 3


def test_a_pico_ring_holds_96_kib_in_full_chunks() -> None:
    ring = Ring(104 << 10)
    put(ring, b"x" * (96 << 10))
    assert ring.lost == 0


def test_what_finds_no_room_is_counted_and_named_once_there_is_some() -> None:
    ring = Ring(600)
    put(ring, b"a" * 1000)
    held = taken(ring)
    kept = sum(len(chunk[5]) for chunk in held)
    assert ring.lost == 1000 - kept
    ring.forget(1, 1)
    put(ring, b"b")
    ring.close()
    lost, after = taken(ring)
    assert lost[1:3] == (kept, True)
    assert int.from_bytes(lost[5], "little") == 1000 - kept
    assert after[1] == 1000
    assert after[5] == b"b"


def test_received_chunks_go_when_room_is_needed_and_only_then() -> None:
    ring = Ring(3 * (CHUNK_BYTES + HEAD_BYTES))
    put(ring, b"a" * 3 * CHUNK_BYTES)
    ring.forget(0, 2)
    assert ring.first == 0
    put(ring, b"b" * CHUNK_BYTES)
    assert (ring.first, ring.lost) == (1, 0)
    put(ring, b"c" * 2 * CHUNK_BYTES)
    assert (ring.first, ring.lost) == (2, CHUNK_BYTES)


def test_another_life_of_the_box_makes_nothing_expendable() -> None:
    ring = Ring(2 * (CHUNK_BYTES + HEAD_BYTES))
    put(ring, b"a" * 2 * CHUNK_BYTES)
    taken(ring)
    ring.forget(0, 2)
    ring.begin_again()
    put(ring, b"b")
    assert (ring.first, ring.lost, ring.unsent) == (0, 1, 2)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(1, 64)),
        st.tuples(st.just("close"), st.just(0)),
        st.tuples(st.just("take"), st.integers(1, 4)),
        st.tuples(st.just("forget"), st.integers(0, 4)),
        st.tuples(st.just("rewind"), st.integers(0, 4)),
        st.tuples(st.just("name"), st.just(0)),
    ),
    max_size=300,
)


@settings(max_examples=200)
@given(st.integers(64, 700), ACTIONS)
def test_whatever_happens_each_byte_is_held_once_or_counted(size: int, actions: list[tuple[str, int]]) -> None:
    ring, said, heard = Ring(size), bytearray(), dict[int, tuple[int, bool, bytes]]()
    for action, count in actions:
        if action == "put":
            data = bytes((len(said) + at) % 251 for at in range(count))
            said += data
            put(ring, data)
        elif action == "close":
            ring.close()
        elif action == "take":
            for _ in range(count):
                if chunk := ring.take():
                    assert heard.setdefault(chunk[0], (chunk[1], chunk[2], chunk[5])) == (chunk[1], chunk[2], chunk[5])
        elif action == "forget":
            ring.forget(min(ring.first + count, max(heard, default=-1) + 1), 0)
        elif action == "rewind":
            ring.rewind(min(ring.first + count, max(heard, default=-1) + 1))
        else:
            ring.name_lost(0, 0)
        assert 0 <= ring.used <= size
    ring.close()
    for chunk in taken(ring):
        heard[chunk[0]] = (chunk[1], chunk[2], chunk[5])
    at = 0
    for number in range(len(heard)):
        offset, lost, payload = heard[number]
        assert offset == at
        at += int.from_bytes(payload, "little") if lost else len(payload)
        assert lost or payload == said[offset:at]
    assert at + ring._unnamed == len(said)


def test_time_wraps() -> None:
    assert elapsed(0, 5, 0, 2) == 3
    assert elapsed(1, 1, 0, WRAP - 1) == 2
    assert elapsed(1, 5, 0, 2) == elapsed(7, 0, 0, 0) == WRAP - 1

"""Frames: no 00 and no 03 inside, the same under both interpreters, found again in any noise."""

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import messages
from firmware_bridge.framing import END, END_BYTE, LONGEST_BODY, LONGEST_FRAME, Unframer, frame, stuff, unframe, unstuff
from tests.firmware_bridge.micropython.interpreter import interpreter

README = Path(messages.__file__).with_name("README.md")
BODIES = st.binary(max_size=LONGEST_BODY) | st.lists(
    st.sampled_from([0, 2, 3, 4, END - 1, END, END + 1, 255]), max_size=LONGEST_BODY
).map(bytes)


@given(BODIES)
def test_what_is_stuffed_has_neither_byte_and_comes_back(data: bytes) -> None:
    stuffed = stuff(data)
    assert not {END, 3} & set(stuffed)
    assert unstuff(stuffed) == data
    assert len(stuffed) <= len(data) + 2 + len(data) // 126


@given(BODIES.filter(bool), st.integers(0, 200))
def test_a_frame_comes_back_however_it_is_cut(body: bytes, cut: int) -> None:
    unframer = Unframer()
    framed = frame(body)
    assert len(framed) <= LONGEST_FRAME + 1
    assert unframer.feed(framed[:cut]) + unframer.feed(framed[cut:] + frame(body)) == [body, body]
    assert unframer.damaged == 0


@given(st.binary(max_size=400))
def test_noise_is_damage_at_most(noise: bytes) -> None:
    unstuff(noise)
    unframe(noise)
    unframer = Unframer()
    unframer.feed(noise + END_BYTE)
    assert unframer.feed(frame(b"after it")) == [b"after it"]


def test_runs_of_every_length_up_to_two_codes() -> None:
    for length in range(260):
        for end in (b"", END_BYTE, b"\3", b"x"):
            data = b"a" * length + end
            assert unstuff(stuff(data)) == data


def test_one_flipped_bit_is_never_a_message() -> None:
    framed = frame(b"a chunk of a receipt: TOTAL 12.00")
    for bit in range(8 * (len(framed) - 1)):
        damaged = bytearray(framed)
        damaged[bit // 8] ^= 1 << bit % 8
        assert Unframer().feed(bytes(damaged)) == []


def test_an_endless_frame_is_not_held() -> None:
    unframer = Unframer()
    for _ in range(1000):
        assert unframer.feed(b"x" * 1000) == []
    assert len(unframer._held) <= LONGEST_FRAME
    assert unframer.feed(END_BYTE + frame(b"found its feet")) == [b"found its feet"]


def test_micropython_frames_alike() -> None:
    chance = random.Random(5)
    with interpreter() as micropython:
        for _ in range(200):
            size = chance.randrange(1, LONGEST_BODY)
            body = bytes(
                chance.choice(b"\xb6\3") if chance.random() < 0.2 else chance.randrange(256) for _ in range(size)
            )
            assert micropython.call("framed", body.hex()) == frame(body).hex()
            assert micropython.call("unframed", frame(body).hex()) == body.hex()


def test_the_readme_shows_real_bytes() -> None:
    readme = README.read_text()
    identify = frame(messages.IDENTIFY.pack(1, 0x01020304))
    assert f"frame {identify.hex(' ').upper()}\n" in readme
    assert f"stuffed {stuff(bytes.fromhex('00030041')).hex(' ').upper()} " in readme

"""Commands by their lengths: every vector consumed exactly, the same for any slicing, and nothing waits for ever."""

import csv
import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.dialects.escpos_lengths import TEXT, CutScanner, RequestScanner, Token, Tokenizer
from agent.dialects.name import DialectName
from tests.dialects.streams import noise, read_in, real_streams, slicings
from tests.shared_data import shared_data

NO_COMMANDS = ("Controls", "DleUnknown", "EscUnknown", "GsUnknown", "VfdEscUnknown", "VfdUsUnknown")
"""Runs of control bytes, prefixes before prefixes: each byte is taken for itself."""
ON_A_DISPLAY = b"\x1b=\x02"
"""Before the commands of customer displays, whose ESC W is none of a printer's."""


def vectors() -> list[tuple[str, bytes]]:
    path = shared_data() / "captures/kunif+EscPosUtils/escpos_command_vectors.tsv"
    with path.open(newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["type"], bytes.fromhex(row["hex"])) for row in rows]


def test_every_vector_is_consumed_exactly() -> None:
    everything = vectors()
    assert len(everything) == 1006
    for kind, command in everything:
        before = ON_A_DISPLAY if kind.startswith("Vfd") else b""
        size = len(before) + len(command)
        tokens = Tokenizer(reading=True).feed(before + command + b"\x1b@TEXT\n")
        behind = next(token for token in tokens if token.key == b"\x1b@" and token.start >= size)
        assert behind.start == size, (kind, command.hex())
        if kind not in NO_COMMANDS:
            commands = [token for token in tokens if len(before) <= token.start < size]
            assert [(token.end, token.why) for token in commands] == [(size, "")], (kind, command.hex())


def test_text_behind_every_vector_is_left_alone() -> None:
    for kind, command in vectors():
        before = ON_A_DISPLAY if kind.startswith("Vfd") else b""
        if kind not in NO_COMMANDS:
            # Three letters behind it: text that must come out whole, whatever the command.
            tokens = Tokenizer(reading=True).feed(before + command + b"ABC\n")
            assert tokens[-2].data == b"ABC", (kind, command.hex())


def without_text(tokens: list[Token]) -> list[Token]:
    return [token for token in tokens if token.key != TEXT]


def text_of(tokens: list[Token]) -> bytes:
    return b"".join(token.data for token in tokens if token.key == TEXT)


@pytest.mark.parametrize("reading", [True, False])
def test_every_stream_gives_the_same_tokens_however_it_is_sliced(reading: bool) -> None:
    for name, data in real_streams():
        whole = read_in([data], lambda: Tokenizer(reading=reading))
        for how, pieces in slicings(data):
            tokens = read_in(pieces, lambda: Tokenizer(reading=reading))
            assert without_text(tokens) == without_text(whole), f"{name} in {how}"
            assert text_of(tokens) == text_of(whole), f"{name} in {how}"


def test_every_byte_of_every_stream_is_in_exactly_one_token() -> None:
    for name, data in real_streams():
        at = 0
        for token in read_in([data], lambda: Tokenizer(reading=True)):
            assert token.start == at, name
            at = token.end
        assert at == len(data), name


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 30), st.lists(st.integers(0, 3000), max_size=20))
def test_noise_gives_the_same_tokens_however_it_is_sliced(seed: int, cuts: list[int]) -> None:
    data = noise(3000, seed)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    whole, tokens = (read_in(parts, lambda: Tokenizer(reading=True)) for parts in ([data], pieces))
    assert without_text(tokens) == without_text(whole)
    assert text_of(tokens) == text_of(whole)


def test_work_grows_with_the_bytes_and_not_faster() -> None:
    small, large = (len(Tokenizer(reading=True).feed(noise(size, 7))) for size in (50_000, 200_000))
    assert large < small * 5
    assert large < 200_000 + 1


@pytest.mark.parametrize(
    "endless",
    [
        b"\x1dk\x04" + b"A" * 5000,
        b"\x1bD" + bytes([200] * 50) + b"A" * 5000,
        b"\x1dC;" + b"1" * 5000,
        b"\x1b*rP" + b"1" * 5000,
        b"\x1bb" + b"1" * 5000,
        b"\x1b" + b"\x10\x04\x01" * 2000,
    ],
)
def test_a_command_that_does_not_end_is_given_up_and_text_goes_on(endless: bytes) -> None:
    data = endless + b"\nTOTAL 12.00\n"
    for _, pieces in slicings(data):
        assert text_of(read_in(pieces, lambda: Tokenizer(reading=True))).endswith(b"TOTAL 12.00")


@pytest.mark.parametrize(
    "huge",
    [
        b"\x1d8L\xff\xff\xff\xff0p0",
        b"\x1dv0\x00\xff\xff\xff\xff",
        b"\x1dv0\x00\x20\x20\x01\x00",
        b"\x1b*\x21\x20\x20",
        b"\x1cq\x01\xff\xff\xff\xff",
        b"\x1dD0C0  01BM\xff\xff\xff\xff",
    ],
)
def test_a_picture_that_claims_gigabytes_does_not_swallow_what_follows(huge: bytes) -> None:
    tokens = Tokenizer(reading=True).feed(huge + b"\nTOTAL 12.00\n")
    assert "claims" in tokens[0].why
    assert text_of(tokens).endswith(b"TOTAL 12.00")


def test_a_large_picture_is_passed_over_without_being_kept() -> None:
    scanner = CutScanner(DialectName.AUTO)
    scanner.feed(b"\x1d8L" + (40 << 20).to_bytes(4, "little"))
    block = bytes(1 << 20)
    tracemalloc.start()
    cuts = [scanner.feed(block) for _ in range(40)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert cuts == [[]] * 40
    assert peak < 1 << 20
    assert scanner.feed(b"\x1dV0") == [3]


def test_image_bytes_that_look_like_commands_are_pixels() -> None:
    pixels = b"\x10\x04\x01\x1b@\x1dV0\x1bi" * 4
    image = b"\x1dv0\x00" + len(pixels).to_bytes(2, "little") + b"\x01\x00" + pixels
    for _, pieces in slicings(image + b"\x1dV0"):
        tokens = without_text(read_in(pieces, Tokenizer))
        assert [token.key for token in tokens] == [b"\x1dv", b"\x1dV"]


class Cuts:
    """A CutScanner told as offsets in the whole stream."""

    def __init__(self, dialect: DialectName = DialectName.AUTO) -> None:
        self._scanner, self._fed = CutScanner(dialect), 0

    def feed(self, data: bytes) -> list[int]:
        before, self._fed = self._fed, self._fed + len(data)
        cuts = self._scanner.feed(data)
        assert all(0 < cut <= len(data) for cut in cuts)
        return [before + cut for cut in cuts]

    def give_up(self) -> list[int]:
        self._scanner.give_up()
        return []


@pytest.mark.parametrize(
    "cut", [b"\x1dV0", b"\x1dV\x00", b"\x1dVA\x10", b"\x1dVB\x00", b"\x1dV\x01", b"\x1bi", b"\x1bm"]
)
def test_a_cut_is_told_with_its_last_byte(cut: bytes) -> None:
    receipt = b"\x1b@\x1ba1\x1bE1SHOP\x1bE0\nTOTAL 12.00\n"
    for _, pieces in slicings(receipt + cut + b"\n"):
        assert read_in(pieces, Cuts) == [len(receipt) + len(cut)]


def test_two_receipts_in_one_segment_have_two_cuts() -> None:
    receipt = b"\x1b@\x1b!\x00TOTAL 12.00\n\x1dVB\x00"
    assert CutScanner(DialectName.AUTO).feed(receipt * 2) == [len(receipt), 2 * len(receipt)]


def test_nothing_is_a_cut_before_the_stream_has_shown_its_language() -> None:
    assert CutScanner(DialectName.AUTO).feed(b"text\n\x1bi") == []
    assert CutScanner(DialectName.ESCPOS).feed(b"text\n\x1bi") == [7]
    assert CutScanner(DialectName.PLAIN_TEXT).feed(b"\x1b!\x00\x1ba1text\n\x1dV0") == []


def test_a_star_stream_is_never_held() -> None:
    star = b"\x1b@\x1b\x1da\x01\x1bi\x01\x01SHOP\x1bi\x00\x00\n\x1b\x1dt\x01TOTAL\n\x1bd\x03"
    assert CutScanner(DialectName.AUTO).feed(star * 3) == []


def test_after_silence_a_half_read_command_eats_nothing() -> None:
    scanner = CutScanner(DialectName.ESCPOS)
    scanner.feed(b"text\x1bp")
    scanner.give_up()
    assert scanner.feed(b"\x00\x1bi") == [3]
    scanner.feed(b"\x1dv0\x00\x40\x00\x40\x00half a picture")
    scanner.give_up()
    assert scanner.feed(b"\x1bi") == [2]


def keys(data: bytes) -> list[bytes]:
    return [token.head for token in Tokenizer().feed(data)]


def test_a_drawer_kick_without_its_times_leaves_the_next_command_alone() -> None:
    assert keys(b"\x1bp\x00\x1b@") == [b"\x1bp\x00", b"\x1b@"]
    assert keys(b"\x1bp\x1b@") == [b"\x1bp", b"\x1b@"]
    assert keys(b"\x1bp0\x10\x04\x01") == [b"\x1bp0", b"\x10\x04\x01"]
    assert keys(b"\x1bp\x00\x10\x10\x1b@") == [b"\x1bp\x00\x10\x10", b"\x1b@"]


def test_a_status_request_may_stand_inside_a_command_but_not_inside_its_data() -> None:
    for _, pieces in slicings(b"A\x1b\x10\x04\x02a1B\x1d!\x10\x04\x01\x11C\x1d\x10\x05\x01V0\n"):
        tokens = without_text(read_in(pieces, Tokenizer))
        assert [(token.key, token.head) for token in tokens] == [
            (b"\x10\x04", b"\x10\x04\x02"),
            (b"\x1ba", b"\x1ba1"),
            (b"\x10\x04", b"\x10\x04\x01"),
            (b"\x1d!", b"\x1d!\x11"),
            (b"\x10\x05", b"\x10\x05\x01"),
            (b"\x1dV", b"\x1dV0"),
        ]


def test_clones_that_print_bold_without_a_parameter() -> None:
    text = read_in([b"\x1bEHAPPY\x1bF\r\n\x1bE10 off\x1bF\r\n"], lambda: Tokenizer(reading=True))
    assert text_of(text) == b"HAPPY10 off"
    switched = b"\x1d\xf950\x1bEONE\x1bF\x1d\xf951\x1bE1TWO\x1bE0"
    assert text_of(Tokenizer(reading=True).feed(switched)) == b"ONETWO"


def test_a_kanji_glyph_is_as_long_as_the_font_that_was_chosen() -> None:
    for font, size in ((0, 72), (1, 60), (2, 32), (0x32, 32)):
        data = b"\x1c(A\x02\x000" + bytes([font]) + b"\x1c2\xec\x40" + b"\x1b" * size + b"AB\n"
        assert text_of(read_in([data], lambda: Tokenizer(reading=True))) == b"AB"


def test_an_unknown_command_keeps_what_could_be_text() -> None:
    assert text_of(Tokenizer(reading=True).feed(b"\x1b\x7f\x05TOTAL\n")) == b"TOTAL"
    assert text_of(Tokenizer(reading=True).feed(b"\x1d\x90TOTAL\n")) == b"TOTAL"
    assert text_of(Tokenizer(reading=True).feed(b"\x1b\x1b@TOTAL\n")) == b"TOTAL"


def test_requests_are_told_with_all_their_bytes() -> None:
    asked = [
        b"\x10\x04\x01",
        b"\x10\x04\x07\x01",
        b"\x1dr1",
        b"\x1da\xff",
        b"\x1dI\x43",
        b"\x1d(H\x06\x0000abcd",
        b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
        b"\x10\x14\x02\x01\x08",
        b"\x1dj\x01",
        b"\x1bv",
    ]
    for _, pieces in slicings(b"SHOP\n".join(asked) + b"\n"):
        assert read_in(pieces, Requests) == asked


class Requests:
    def __init__(self) -> None:
        self._scanner = RequestScanner()

    def feed(self, data: bytes) -> list[bytes]:
        return self._scanner.feed(data)

    def give_up(self) -> list[bytes]:
        self._scanner.give_up()
        return []


def test_a_request_inside_a_picture_is_not_answered() -> None:
    assert RequestScanner().feed(b"\x1dv0\x00\x03\x00\x01\x00\x10\x04\x01") == []

"""No card number passes, however it is printed and sliced; what is no card number stays as it is."""

import base64
import random
import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.masking import WITHHELD_BYTES, CardMask
from agent.masking.card_numbers import ISSUERS, Issuer, check_digit_holds
from tests.shared_data import shared_data

PUBLISHED = (  # test numbers that the card schemes publish
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "30569309025904",
    "36227206271667",
    "6011111111111117",
    "3530111333300000",
    "6200000000000005",
    "6759649826438453",
    "6304000000000000",
)
STYLE = (
    b"\x1bE\x01",
    b"\x1bE1",
    b"\x1bE\x00",
    b"\x1b!\x30",
    b"\x1bM\x01",
    b"\x1d!\x11",
    b"\x1dB\x01",
    b"\x1ba\x02",
    b"\x1b-1",
    b"\x1bG\x01",
    b"\x1bt\x10",
    b"\x1b$\x35\x01",
    b"\x1c.",
    b"\x10\x04\x01",
    b"\x00",
)
LINE_END = (b"\n", b"\r\n", b"\r")
GROUPING = (b" ", b"-", b" \x1bE\x01", b"\x1bE\x00 ")


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in "0123456789" if check_digit_holds((digits + last).encode()))


@st.composite
def numbers(draw: st.DrawFn, issuers: tuple[Issuer, ...] = ISSUERS) -> str:
    issuer = draw(st.sampled_from(issuers))
    first, last = draw(st.sampled_from(issuer.prefixes))
    prefix = str(draw(st.integers(first, last)))
    length = draw(st.sampled_from(issuer.lengths))
    middle = draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return with_check_digit(prefix + middle)


@st.composite
def printed(draw: st.DrawFn) -> tuple[str, bytes]:
    """A number and its bytes: grouped or not, with style changes and line ends anywhere."""
    number = draw(numbers())
    size = draw(st.sampled_from((4, 4, 5, 6, 19)))
    between = draw(st.sampled_from((b" ", b"-")))
    parts = [number[at : at + size].encode() for at in range(0, len(number), size)]
    data = bytearray(between.join(parts))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(1, len(data) - 1))
        if bytes(data[at - 1 : at + 1]).isdigit():
            data[at:at] = draw(st.sampled_from(STYLE + LINE_END))
    return number, bytes(data)


def masked(data: bytes, cuts: list[int] | None = None, mask: CardMask | None = None) -> bytes:
    mask = mask or CardMask()
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts or ()), len(data)]
    slices = [mask.feed(data[first:last]) for first, last in pairwise(edges)]
    return b"".join(slices) + mask.flush()


def digits_left(data: bytes) -> str:
    """Digits as a printer would print them: style commands taken out."""
    for command in sorted(STYLE, key=len, reverse=True):
        data = data.replace(command, b"")
    return re.sub(rb"[^0-9*]", b"", data).decode()


@pytest.mark.parametrize("number", PUBLISHED)
def test_published_numbers_keep_only_their_last_four_digits(number: str) -> None:
    mask = CardMask()
    assert masked(b"CARD " + number.encode() + b" EXP", mask=mask) == (
        b"CARD " + b"*" * (len(number) - 4) + number[-4:].encode() + b" EXP"
    )
    assert mask.masked == 1


@settings(max_examples=400, deadline=None)
@given(
    printed(),
    st.sampled_from((b"", b"VISA ", b"CARD: ", b"\x1bE\x01", b"TOTAL 12.50\n", b"REF 123 ", b";", b"\x1b@")),
    st.sampled_from((b"", b" EXP 12/27\n", b"\n\n\x1dV\x00", b"=2712101\n", b"\x1bd\x03\x1bi", b" APPROVED", b",")),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_no_number_passes_however_printed_and_sliced(
    case: tuple[str, bytes], before: bytes, behind: bytes, cuts: list[int]
) -> None:
    number, data = case
    out = masked(before + data + behind, cuts)
    assert len(out) == len(before + data + behind)
    assert number not in digits_left(out)
    assert number[: len(number) - 4] not in digits_left(out)
    assert out.endswith(behind) or behind.startswith(b"=")


@settings(max_examples=200, deadline=None)
@given(printed(), st.binary(max_size=40), st.binary(max_size=40))
def test_every_way_of_slicing_gives_the_same(case: tuple[str, bytes], before: bytes, behind: bytes) -> None:
    data = before + case[1] + behind
    whole = masked(data)
    for size in (1, 2, 3, 7, 16):
        assert masked(data, list(range(size, len(data), size))) == whole


@settings(max_examples=200, deadline=None)
@given(
    numbers(),
    st.text("abcdefgh KLMNOP", max_size=40),
    st.booleans(),
    st.sampled_from(("hex", "HEX", "base64")),
    st.lists(st.integers(0, 200), max_size=8),
)
def test_envelopes_are_opened(number: str, words: str, grouped: bool, kind: str, cuts: list[int]) -> None:
    shown = " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if grouped else number
    inside = f"{words} {shown} {words[::-1]}".encode()
    text = {"hex": inside.hex(), "HEX": inside.hex().upper(), "base64": base64.b64encode(inside).decode()}[kind]
    out = masked(b"<command>" + text.encode() + b"</command>", cuts)
    assert len(out) == len(text) + 19
    body = out.removeprefix(b"<command>").removesuffix(b"</command>").decode()
    opened = base64.b64decode(body, validate=True) if kind == "base64" else bytes.fromhex(body)
    assert number[1:] not in re.sub(rb"[^0-9]", b"", opened).decode()
    assert opened[-len(words) - 4 :] == inside[-len(words) - 4 :]


def test_envelopes_wrapped_into_lines_are_opened() -> None:
    text = base64.encodebytes(b"x" * 50 + b" 4111 1111 1111 1111 " + b"y" * 50)
    for cuts in ([], list(range(1, len(text)))):
        out = masked(text, cuts)
        assert b"4111" not in base64.decodebytes(out)
        assert out.count(b"\n") == text.count(b"\n")


@pytest.mark.parametrize(
    "track",
    [b";4111111111111111=27121010000012345678?", b"%B4111111111111111^NOBODY/A^27121010000012345678?"],
)
def test_what_a_magnetic_stripe_has_behind_the_number_goes_too(track: bytes) -> None:
    for cuts in ([], list(range(len(track)))):
        out = masked(track, cuts)
        assert re.findall(rb"[0-9]+", out) == [b"1111"]


@pytest.mark.parametrize(
    "line",
    [
        b"SUBTOTAL               1234.56\n",
        b"TOTAL  $4,111.11   11/22/2026 14:05:33\n",
        b"4006381333931 DOG LEASH 2M    9.50\n",
        b"4006381333931\n2 x 9.50\n",
        b"Tel. 415-555-0123\n2026-11-22 14:05\n",
        b"Phone: 4155550123\n123456 DOG FOOD 12.99\n",
        b"0042-03-001234-1122 2026-11-22\n",
        b"5.34\n3760123456789\n",
        b"VISA ************1111 AUTH 012345\n",
        b"VISA XXXX XXXX XXXX 1111\n",
        b"4111111111111112\n",
        b"411111111111111111111111\n",
    ],
)
def test_what_is_no_card_number_stays(line: bytes) -> None:
    mask = CardMask()
    assert masked(line * 3, mask=mask) == line * 3
    assert mask.masked == 0


def test_a_long_group_of_digits_with_a_number_inside_is_none() -> None:
    assert masked(b"99" + b"4111111111111111" + b"99999") == b"99" + b"4111111111111111" + b"99999"


def test_a_picture_in_hex_stays_readable() -> None:
    picture = b"<image>" + random.Random(4).randbytes(1_000_000).hex().encode() + b"</image>"
    mask = CardMask()
    out = b"".join(mask.feed(picture[at : at + 5000]) for at in range(0, len(picture), 5000)) + mask.flush()
    assert out == picture


def test_a_number_glued_to_a_word_is_one() -> None:
    for word in (b"CARD", b"Ref", b"pay/", b"defaced"):
        assert masked(word + b"4111111111111111") == word + b"************1111"


def test_the_stores_own_cards_stay() -> None:
    number = with_check_digit("600649123456789").encode()
    own = with_check_digit("601100123456789").encode()
    assert masked(own) != own
    assert masked(b"MEMBER " + own + b"\n" + number, mask=CardMask(("601100",))) == b"MEMBER " + own + b"\n" + number


def test_quiet_lets_go_of_what_is_withheld_and_masks_what_is_a_number_already() -> None:
    mask = CardMask()
    assert mask.feed(b"CARD 4111 1111 1111 1111") == b"CARD "
    assert mask.withheld == 19
    assert mask.flush() == b"**** **** **** 1111"
    assert (mask.flush(), mask.withheld) == (b"", 0)


def test_a_number_interrupted_by_quiet_loses_what_had_not_been_given_yet() -> None:
    mask = CardMask()
    given = mask.feed(b"CARD 411111") + mask.flush()
    assert given == b"CARD 411111"
    assert mask.feed(b"1111111111 \x1bE\x01YES") == b"******1111 \x1bE\x01YES"


def test_a_cut_is_never_withheld() -> None:
    mask = CardMask()
    assert mask.feed(b"NO 123456\n\n\x1dV\x00") == b"NO 123456\n\n\x1dV\x00"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=300) | st.text("0123456789 \n-", max_size=300).map(str.encode), max_size=10))
def test_never_more_than_its_bound_is_withheld_and_no_byte_is_lost(slices: list[bytes]) -> None:
    mask, out = CardMask(), bytearray()
    for data in slices:
        out += mask.feed(data)
        assert mask.withheld <= WITHHELD_BYTES
    out += mask.flush()
    assert len(out) == sum(map(len, slices))
    changed = [new for old, new in zip(b"".join(slices), out, strict=True) if old != new]
    assert set(changed) <= {ord("*")} or mask.masked


def receipt_lines(rnd: random.Random) -> list[bytes]:
    """Lines as tills print them, without card numbers: amounts, barcodes, numbers, dates, phones, quantities."""
    amount = f"{rnd.randrange(1, 100000) / 100:.2f}"
    ean = "".join(rnd.choice("0123456789") for _ in range(12))
    ean += str(-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(ean)) % 10)
    when = f"{rnd.randrange(1, 13):02}/{rnd.randrange(1, 29):02}/20{rnd.randrange(20, 30)}"
    clock = f"{rnd.randrange(24):02}:{rnd.randrange(60):02}:{rnd.randrange(60):02}"
    phone = f"({rnd.randrange(200, 999)}) 555-01{rnd.randrange(100):02}"
    lines = (
        f"{rnd.choice(('DOG FOOD', 'CAT LITTER', 'LEASH', 'USED LP'))}        {amount}",
        f"  {rnd.randrange(1, 30)} x {amount}",
        f"{ean} ITEM    {amount}",
        f"{ean}",
        f"SUBTOTAL   {amount}",
        f"TAX {rnd.randrange(1000) / 100}%  {amount}",
        f"TOTAL      ${amount}",
        f"{when} {clock}  TRN {rnd.randrange(10**8):08}",
        f"STR {rnd.randrange(10**4):04} REG {rnd.randrange(100):02} TRN {rnd.randrange(10**6):06} {rnd.randrange(99)}",
        f"{rnd.randrange(10**4):04} {rnd.randrange(100):02} {rnd.randrange(10**6):06}",
        phone,
        phone.replace("(", "").replace(") ", "-"),
        f"20{rnd.randrange(20, 30)}-{rnd.randrange(1, 13):02}-{rnd.randrange(1, 29):02} {clock[:5]}",
        f"Receipt #{rnd.randrange(10**7)}",
        f"Member {rnd.randrange(10**9):010}",
        f"VISA ************{rnd.randrange(10**4):04}  {amount}",
        f"AUTH {rnd.randrange(10**6):06}  REF {rnd.randrange(10**12):012}",
        f"TOTAL      {rnd.randrange(100, 100000)}",
    )
    return [line.encode() for line in rnd.sample(lines, 12)]


def test_of_a_hundred_thousand_lines_without_cards_almost_none_changes_and_no_total() -> None:
    rnd = random.Random(20261122)
    mask, receipts = CardMask(), [b"\n".join(receipt_lines(rnd)) + b"\n\n\x1dV\x00\n" for _ in range(8400)]
    lines = b"".join(receipts).split(b"\n")
    came_out = (b"".join(map(mask.feed, receipts)) + mask.flush()).split(b"\n")
    changed = [(old, new) for old, new in zip(lines, came_out, strict=True) if old != new]
    assert len(lines) > 100_000
    assert not [line for line, _ in changed if b"TOTAL" in line]
    assert not [line for line, new in changed if line[-4:] != new[-4:] and b"." in line]
    assert len(changed) <= 12, changed


def test_the_captures_beside_the_project_pass_unchanged() -> None:
    """They hold no unmasked card: whatever changes there is a picture or a code spoilt."""
    changed = []
    for file in sorted(shared_data().rglob("*.bin")):
        data = file.read_bytes()
        if masked(data) != data:
            changed.append(file.name)
    assert changed == []


@pytest.mark.parametrize("kind", ["text", "picture", "dither"])
def test_it_is_fast_where_there_is_nothing_to_find(kind: str) -> None:
    """As a ratio to copying the same bytes through zlib's checksum in this process, so that the machine cancels out."""
    size = 4 << 20
    data = {
        "text": b"Two flat whites with oat milk please\nand a cinnamon bun for the table by the door\n" * (size // 82),
        "picture": random.Random(7).randbytes(size),
        "dither": b"\x55\xaa" * (size // 2),
    }[kind]
    started = time.process_time()
    for at in range(0, size, 65536):
        re.findall(rb"[\x80-\xff]x", data[at : at + 65536])
    yardstick = time.process_time() - started
    mask, started = CardMask(), time.process_time()
    for at in range(0, size, 65536):
        mask.feed(data[at : at + 65536])
    assert time.process_time() - started < 40 * yardstick + 0.05

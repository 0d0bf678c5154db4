"""Messages: packed and unpacked alike, unknown ones passed over, and as the README's table says."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import messages
from firmware_bridge.framing import LONGEST_BODY
from firmware_bridge.messages import MESSAGES, Message

README = Path(messages.__file__).with_name("README.md")


@pytest.mark.parametrize("message", MESSAGES.values(), ids=lambda message: message.name)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    values = [b"12345678" if name == "serial" else 1 + at for at, name in enumerate(message.fields)]
    rest = b"the rest" if message.rest else b""
    assert messages.unpack(message.pack(*values, rest=rest)) == (message, tuple(values), rest)
    assert message.size + (256 if message.rest == "payload" else 64) <= LONGEST_BODY


@pytest.mark.parametrize("message", MESSAGES.values(), ids=lambda message: message.name)
def test_what_a_later_version_appends_is_no_hindrance(message: Message) -> None:
    values = [b"12345678" if name == "serial" else 0 for name in message.fields]
    found = messages.unpack(message.pack(*values) + b"more")
    assert found is not None
    assert found[:2] == (message, tuple(values))


@given(st.binary(max_size=300))
def test_any_body_is_a_message_or_none(body: bytes) -> None:
    found = messages.unpack(body)
    assert found is None or found[0].number == body[0]


def test_numbers_are_used_once() -> None:
    assert len({message.name for message in MESSAGES.values()}) == len(MESSAGES) == 13


@pytest.mark.parametrize("message", MESSAGES.values(), ids=lambda message: message.name)
def test_the_readme_says_the_same(message: Message) -> None:
    row = next(line for line in README.read_text().splitlines() if line.startswith(f"| {message.number} |"))
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert cells[1] == message.name
    told = re.findall(r"(\w+) (8s|[BHIQ])\b", cells[3])
    each = cells[3].partition("for each direction")[2]
    again = re.findall(r"(\w+) (8s|[BHIQ])\b", each)
    named = [re.sub("^(to|from)_printer_", "", name) for name in message.fields]
    letters = re.findall("8s|[BIQ]", message.layout[2:])
    assert list(zip(named, letters, strict=True)) == told + again

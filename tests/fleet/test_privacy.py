"""test_privacy: nothing shaped like a telephone number, a card or an e-mail leaves; our own identities do."""

import pytest

from agent.fleet.privacy import WITHHELD, without_personal_data

POSITION = "9f21c0aa-000001-0000123"


@pytest.mark.parametrize(
    "text",
    [
        "415-555-0123",
        "(415) 555-0123",
        "+1 415 555 0123",
        "4155550123",
        "customer 415.555.0123 refused",
        "someone@example.org",
        "4111 1111 1111 1111",
        "5500000000000004",
    ],
)
def test_personal_shapes_are_withheld(text: str) -> None:
    assert without_personal_data(text) == WITHHELD
    assert without_personal_data({"why": [text]}) == {"why": [WITHHELD]}


@pytest.mark.parametrize(
    "value",
    [
        f"TP-7K3M/till-1/{POSITION}/points",
        "12345678-000001-0000123",
        "2026-11-22T17:03:11.204Z",
        "0.0.0.0:9100",
        "v1.8.2 after 3 restarts in 86400 s",
        "",
        4_155_550_123,
        12.5,
        None,
        True,
    ],
)
def test_what_is_ours_stays(value: object) -> None:
    assert without_personal_data(value) == value


def test_a_number_beside_a_position_is_still_seen() -> None:
    assert without_personal_data(f"{POSITION} 415-555-0123") == WITHHELD

"""Whom a receipt belongs to: comparable identifiers, nobody for placeholders, nothing from masked digits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agent.customer import (
    NOBODY,
    Identifiers,
    card_number,
    email_address,
    identify,
    is_payment_card,
    phone_number,
    without_payment_cards,
)
from agent.receipt import Kind, Receipt, State
from agent.settings import Store

NAMES = Store().nobody


def identified(**printed: Any) -> Identifiers:
    return identify(Receipt(kind=Kind.SALE, state=State.ACCEPTED, **printed), "US", NAMES)


class TestPhones:
    @pytest.mark.parametrize(
        ("printed", "country", "expected"),
        [
            ("4155550188", "US", "+14155550188"),
            ("(415) 555-0188", "US", "+14155550188"),
            ("1-415-555-0188", "US", "+14155550188"),
            ("415.555.0188", "CA", "+14155550188"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("+44 20 7946 0958", "US", "+442079460958"),
            ("415-415-4151", "US", "+14154154151"),
            ("030 23125 123", "DE", "+493023125123"),
        ],
    )
    def test_become_e164(self, printed: str, country: str, expected: str) -> None:
        assert phone_number(printed, country) == expected

    @pytest.mark.parametrize(
        "printed",
        [
            "***-***-0188",
            "XXX-XXX-0188",
            "(xxx) xxx-0188",
            "......0188",
            "415-555-••••",
            "555-0188",
            "0188",
            "0000000000",
            "5555555555",
            "212-212-1121",
            "not a number",
            "1-800-FLOWERS",
            "",
            "41555501884155550188",
        ],
    )
    def test_that_are_none(self, printed: str) -> None:
        assert phone_number(printed, "US") == ""

    @given(some.text(max_size=40))
    def test_never_raise(self, printed: str) -> None:
        found = phone_number(printed, "US")
        assert not found or (found.startswith("+") and found[1:].isdigit())


class TestEmails:
    def test_are_lower_case(self) -> None:
        assert email_address(" Xavier.Guest@Example.COM ") == "xavier.guest@example.com"

    @pytest.mark.parametrize("printed", ["x***@example.com", "guest@", "@example.com", "guest at example.com", ""])
    def test_that_are_none(self, printed: str) -> None:
        assert email_address(printed) == ""


class TestCards:
    @pytest.mark.parametrize(
        ("printed", "expected"), [("2000 1234 5678 9", "2000123456789"), ("ax-00417", "AX00417"), ("1234", "1234")]
    )
    def test_are_comparable(self, printed: str, expected: str) -> None:
        assert card_number(printed) == expected

    @pytest.mark.parametrize("printed", ["****1234", "XXXX1234", "4111 1111 1111 1111", "123", "no card!", ""])
    def test_that_are_none(self, printed: str) -> None:
        assert card_number(printed) == ""

    @pytest.mark.parametrize(
        ("digits", "payment"),
        [
            ("4111111111111111", True),
            ("378282246310005", True),
            ("5555555555554444", True),
            ("2223003122003222", True),
            ("4111111111111112", False),
            ("9111111111111111", False),
            ("411111111111", False),
            ("４１１１１１１１１１１１１１１１", False),
            ("visa", False),
        ],
    )
    def test_of_payment(self, digits: str, *, payment: bool) -> None:
        assert is_payment_card(digits) is payment

    def test_of_payment_are_starred_in_text(self) -> None:
        text = "AUTH 004512 VISA 4111-1111-1111-1111 EXP 12/29"
        assert without_payment_cards(text) == "AUTH 004512 VISA ****-****-****-1111 EXP 12/29"
        assert without_payment_cards("36006666333344, 6011000000000000001") == "**********3344, ***************0001"
        assert without_payment_cards("Order 4111111111111112") == "Order 4111111111111112"


class TestReceipts:
    def test_all_that_is_printed(self) -> None:
        found = identified(phone="415-555-0188", email="Guest@Example.com", card="AX-00417")
        assert found.as_fact() == {"phone": "+14155550188", "email": "guest@example.com", "card": "AX00417"}

    def test_one_identifier_is_somebody(self) -> None:
        assert identified(phone="415-555-0188")
        assert identified(email="guest@example.com")
        assert identified(card="AX-00417")

    def test_the_key_is_the_strongest_that_is_known(self) -> None:
        assert identified(phone="415-555-0188", email="a@example.com").key == "phone:+14155550188"
        assert identified(email="A@example.com", card="AX00417").key == "email:a@example.com"
        assert identified(card="AX00417").key == "card:AX00417"

    def test_nobody(self) -> None:
        assert identified() == NOBODY
        assert not NOBODY
        assert NOBODY.key == ""
        assert NOBODY.as_fact() == {}

    @pytest.mark.parametrize("name", ["No Name", "NO NAME.", "walk in", "Walk-In", "guest"])
    def test_a_placeholder_is_nobody_whatever_it_carries(self, name: str) -> None:
        assert not identified(name=name, phone="415-555-0188")

    def test_a_name_alone_identifies_nobody(self) -> None:
        assert not identified(name="Somebody Else")

    def test_numbers_can_stand_for_nobody_too(self) -> None:
        paper = Receipt(
            kind=Kind.SALE, state=State.ACCEPTED, phone="(415) 555-0100", card="9999", email="no@shop.example"
        )
        assert not identify(paper, "US", ("415-555-0100", "9999", "no@shop.example"))

    def test_masked_digits_identify_nobody(self) -> None:
        assert not identified(phone="***-***-0188", name="Somebody Else")

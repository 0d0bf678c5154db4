"""test_people: the customer only where the paper says so."""

import pytest

from agent.formats.people import Customer, find_customer
from tests.formats.printed import GENERIC, lines_of


def customer(text: str, nobody: tuple[str, ...] = ("No Name", "Walk-in")) -> Customer:
    return find_customer(lines_of(text), GENERIC.customer, nobody)


def test_the_shops_phone_and_mail_are_not_the_customers() -> None:
    assert customer("EXAMPLE SHOP\n(415) 555-0142\nTel: 415-555-0143\nhello@example.com") == Customer()


def test_name_and_phone_on_the_label_line() -> None:
    assert customer("Customer: PAT EXAMPLE  (415) 555-0188") == Customer("PAT EXAMPLE", "4155550188")


def test_a_phone_wrapped_onto_the_next_line() -> None:
    assert customer("Customer: PAT EXAMPLE  (415)\n555-0188\n-----").phone == "4155550188"


def test_phone_and_mail_below_the_label() -> None:
    found = customer("Customer: PAT EXAMPLE\nPhone: 415-555-0188\nE-mail: pat@example.com")
    assert found == Customer("PAT EXAMPLE", "4155550188", "pat@example.com")


def test_a_seller_is_the_customer_of_a_buy() -> None:
    assert customer("Seller: J EXAMPLE   Ph: 415-555-0119") == Customer("J EXAMPLE", "4155550119")


def test_masked_digits_stay_masked() -> None:
    assert customer("Member phone: ***-***-0188").phone == "******0188"


def test_a_member_number_is_a_card() -> None:
    assert customer("Member #: 600123").card == "600123"


def test_a_placeholder_means_nobody() -> None:
    assert customer("Customer: No Name") == Customer(nobody=True)


def test_words_about_customers_name_none() -> None:
    assert customer("CUSTOMER COPY\nCustomer service 415-555-0142\nThank you, dear customer") == Customer()


def test_an_international_number_keeps_its_plus() -> None:
    assert customer("Kunde: Erika Beispiel\nTel: +49 30 5550 188").phone == "+49305550188"


@pytest.mark.parametrize(
    "line",
    [
        "Customer Care: 1-800-555-0100",
        "Customer Hotline 415-555-0142",
        "Customer Services\nTel: 415-555-0142",
        "MEMBER SERVICES 800-555-0100",
        "Rewards line: 800-555-0100",
        "Loyalty questions? Call 415-555-0142",
        "Become a member! Text JOIN to 415-555-0142",
        "Club members save more 415-555-0142",
        "Member since 2019",
        "CUSTOMER NAME :\nCUSTOMER SIGNATURE :",
        "Phone: (415) 555-0142",
    ],
)
def test_numbers_of_the_shop_beside_words_about_customers(line: str) -> None:
    assert customer(line) == Customer()


@pytest.mark.parametrize(
    ("line", "phone"),
    [
        ("Cust Tel: 415-555-0188", "4155550188"),
        ("Member Mobile 415-555-0188", "4155550188"),
        ("Rewards Phone #: (415) 555-0188", "4155550188"),
        ("Loyalty ID: 4155550188", "4155550188"),
        ("고객: 010-5555-0188", "01055550188"),
    ],
)
def test_phones_beside_many_labels(line: str, phone: str) -> None:
    assert customer(line).phone == phone


def test_numbers_in_groups_of_four_are_cards() -> None:
    assert customer("Member: 6001 2345 6789") == Customer(card="600123456789")


def test_a_masked_card_stays_masked() -> None:
    assert customer("Loyalty card ************1234") == Customer(card="************1234")


def test_a_mail_beside_its_label() -> None:
    assert customer("Customer e-mail: pat@example.com").email == "pat@example.com"

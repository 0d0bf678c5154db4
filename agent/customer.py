"""customer: takes what a receipt prints of its customer, gives comparable identifiers; asks no cloud."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from agent.masking.card_numbers import LONGEST, SHORTEST, check_digit_holds, lengths
from agent.receipt import Receipt

MASKED = re.compile(r"[*xX#•●·_?…]|\.{2,}")
"""How tills hide digits; what is masked may only help to choose among people who are checked in."""
MASKED_CARD = re.compile(r"[*#•●·…]|\.{2,}|[xX]{2,}")
"""The same for numbers that may hold a letter of their own."""
EMAIL = re.compile(r"[^\s@<>,;:\"()]+@[^\s@<>,;:\"()]+\.[^\s@<>,;:\"().]{2,}")
FEWEST_DISTINCT_DIGITS = 3
"""A number of one or two different digits (0000000000, 5555555555) is what a cashier types for nobody."""
FEWEST_CARD_CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Who the receipt belongs to, as clouds compare it: E.164 phone, lower-case e-mail, loyalty card; '' unknown."""

    phone: str = ""
    email: str = ""
    card: str = ""

    def __bool__(self) -> bool:
        return bool(self.phone or self.email or self.card)

    @property
    def key(self) -> str:
        """Keeps one person's awards in order; the strongest identifier present, '' when nobody."""
        named = (f"{name}:{value}" for name, value in self.as_fact().items())
        return next(named, "")

    def as_fact(self) -> dict[str, str]:
        """The `customer` of an outbox fact: only what is known."""
        named = {"phone": self.phone, "email": self.email, "card": self.card}
        return {name: value for name, value in named.items() if value}


NOBODY = Identifiers()


def identify(receipt: Receipt, country: str, nobody: Sequence[str]) -> Identifiers:
    """The customer printed on the receipt; `nobody` = names or numbers that stand for no customer at all."""
    placeholders = {_plain(entry) for entry in nobody if _plain(entry)}
    if receipt.name and _plain(receipt.name) in placeholders:
        return NOBODY
    phone = "" if _plain(receipt.phone or "") in placeholders else phone_number(receipt.phone or "", country)
    email = "" if _plain(receipt.email or "") in placeholders else email_address(receipt.email or "")
    card = "" if _plain(receipt.card or "") in placeholders else card_number(receipt.card or "")
    return Identifiers(phone, email, card)


def phone_number(printed: str, country: str) -> str:
    """E.164 as dialled from `country` (two letters); '' for masked, too short, placeholder and impossible numbers."""
    printed = printed.strip()
    if not printed or MASKED.search(printed) or any(letter.isalpha() for letter in printed):
        return ""  # letters would be dialled as digits, and 'XXX' is a mask
    try:
        number = phonenumbers.parse(printed, country)
    except phonenumbers.NumberParseException:
        return ""
    # Possible, not 'valid': the library's list of ranges ages on the box, and a new range is a real customer's.
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or len(set(str(number.national_number))) < FEWEST_DISTINCT_DIGITS:
        return ""
    number.extension = None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email_address(printed: str) -> str:
    """Lower-case; '' when masked or not an address."""
    address = printed.strip().lower()
    return address if EMAIL.fullmatch(address) and "*" not in address and "•" not in address else ""


def card_number(printed: str) -> str:
    """A loyalty card without spaces and dashes, upper-case; '' when masked or when it could be a payment card."""
    card = re.sub(r"[\s-]", "", printed).upper()
    if len(card) < FEWEST_CARD_CHARACTERS or not card.isalnum() or MASKED_CARD.search(printed):
        return ""
    return "" if is_payment_card(card) else card


def is_payment_card(digits: str) -> bool:
    """Is this wholly what masking takes for a payment card's number? Such a one never leaves the box."""
    plain = digits.isascii() and digits.isdigit()
    number = digits.encode() if plain else b""
    return len(number) in lengths(number) and check_digit_holds(number)


def without_payment_cards(text: str) -> str:
    """The text with every possible payment card's digits but the last four starred; spaces and dashes stay."""
    return re.sub(rf"(?<!\d)\d(?:[ -]?\d){{{SHORTEST - 1},{LONGEST - 1}}}(?!\d)", _starred, text)


def _starred(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    if not is_payment_card(digits):
        return found[0]
    hidden = iter("*" * (len(digits) - 4) + digits[-4:])
    return "".join(next(hidden) if character.isdigit() else character for character in found[0])


def _plain(text: str) -> str:
    """'No  Name.' and 'no-name' are the same placeholder."""
    return "".join(character for character in text.casefold() if character.isalnum())

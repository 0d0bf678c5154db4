"""privacy: takes what is about to leave for the fleet, gives it without anything shaped like a person's data.

The last line of defence, not the first: who records an event or raises an alert gives counts and ids only.
"""

import re
from collections.abc import Mapping, Sequence

_digits_re = re.compile(r"\+?\d(?:[ .()/-]{0,2}\d){9,}")
_position_re = re.compile(r"\b[0-9a-f]{8}-\d{6}-\d{7}\b")  # agent.journal.record.Position, part of every award's key
PERSONAL_DIGITS = range(10, 20)
"""Telephone numbers have 10 to 15 digits, payment cards 13 to 19."""
WITHHELD = "(withheld)"


def without_personal_data(value: object) -> object:
    """Texts shaped like a telephone number, a card number or an e-mail are withheld whole; everything else stays."""
    if isinstance(value, str):
        return WITHHELD if _looks_personal(value) else value
    if isinstance(value, Mapping):
        return {key: without_personal_data(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [without_personal_data(inner) for inner in value]
    return value


def _looks_personal(text: str) -> bool:
    rest = _position_re.sub("", text)
    return "@" in rest or any(sum(map(str.isdigit, found)) in PERSONAL_DIGITS for found in _digits_re.findall(rest))

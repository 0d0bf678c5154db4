"""PINs: the right one says whose it is, every other says nobody; weak ones are not made."""

import pytest

from agent.settings import Staff
from agent.till.pins import hashed, salt_of, whose

SALT = "made-for-tests"
STAFF = {
    "ann": Staff(role="cashier", pin=hashed("2580", SALT)),
    "max": Staff(role="manager", pin=hashed("135790", SALT)),
}


@pytest.mark.parametrize(
    ("pin", "name"),
    [("2580", "ann"), ("135790", "max"), ("2581", ""), ("", ""), ("25800", ""), ("2" * 13, ""), ("٢٥٨٠", "")],
)
def test_whose_it_is(pin: str, name: str) -> None:
    assert whose(pin, STAFF) == name


@pytest.mark.parametrize("pin", ["123", "1111", "1234", "4321", "12a4", "1234567890123", "٢٥٨٠", ""])
def test_a_weak_pin_is_not_made(pin: str) -> None:
    with pytest.raises(ValueError, match="PIN"):
        hashed(pin)


def test_hashes_differ_from_box_to_box_and_share_their_salt_within_one() -> None:
    assert hashed("2580") != hashed("2580")
    assert salt_of(STAFF) == SALT
    assert salt_of({}) == ""
    assert "2580" not in STAFF["ann"].pin
    assert "scrypt" not in repr(STAFF["ann"])

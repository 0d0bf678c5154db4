"""Sessions: a cookie of ours speaks for its person until its time; forged, changed or old ones for nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.acts import Actor, Role
from agent.settings import Staff
from agent.till.pins import hashed
from agent.till.sessions import Sessions

NOW = datetime(2026, 11, 14, 12, tzinfo=UTC)
KEY, LASTS = b"k" * 32, timedelta(hours=12)
STAFF = {"ann": Staff(role="cashier", pin=hashed("2580", "s"))}


def sessions(staff: dict[str, Staff] = STAFF, key: bytes = KEY) -> Sessions:
    return Sessions(key, staff, LASTS)


def test_a_cookie_speaks_for_its_person_also_after_a_restart() -> None:
    session = sessions().begin("ann", NOW)
    read = sessions().read(sessions().cookie(session), NOW + timedelta(hours=1))
    assert read == session
    assert session.actor == Actor(Role.CASHIER, "ann", place=session.nonce)
    assert len(session.token) == 32


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "e30=.00", "{}", "ä.ö", "eyJuYW1lIjogImFubiJ9."])
def test_what_is_no_cookie_of_ours_speaks_for_nobody(cookie: str) -> None:
    assert sessions().read(cookie, NOW) is None


def test_changed_over_or_of_somebody_gone() -> None:
    cookie = sessions().cookie(sessions().begin("ann", NOW))
    text, _, mac = cookie.partition(".")
    assert sessions().read(f"{text[:-4]}AAAA.{mac}", NOW) is None
    assert sessions().read(cookie, NOW + LASTS + timedelta(seconds=2)) is None
    assert sessions({}).read(cookie, NOW) is None
    assert sessions({"ann": Staff(role="cashier", pin=hashed("2581", "s"))}).read(cookie, NOW) is None
    assert sessions(key=b"x" * 32).read(cookie, NOW) is None


def test_two_sessions_have_two_tokens_and_the_pin_typed_again_keeps_it() -> None:
    first, second = sessions().begin("ann", NOW), sessions().begin("ann", NOW)
    assert first.token != second.token
    again = sessions().pin_again(first, NOW + timedelta(hours=1))
    assert (again.token, again.pin_at) == (first.token, NOW + timedelta(hours=1))

"""facts: takes a reservation, gives the body of the fact that redeems or releases it; sends nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.providers.answers import Call
from agent.providers.people import Reservation
from agent.providers.protocol import Fact


def redeem_body(reservation: Reservation, receipt_body: Fact, *, key: str) -> dict[str, Any]:
    """`receipt_body`: the body of any fact of the receipt that proved the discount; it brings customer and receipt."""
    return {**receipt_body, "kind": Call.REDEEM.value, "key": key, "points": 0, "reservation": asdict(reservation)}


def release_body(reservation: Reservation, *, key: str, frame: Mapping[str, Any]) -> dict[str, Any]:
    """There is no receipt. `frame`: what every fact has besides: v, programme, currency, exponent, customer, store,
    device, lane, captured_at, business_day."""
    return {
        "base": 0,
        "rate": "0",
        "receipt": {},
        **frame,
        "kind": Call.RELEASE.value,
        "key": key,
        "points": 0,
        "reservation": asdict(reservation),
    }


def spend_of(reservation: Reservation) -> dict[str, Any]:
    """`fact['spend']` for clouds where a spend travels inside the award (Traits.spends_in_award)."""
    return asdict(reservation)

"""what_if: what a receipt would give in every programme, and why, or why not; sends and stores nothing."""

from typing import Any

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.ledger.moment import Moment


async def what_if(parts: Parts, by: Actor, body: Body) -> list[dict[str, Any]]:
    """`receipt` → one line a programme (see booking.what_if)."""
    del by
    return await parts.ledger.do(booking.what_if, parts.rules, whole_number(body, "receipt"), Moment.now(parts.clock))

"""cards: a customer's frequent-buyer cards as this box has punched them; changes nothing."""

from typing import Any

from agent import booking
from agent.acts.parts import Actor, Body, Parts
from agent.acts.whom import customer_in


async def cards(parts: Parts, by: Actor, body: Body) -> list[dict[str, Any]]:
    """The customer (see whom) → one a programme: have, need, free, purchases."""
    del by
    return await parts.ledger.do(booking.cards_of, parts.rules, customer_in(parts, body))

"""find: looks somebody up at the clouds for the browser that asked; nothing is booked, and offline it says so."""

from agent.acts.parts import Actor, Body, Parts
from agent.acts.whom import customer_in


async def find(parts: Parts, by: Actor, body: Body) -> str:
    """The customer (see whom), `receipt` 0 or missing: for the register. What was found is kept for that browser."""
    customer, receipt = customer_in(parts, body), str(body.get("receipt") or "0")
    if not receipt.isdigit():
        raise ValueError("receipt must be a whole number")
    found = await parts.people.find(customer)
    parts.people.keep(by.place, customer, int(receipt), found)
    return ""

"""move: wrong customer, and the right one is known: taken back from the one and given to the other, at any time."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.acts.whom import customer_in
from agent.ledger.moment import Moment


async def move(parts: Parts, by: Actor, body: Body) -> int:
    """`receipt`, and the right customer (see whom) → how many awards that made."""
    customer, receipt = customer_in(parts, body), whole_number(body, "receipt")
    given = await parts.ledger.do(booking.move, parts.rules, receipt, customer, by.who, Moment.now(parts.clock))
    parts.people.forget(by.place)
    parts.queued.set()
    return len(given.awards)

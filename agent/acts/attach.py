"""attach: a receipt that named nobody is this customer's; what it gives is booked and sent."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.acts.whom import customer_in
from agent.ledger.moment import Moment


async def attach(parts: Parts, by: Actor, body: Body) -> int:
    """`receipt`, and the customer (see whom) → how many awards that made."""
    customer, receipt = customer_in(parts, body), whole_number(body, "receipt")
    given = await parts.ledger.do(booking.attach, parts.rules, receipt, customer, by.who, Moment.now(parts.clock))
    parts.people.forget(by.place)
    parts.queued.set()
    return len(given.awards)

"""claim: somebody brings the code of a receipt that named nobody: it is theirs, once."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, words
from agent.acts.whom import customer_in
from agent.ledger.moment import Moment


async def claim(parts: Parts, by: Actor, body: Body) -> int:
    """`code`, alone or as its QR code says it, and the customer (see whom) → how many awards that made."""
    customer, code, now = customer_in(parts, body), words(body, "code"), Moment.now(parts.clock)
    given = await parts.ledger.do(booking.claim, parts.rules, code, customer, by.who, now)
    parts.queued.set()
    return len(given.awards)

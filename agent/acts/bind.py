"""bind: somebody stands at a register: its next receipt that names nobody is theirs, if it comes in time."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, words
from agent.acts.whom import customer_in
from agent.ledger.moment import Moment


async def bind(parts: Parts, by: Actor, body: Body) -> int:
    """`register` (a lane's name), and the customer (see whom) → the binding's number."""
    customer, register = customer_in(parts, body), words(body, "register", longest=60)
    minutes, now = parts.settings.page.checked_in_minutes, Moment.now(parts.clock)
    return await parts.ledger.do(booking.bind, parts.rules, register, customer, minutes, by.who, now)

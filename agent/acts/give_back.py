"""give_back: wrong customer, or changed their mind: a reserved reward goes back into the wallet."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.ledger.moment import Moment


async def give_back(parts: Parts, by: Actor, body: Body) -> bool:
    """`redemption` → False when it was over already."""
    number, now = whole_number(body, "redemption"), Moment.now(parts.clock)
    done = await parts.ledger.do(booking.give_back, parts.rules, number, by.who, now)
    parts.queued.set()
    return done

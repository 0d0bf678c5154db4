"""detach: wrong customer: what a receipt gave is taken back, also at the clouds, and it is nobody's again."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.ledger.moment import Moment


async def detach(parts: Parts, by: Actor, body: Body) -> int:
    """`receipt` → how many awards were taken back."""
    receipt = whole_number(body, "receipt")
    undone = (await parts.ledger.do(booking.detach, parts.rules, receipt, by.who, Moment.now(parts.clock))).undone
    parts.queued.set()
    return undone.cancelled + undone.behind

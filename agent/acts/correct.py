"""correct: a manager says how many points a receipt gives, with a reason; what was sent is never rewritten."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number, words
from agent.ledger.moment import Moment


async def correct(parts: Parts, by: Actor, body: Body) -> int:
    """`receipt`, `programme`, `points` in all, `reason` → the outbox row that was changed or made."""
    receipt, points = whole_number(body, "receipt"), whole_number(body, "points")
    programme, reason = words(body, "programme"), words(body, "reason")
    now = Moment.now(parts.clock)
    row = await parts.ledger.do(booking.correct, parts.rules, receipt, programme, points, reason, by.who, now)
    parts.queued.set()
    return row

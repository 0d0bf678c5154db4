"""handover_done: a person has keyed awards in at a cloud that has no call for it; the tick is the delivery."""

from agent.acts.parts import Actor, Body, Parts
from agent.ledger import hand_over


async def handover_done(parts: Parts, by: Actor, body: Body) -> int:
    """`awards`: numbers of the hand-over list, as a list or 'text, with, commas' → how many were ticked."""
    given = body.get("awards", ())
    numbers = given.replace(",", " ").split() if isinstance(given, str) else given
    if not isinstance(numbers, list | tuple) or not numbers:
        raise ValueError("awards: name at least one number of the list")
    awards = [int(number) for number in numbers]
    done = await parts.ledger.do(hand_over.handover_done, awards, who=by.who, at=parts.clock.wall())
    parts.queued.set()
    return done

"""send_again: an award that was refused or removed goes out after all, for 30 days."""

from agent.acts.parts import Actor, Body, Parts, whole_number
from agent.ledger import answers


async def send_again(parts: Parts, by: Actor, body: Body) -> None:
    """`award`: its number in the queue."""
    await parts.ledger.do(answers.reopen, whole_number(body, "award"), who=by.who, at=parts.clock.wall())
    parts.queued.set()

"""retry: somebody signed up just now; what waits for a sign-up is tried at once."""

from agent.acts.parts import Actor, Body, Parts
from agent.ledger import audit, outbox


async def retry(parts: Parts, by: Actor, body: Body) -> int:
    """How many awards are tried again."""
    del body
    count = await parts.ledger.do(outbox.retry_parked)
    await parts.ledger.do(audit.note, by.who, "tried again", "outbox", f"{count} awards", parts.clock.wall())
    parts.queued.set()
    return count

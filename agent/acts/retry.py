"""retry: somebody signed up just now; what waits for a sign-up is tried at once."""

from agent.acts.parts import Actor, Body, Parts
from agent.ledger import outbox


async def retry(parts: Parts, by: Actor, body: Body) -> int:
    """How many awards are tried again."""
    del by, body
    count = await parts.ledger.do(outbox.retry_parked)
    parts.queued.set()
    return count

"""ignore_line: a person says that a printed line is no product; it leaves the exception list."""

from agent.acts.parts import Actor, Body, Parts, words
from agent.ledger import catalogue


async def ignore_line(parts: Parts, by: Actor, body: Body) -> bool:
    """`text` as printed → False when it was never printed here."""
    return await parts.ledger.do(catalogue.ignore, words(body, "text"), who=by.who, at=parts.clock.wall())

"""map_line: a person says which product a printed line is, once and for ever."""

from typing import Any

from agent.acts.parts import Actor, Body, Parts, words
from agent.catalogue import Source
from agent.ledger import catalogue


async def map_line(parts: Parts, by: Actor, body: Body) -> dict[str, Any]:
    """`text` as printed, `sku` → the line as the `catalogue` question shows it."""
    text, sku = words(body, "text"), words(body, "sku", longest=80)
    return await parts.ledger.do(catalogue.say, text, sku, Source.PERSON, who=by.who, at=parts.clock.wall())

"""read_again: held receipts that today's reader can prove now count."""

from typing import Any

from agent.acts.parts import Actor, Body, Parts
from agent.ledger import audit


async def read_again(parts: Parts, by: Actor, body: Body) -> list[dict[str, Any]]:
    """`receipts`: their numbers, as a list or 'text, with, commas' → those that changed."""
    given = body["receipts"]
    numbers = given.replace(",", " ").split() if isinstance(given, str) else given
    changed = await parts.read_again([int(number) for number in numbers])
    detail = f"{len(changed)} of {len(numbers)} changed"
    await parts.ledger.do(audit.note, by.who, "read again", "receipts", detail, parts.clock.wall())
    return changed

"""read_again: held receipts that today's reader can prove now count."""

from typing import Any

from agent.acts.parts import Actor, Body, Parts


async def read_again(parts: Parts, by: Actor, body: Body) -> list[dict[str, Any]]:
    """`receipts`: their numbers, as a list or 'text, with, commas' → those that changed."""
    del by
    given = body["receipts"]
    numbers = given.replace(",", " ").split() if isinstance(given, str) else given
    return await parts.read_again([int(number) for number in numbers])

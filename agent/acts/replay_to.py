"""replay_to: receipts of earlier through a programme that is new, one page a call; dry unless `really`."""

from datetime import date
from typing import Any

from agent.acts.parts import Actor, Body, Parts, whole_number, words
from agent.booking import replay_page
from agent.ledger.moment import Moment


async def replay_to(parts: Parts, by: Actor, body: Body) -> dict[str, Any]:
    """`programme`, `since` (a day), `after` (0 at first), `really` → see booking.replay_page."""
    programme, since = words(body, "programme"), date.fromisoformat(words(body, "since"))
    after, really, now = whole_number(body, "after"), bool(body.get("really")), Moment.now(parts.clock)
    page = await parts.ledger.do(replay_page, parts.rules, programme, since, after, by.who, now, really=really)
    if really:
        parts.queued.set()
    return page

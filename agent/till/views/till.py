"""till: the cashier's page: receipts of the last minutes, each with its state; one of them opened; changes nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agent.acts import Parts
from agent.ledger import till as asked
from agent.till.cards import look
from agent.till.questions import mine
from agent.till.visit import Visit


async def till(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?receipt=12` opens one."""
    since = visit.now - timedelta(minutes=parts.settings.page.receipts_minutes)
    role = visit.session.actor.role
    cards = [mine(card, role) for card in await parts.ledger.do(asked.cards, since, visit.lane)]
    number = visit.number("receipt")
    found = await parts.ledger.do(asked.card, number) if number else None
    opened = mine(found, role) if found else None
    return {
        "minutes": f"{parts.settings.page.receipts_minutes:g}",
        "cards": [(card, look(card)) for card in cards],
        "opened": opened,
        "look": look(opened) if opened else None,
        "clouds": await parts.ledger.do(asked.clouds),
        "late": await parts.ledger.do(asked.deadlines_near),
    }

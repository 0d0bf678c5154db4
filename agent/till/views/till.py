"""till: the cashier's page: receipts of the last minutes, one of them opened, or who stands at the register."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agent import booking
from agent.acts import Parts
from agent.acts.whom import only_cloud
from agent.ledger import tasks
from agent.ledger import till as asked
from agent.ledger.moment import Moment
from agent.ledger.punch_cards import FREE_ITEM
from agent.till.at_register import at_register, in_training
from agent.till.cards import can_attach, can_undo, look
from agent.till.people import people_here, shown_look_up, ways_of, with_name
from agent.till.questions import as_asked, mine
from agent.till.visit import Visit


async def till(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?receipt=12` opens one; without, whoever stands at the register is found here."""
    since = visit.now - timedelta(minutes=parts.settings.page.receipts_minutes)
    role = visit.session.actor.role
    cards = [with_name(parts, mine(card, role)) for card in await parts.ledger.do(asked.cards, since, visit.lane)]
    number = visit.number("receipt")
    return {
        "minutes": f"{parts.settings.page.receipts_minutes:g}",
        "cards": [(card, look(card), can_attach(card)) for card in cards],
        "clouds": await parts.ledger.do(asked.clouds),
        "late": await parts.ledger.do(asked.deadlines_near),
        "banners": await _banners(parts, visit),
        "here_now": people_here(parts),
        "found": await shown_look_up(parts, visit, number),
        "several": not only_cloud(parts.settings),
        "ways": ways_of(parts),
        "programmes": list(parts.settings.programmes),
        "register": visit.lane or _only(list(parts.settings.lanes)),
        "at_register": await at_register(parts, visit),
        "training": await in_training(parts, visit),
        "claims": any(provider.traits.takes_nobody for provider in parts.providers.values()),
        **await _opened(parts, visit, number),
    }


async def _banners(parts: Parts, visit: Visit) -> list[dict[str, Any]]:
    """Free goods that were earned and not handed out: they stand here until somebody says so."""
    rows = await parts.ledger.do(tasks.waiting, tasks.Role.CASHIER.value)
    return [as_asked(row, visit.session.actor.role) for row in rows if row["kind"] == FREE_ITEM]


def _only(lanes: list[str]) -> str:
    return lanes[0] if len(lanes) == 1 else ""


async def _opened(parts: Parts, visit: Visit, number: int) -> Mapping[str, Any]:
    """One receipt with what can be done to it and what it gives, or would give."""
    card = await parts.ledger.do(asked.card, number) if number else None
    if card is None:
        return {"opened": None}
    return {
        "opened": with_name(parts, mine(card, visit.session.actor.role)),
        "look": look(card),
        "can_attach": can_attach(card),
        "can_undo": can_undo(card),
        "what_if": await parts.ledger.do(booking.what_if, parts.rules, number, Moment.now(parts.clock)),
    }

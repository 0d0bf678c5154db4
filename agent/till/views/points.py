"""points: what each programme gave, took back and redeemed in a period, and what that cost the store."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.acts import Parts
from agent.business_day import day_of
from agent.ledger.points_given import points_period
from agent.points_cost import cost_of
from agent.till.visit import Visit


async def points(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?since=2026-11-01&until=2026-11-14`: business days, both included; this month without."""
    today = day_of(None, visit.now, parts.settings.store)
    until = _date(visit.query.get("until", "")) or today
    since = min(_date(visit.query.get("since", "")) or until.replace(day=1), until)
    lines = await parts.ledger.do(points_period, since.isoformat(), until.isoformat())
    return {
        "since": since,
        "until": until,
        "lines": [{**line, "cost": cost_of(parts.settings, line)} for line in lines],
        "currency": parts.settings.store.currency,
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

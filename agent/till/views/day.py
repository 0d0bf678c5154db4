"""day: the business day's account: every receipt in exactly one place, the sums, what waits and why; counts nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from agent.acts import MANAGERS, Parts
from agent.business_day import day_of
from agent.ledger.account import COUNTED
from agent.ledger.account import day as account_of
from agent.ledger.flags import flags_page
from agent.till.visit import Visit


async def day(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?day=2026-11-14`; today without."""
    today = day_of(None, visit.now, parts.settings.store)
    chosen = _date(visit.query.get("day", "")) or today
    account = await parts.ledger.do(account_of, chosen)
    return {
        "day": chosen,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < today else None,
        "account": account,
        "flags": await parts.ledger.do(flags_page, chosen.isoformat()) if visit.session.actor.role in MANAGERS else [],
        "can_print": visit.session.actor.role in MANAGERS,
        "places": [(place, account[place]) for place in COUNTED],
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

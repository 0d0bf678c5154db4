"""audit: who did what to which, newest first; nothing on this box can change or shorten it."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.ledger import audit as ledger_audit
from agent.till.visit import Visit

AT_ONCE = 100


async def audit(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """`?before=120`: older than that one."""
    rows = await parts.ledger.do(ledger_audit.latest, AT_ONCE, visit.number("before"))
    return {"rows": rows, "older": rows[-1]["id"] if len(rows) == AT_ONCE else None}

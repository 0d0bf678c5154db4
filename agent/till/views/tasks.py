"""tasks: what the person who looks is asked to do, with the choices there are; answers nothing itself."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.ledger import tasks as ledger_tasks
from agent.till.questions import as_asked
from agent.till.visit import Visit


async def tasks(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """All that are open; those for others are shown without their buttons."""
    rows = await parts.ledger.do(ledger_tasks.waiting)
    return {"tasks": [as_asked(row, visit.session.actor.role) for row in rows]}

"""help: what somebody on the telephone asks for first: which box, which release, the last thing that went wrong."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.ledger import till as asked
from agent.till.visit import Visit


async def help_page(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """The last error is a cloud's or a task's own words."""
    del visit
    return {
        "device": parts.settings.device,
        "clouds": await parts.ledger.do(asked.clouds),
        "last_error": await parts.ledger.do(asked.last_error),
        "clock": parts.clock.quality().value,
    }

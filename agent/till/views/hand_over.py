"""hand_over: what a person keys in at a cloud that has no call for it; the tick is the delivery; ticks nothing."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.ledger.hand_over import handover_list
from agent.till.visit import Visit


async def hand_over(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """Customers in clear: the list is there to be keyed in."""
    del visit
    return {"awards": await parts.ledger.do(handover_list, reveal="1")}

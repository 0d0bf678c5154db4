"""items: printed lines without a product code, most printed first; one tap maps a line for ever."""

from collections.abc import Mapping
from typing import Any

from agent.acts import Parts
from agent.ledger.catalogue import exceptions, products_page
from agent.till.visit import Visit


async def items(parts: Parts, visit: Visit) -> Mapping[str, Any]:
    """Each with the products whose names look like it."""
    del visit
    return {
        "lines": await parts.ledger.do(exceptions),
        "products": await parts.ledger.do(products_page),
        "forget_days": parts.settings.catalogue.forget_days,
    }

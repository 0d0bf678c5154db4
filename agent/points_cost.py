"""points_cost: takes what a programme gave in a period, gives what that cost the store; asks no ledger."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from agent.settings import Settings


def cost_of(settings: Settings, line: Mapping[str, Any]) -> int:
    """Minor units. Points at what one costs; money back is its own cost; rewards cost what they took off."""
    net, exponent = line["net"], settings.store.exponent
    if line["unit"] == "money":
        return int(net) + int(line["taken_off"])
    programme = settings.programmes.get(line["programme"])
    each = programme.point_cost if programme else Decimal(0)
    points = (Decimal(net) * each).scaleb(exponent).to_integral_value(ROUND_HALF_UP)
    return int(points) + int(line["taken_off"])

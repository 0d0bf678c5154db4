"""looking_up: remembers for minutes which member an identifier belongs to; asks nobody."""

from collections import OrderedDict
from collections.abc import Mapping

from agent.clock import Clock

REMEMBERED = 512
FORGOTTEN_AFTER_S = 300.0
"""Long enough for a visit; a member who was merged or deleted at the cloud is asked for again after this."""


class Remembered:
    """In RAM only, and bounded."""

    def __init__(self, clock: Clock, life_s: float = FORGOTTEN_AFTER_S) -> None:
        self._clock, self._life_s = clock, life_s
        self._known: OrderedDict[tuple[tuple[str, str], ...], tuple[str, float]] = OrderedDict()

    def member_of(self, customer: Mapping[str, str]) -> str:
        """'' when it is not known, or no longer."""
        if customer.get("member_id"):
            return customer["member_id"]
        member, until = self._known.get(_key(customer), ("", 0.0))
        return member if until > self._clock.monotonic() else ""

    def keep(self, customer: Mapping[str, str], member_id: str) -> None:
        self._known[_key(customer)] = (member_id, self._clock.monotonic() + self._life_s)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, customer: Mapping[str, str]) -> None:
        self._known.pop(_key(customer), None)


def _key(customer: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(customer.items()))

"""commands: takes what the fleet orders, gives one answer per order; the same id never acts twice."""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

from agent.clock import Clock, Quality
from agent.fleet.messages import Command, Result

LOG = logging.getLogger(__name__)
REMEMBERED = 256

Handler = Callable[[Command], Awaitable[Result]]


class CommandDesk:
    """Answers commands by name. The answers are remembered in memory: every command so far is harmless to repeat
    after a restart; one that is not must keep its ids in the ledger."""

    def __init__(self, handlers: Mapping[str, Handler], clock: Clock) -> None:
        self._handlers, self._clock = handlers, clock
        self._answers: OrderedDict[str, Result] = OrderedDict()
        self._under_way: set[str] = set()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._handlers))

    async def answer(self, command: Command) -> Result | None:
        """None: the same order is being carried out just now, its answer will come."""
        if command.id in self._answers:
            return self._answers[command.id]
        if command.id in self._under_way:
            return None
        self._under_way.add(command.id)
        try:
            result = await self._carry_out(command)
        finally:
            self._under_way.discard(command.id)
        self._answers[command.id] = result
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)
        return result

    async def _carry_out(self, command: Command) -> Result:
        if self._expired(command):
            return Result(command.id, ok=False, code="expired", detail="it came after its time and was not carried out")
        handler = self._handlers.get(command.name)
        if handler is None:
            return Result(command.id, ok=False, code="not_supported", detail=f"this box knows {', '.join(self.names)}")
        LOG.info("command %s %s", command.name, command.id)
        return await handler(command)

    def _expired(self, command: Command) -> bool:
        """Only a disciplined clock may say so; without one, the broker's message expiry has to do."""
        disciplined = self._clock.quality() is Quality.NTP
        return command.expires is not None and disciplined and self._clock.wall() > command.expires

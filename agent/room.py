"""room: calls again what a full disk refused, until there is room; a full disk is no reason to stop."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.clock import Clock
from agent.errors import StorageFull

LOG = logging.getLogger(__name__)
T = TypeVar("T")

ROOM_EVERY_S = 10.0
"""How often a full disk is tried again."""


async def when_there_is_room(call: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """What `call` gives, as soon as it no longer raises StorageFull."""
    while True:
        try:
            return await call()
        except StorageFull as error:
            LOG.error("%s; trying again in %g s", error, ROOM_EVERY_S)  # noqa: TRY400 - its words say it all
            await clock.sleep(ROOM_EVERY_S)

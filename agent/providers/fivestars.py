"""fivestars: takes awards for a cloud without a public API; sends nothing, so that each goes on the hand-over list.

Documented: that there is no API (loyalty-clouds section 4). Everything else is a partner's contract.
"""

from agent.clock import Clock
from agent.providers.answers import Answer, Done
from agent.providers.lacking import Lacking
from agent.settings import FivestarsSettings


class Fivestars(Lacking):
    def __init__(self, name: str, settings: FivestarsSettings, clock: Clock) -> None:
        super().__init__(name)
        del settings, clock

    async def check(self) -> Answer:
        return Done("handed over by hand")

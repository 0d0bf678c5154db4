"""train: a register is practised at for a while: what it prints is kept and shown, and never sent."""

from agent.acts.parts import Actor, Body, Parts, whole_number, words
from agent.ledger import training
from agent.ledger.moment import Moment

LONGEST_MINUTES = 12 * 60


async def train(parts: Parts, by: Actor, body: Body) -> bool:
    """`register` (a lane's name), `minutes`; 0 ends it → False when there was nothing to end."""
    lane, minutes, now = words(body, "register"), whole_number(body, "minutes"), Moment.now(parts.clock)
    if lane not in parts.settings.lanes:
        raise ValueError(f"there is no register called {lane!r}")
    if not 0 <= minutes <= LONGEST_MINUTES:
        raise ValueError(f"training lasts at most {LONGEST_MINUTES} minutes")
    if not minutes:
        return await parts.ledger.do(training.stop, lane, by.who, now)
    await parts.ledger.do(training.start, lane, minutes, by.who, now)
    return True

"""loose: whoever stood at a register has left; its next receipt is nobody's again."""

from agent.acts.parts import Actor, Body, Parts, words
from agent.ledger import audit, bindings


async def loose(parts: Parts, by: Actor, body: Body) -> bool:
    """`register` → False when nobody stood there."""
    register = words(body, "register", longest=60)
    done = await parts.ledger.do(bindings.loose, register)
    if done:
        await parts.ledger.do(audit.note, by.who, "took away", f"register/{register}", "", parts.clock.wall())
    return done

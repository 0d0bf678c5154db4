"""booking: takes read receipts and what people say of them, books both: each act one commit in the ledger's thread.

`book` and `rebook` take a receipt in. `attach`, `detach`, `move` say whose it is, `bind` whose the next one of a
register will be, `correct` how many points are right; `what_if` only looks. A reward goes `ask`, the provider's
`reserve`, `answered`, and then by itself or by `give_back`. All take the ledger's database first, so that they run by
`Ledger.do`.
"""

from agent.booking.correcting import correct
from agent.booking.desk import Rules
from agent.booking.people import Given, attach, bind, detach, move
from agent.booking.redeeming import answered, ask, give_back
from agent.booking.taking_in import book, rebook
from agent.booking.what_if import what_if

__all__ = [
    "Given",
    "Rules",
    "answered",
    "ask",
    "attach",
    "bind",
    "book",
    "correct",
    "detach",
    "give_back",
    "move",
    "rebook",
    "what_if",
]

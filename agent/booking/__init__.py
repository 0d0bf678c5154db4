"""booking: takes read receipts and what people say of them, books both: each act one commit in the ledger's thread.

`book` and `rebook` take a receipt in. `attach`, `detach`, `move` say whose it is, `bind` whose the next one of a
register will be, `claim` takes a code for it; `correct` says how many points are right. `what_if`, `cards_of` and
`claim_text` only look. A reward goes `ask`, the provider's `reserve`, `answered`, and then by itself or by `give_back`.
All take the ledger's database first, so that they run by `Ledger.do`.
"""

from agent.booking.cards import cards_of
from agent.booking.claim_codes import claim_text
from agent.booking.claiming import claim
from agent.booking.correcting import correct
from agent.booking.desk import Rules
from agent.booking.people import Given, attach, bind, detach, move
from agent.booking.redeeming import answered, ask, give_back
from agent.booking.switching import replay_page
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
    "cards_of",
    "claim",
    "claim_text",
    "correct",
    "detach",
    "give_back",
    "move",
    "rebook",
    "replay_page",
    "what_if",
]

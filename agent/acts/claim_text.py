"""claim_text: what the QR code of a receipt that names nobody says: the store's address and the code, nothing else."""

from agent import booking
from agent.acts.parts import Actor, Body, Parts, whole_number


async def claim_text(parts: Parts, by: Actor, body: Body) -> str:
    """`receipt` → the text; '' when it can not be claimed."""
    del by
    return await parts.ledger.do(booking.claim_text, parts.rules, whole_number(body, "receipt"))

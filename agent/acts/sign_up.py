"""sign_up: creates an account at a cloud for somebody who wants one; gives no consent, because nobody can for them."""

from agent.acts.parts import Actor, Body, Parts, words
from agent.acts.whom import customer_in
from agent.errors import TillpostError
from agent.ledger import audit, outbox
from agent.providers import Member, NewMember


async def sign_up(parts: Parts, by: Actor, body: Body) -> str:
    """`provider`, the customer's phone, e-mail or card (see whom), `first_name`, `last_name` → what it came to.

    What waits for a sign-up is tried at once.
    """
    provider, customer = words(body, "provider", longest=60), customer_in(parts, body)
    if provider not in parts.providers:
        raise ValueError(f"there is no cloud called {provider!r}")
    names = {name: words(body, name, longest=60, needed=False) for name in ("first_name", "last_name")}
    answer = await parts.people.create(provider, NewMember(**customer, **names))
    if not isinstance(answer, Member):
        why = getattr(answer, "why", "") or type(answer).__name__
        raise TillpostError(f"{provider} did not create the account: {why}", hint="The points wait all the same.")
    await parts.ledger.do(audit.note, by.who, "signed up", f"{provider}/{answer.id}", "", parts.clock.wall())
    await parts.ledger.do(outbox.retry_parked)
    parts.queued.set()
    receipt = str(body.get("receipt") or "0")
    parts.people.keep(by.place, customer, int(receipt), await parts.people.find(customer, afresh=True))
    return ""

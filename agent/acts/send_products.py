"""send_products: the product list goes to one cloud as proposals, when a person says so; what is unsure stays here."""

from agent.acts.parts import Actor, Body, Parts, words
from agent.errors import TillpostError
from agent.ledger import audit, catalogue
from agent.providers import Done, Product, Refused

AT_ONCE = 100


async def send_products(parts: Parts, by: Actor, body: Body) -> int:
    """`provider` → how many lines it has taken. Raises TillpostError with what the cloud answered."""
    name = words(body, "provider")
    if name not in parts.providers:
        there = ", ".join(parts.providers) or "none"
        raise TillpostError(f"there is no cloud {name!r}; there are: {there}", hint="Name one of [providers.…].")
    rows = await parts.ledger.do(catalogue.confirmed)
    products = [Product(row["sku"], row["name"] or row["text"], row["price"]) for row in rows]
    sent = 0
    for start in range(0, len(products), AT_ONCE):
        page = products[start : start + AT_ONCE]
        answer = await parts.providers[name].sync_products(page)
        if not isinstance(answer, Done):
            why = answer.why if isinstance(answer, Refused) else str(answer)
            raise TillpostError(f"{name} took {sent} of {len(products)} products: {why}", hint="Send them again later.")
        sent += len(page)
    await parts.ledger.do(audit.note, by.who, "sent products", name, f"{sent} products", parts.clock.wall())
    return sent

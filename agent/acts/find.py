"""find: looks somebody up at the clouds for the browser that asked; nothing is booked, and offline it says so."""

from decimal import Decimal, InvalidOperation

from agent.acts.parts import Actor, Body, Parts, words
from agent.acts.whom import customer_in
from agent.ledger import audit
from agent.providers import Basket


async def find(parts: Parts, by: Actor, body: Body) -> str:
    """The customer (see whom), `receipt` 0 or missing: for the register; `amount` of the sale, if it was keyed.

    What was found is kept for that browser.
    """
    customer, receipt = customer_in(parts, body), str(body.get("receipt") or "0")
    if not receipt.isdigit():
        raise ValueError("receipt must be a whole number")
    total = _amount(words(body, "amount", longest=20, needed=False), parts.settings.store.exponent)
    basket = Basket(sale=f"{parts.settings.device.id}-{by.place}", total=total, employee=by.name) if total else None
    found = await parts.people.find(customer, basket=basket)
    about = f"receipt/{receipt}" if int(receipt) else "register"
    await parts.ledger.do(audit.note, by.who, "looked somebody up", about, "", parts.clock.wall())
    parts.people.keep(by.place, customer, int(receipt), found, total)
    return ""


def _amount(text: str, exponent: int) -> int:
    """Minor units; 0 for nothing. Raises ValueError."""
    try:
        amount = Decimal(text.replace(",", ".") or 0).scaleb(exponent)
    except InvalidOperation:
        amount = Decimal(-1)
    if amount < 0 or amount != amount.to_integral_value():
        raise ValueError("the amount must be a number like 12.50")
    return int(amount)

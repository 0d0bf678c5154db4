"""forget: a customer wants to be forgotten: out of ledger and journal, audited without the phone; tells no cloud."""

import asyncio
from typing import Any

from agent.acts.parts import Actor, Body, Parts, words
from agent.booking.person import keyed
from agent.customer import phone_number
from agent.journal import erasing as journal_erasing
from agent.ledger import cursor, erasing
from agent.ledger.erasing import Known
from agent.places import Places
from agent.reading_place import ReadingPlace


async def forget(parts: Parts, by: Actor, body: Body) -> dict[str, Any]:
    """`who`: a phone or an e-mail; `really`: '' or missing only counts. Gives receipts, facts, cancelled, cards and,
    when it was done, `places` = how often they were starred in the journal."""
    known = _known(words(body, "who", longest=120), parts)
    mark = parts.rules.mark_of(known.key)
    if not body.get("really"):
        return (await parts.ledger.do(erasing.look, known, mark)).as_json()
    found = await parts.ledger.do(erasing.erase, known, mark, by.who, parts.clock.wall())
    patterns = [journal_erasing.text_pattern(name) for name in (*found.names, known.email) if name]
    if known.phone:
        patterns.append(journal_erasing.phone_pattern(_national(known.phone, known.country)))
    read = ReadingPlace.from_json(await parts.ledger.do(cursor.get)).back_to
    places = 0
    if read is not None:
        folder = Places(parts.settings).journal
        places = await asyncio.to_thread(journal_erasing.erase, folder, patterns, read)
    await parts.ledger.tidy()
    return {**found.as_json(), "places": places}


def _known(text: str, parts: Parts) -> Known:
    country = parts.settings.store.country
    kind = "email" if "@" in text else "phone"
    customer = keyed({kind: text}, country).customer
    return Known(customer.get("phone", ""), customer.get("email", ""), country)


def _national(phone: str, country: str) -> str:
    """The digits that every way of writing it has in common."""
    shortest = phone.removeprefix("+")
    while phone_number(shortest[1:], country) == phone:
        shortest = shortest[1:]
    return shortest

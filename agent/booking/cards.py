"""cards: a customer's frequent-buyer cards, and the free goods they earn; takes whose they are, changes no fact."""

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from agent.booking.desk import Case, Desk, Rules
from agent.booking.person import Person, keyed
from agent.ledger import punch_cards
from agent.ledger.outbox import OutboxRow
from agent.ledger.personal import masked
from agent.providers import Call


def cards_of(db: Database, rules: Rules, customer: Mapping[str, str]) -> list[dict[str, Any]]:
    """One a programme: `have` of `need` punches, `free` goods earned, `purchases` that stand on it, latest first.

    `customer` as in `attach`; a card is found by what its punches were given for: a phone's card by the phone.
    """
    mark = rules.mark_of(keyed(customer, rules.store.country).key)
    return [
        {
            "programme": card.programme,
            "have": card.have,
            "need": card.need,
            "free": card.free,
            "purchases": punch_cards.purchases(db, mark, card.programme),
        }
        for card in punch_cards.cards(db, mark)
    ]


def punch(desk: Desk, case: Case, row: OutboxRow, person: Person) -> None:
    """Notes what a fact gave or took, and says so when a card is full."""
    programme, mark = row.body["programme"], desk.rules.mark_of(person.key)
    if row.call is Call.TAKE_BACK:
        punch_cards.take(desk.db, row.id, row.body)
        return
    size = desk.rules.programmes[programme].card_size
    punch_cards.give(desk.db, row.id, case.id, row.body, mark, size)
    shown = masked(person.customer.get("phone") or person.customer.get("email")) or "this customer"
    punch_cards.announce(desk.db, programme, mark, shown, desk.now.wall)
